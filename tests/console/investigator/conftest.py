"""A case of the example site, with a record of its subject beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from agent.app.paths import DataFolder
from agent.casework import decisions
from agent.core.callers import Capacity
from agent.core.cases import Case, LegalBasis, Scope
from agent.core.offices import Officer
from agent.core.tally import Counts
from agent.store import Store
from tests.store.making import LONDON, MINUTE

from ..stage import Browser, Stage

SUBJECT = "teacher-02"
MARKUP = "<i>A complaint</i>"


@dataclass
class Room:
    """The console with an investigator at it, the record of some days, and cases."""

    stage: Stage

    @property
    def officer(self) -> Officer:
        """The investigator."""
        return self.stage.officer(Capacity.INVESTIGATOR)

    @property
    def browser(self) -> Browser:
        """The investigator's."""
        return self.stage.signed_in(Capacity.INVESTIGATOR)

    def case(self, id: str) -> Case:
        """How it stands now."""
        return self.stage.house.desk().read(id)

    def requested(self, officer: Officer | None = None, subject: str = SUBJECT) -> str:
        """A case about the last three weeks that waits for approval; its number."""
        desk = self.stage.house.desk()
        scope = Scope(subject, "teacher", desk.today - timedelta(days=21), desk.today)
        request = decisions.Request(scope, MARKUP, "8.6", MARKUP, LegalBasis.PUBLIC_TASK)
        return decisions.open_case(desk, officer or self.officer, request).id

    def approved(self, subject: str = SUBJECT) -> str:
        """One that the head has approved."""
        id = self.requested(subject=subject)
        head = self.stage.officer(Capacity.HEADTEACHER)
        decisions.approve(self.stage.house.desk(), head, id, 7)
        return id

    def record(self) -> None:
        """Seven minutes of the subject and of somebody else, at noon of yesterday and the day before."""
        today = self.stage.house.desk().today
        with Store.open(self.stage.data.root, self.stage.config.engine.site.id, LONDON) as store:
            for days in (1, 2):
                noon = datetime.combine(today - timedelta(days=days), time(12), LONDON)
                first = int(noon.timestamp()) // 60
                for person, count in ((SUBJECT, 7), ("teacher-05", 11)):
                    whose = MINUTE._replace(person=person, device=f"laptop-of-{person}")
                    store.write({whose._replace(minute=first + n): Counts(1, 10, 100) for n in range(count)})


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A console of its own."""
    return Room(Stage(DataFolder(tmp_path / "data")))
