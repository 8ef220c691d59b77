"""A desk with a record beside it, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from agent.casework.decisions import Request, approve, break_glass, open_case, refuse, tell
from agent.casework.desk import Desk
from agent.casework.work import close
from agent.core.cases import Case, LegalBasis, Scope, State
from agent.core.offices import Office, Officer
from agent.core.tally import Counts, Minutes
from agent.store import Store
from agent.store.auditlog import AuditLog
from agent.store.casefiles import CaseFiles
from tests.store.making import LONDON, MINUTE, SITE

NOW = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICERS = {office: Officer(f"{office}-1", office) for office in Office}
INVESTIGATOR = OFFICERS[Office.INVESTIGATOR]
HEAD = OFFICERS[Office.HEADTEACHER]
CHAIR = OFFICERS[Office.CHAIR_OF_GOVERNORS]
SUBJECT = "teacher-07"
SCOPE = Scope(SUBJECT, "teacher", date(2026, 11, 2), date(2026, 12, 11))
REQUEST = Request(SCOPE, "posts in lessons", "8.6.2", "two pupils say so", LegalBasis.PUBLIC_TASK)


@dataclass(slots=True)
class Time:
    """The clock of a desk."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Announced:
    """Takes down what would be sent."""

    letters: list[tuple[tuple[Office, ...], str, str]] = field(default_factory=list)
    reached: frozenset[Office] = frozenset(Office)

    def reaches(self, office: Office) -> bool:
        return office in self.reached

    def announce(self, offices: tuple[Office, ...], subject: str, text: str) -> None:
        self.letters.append((offices, subject, text))


def record(data: Path, days: int = 3, people: int = 8) -> None:
    """Some minutes of several people on school days from Monday 23 November on; the subject's number is 7."""
    with Store.open(data, SITE, LONDON) as store:
        for day in range(days):
            minutes: Minutes = {}
            for person in range(1, people + 1):
                at = MINUTE.minute + 1440 * day
                whose = MINUTE._replace(person=f"teacher-{person:02}", device=f"laptop-{person:02}")
                minutes |= {whose._replace(minute=at + n): Counts(1, 10, 100) for n in range(person)}
            store.write(minutes)


def desk(data: Path, time: Time | None = None, announced: Announced | None = None) -> Desk:
    """The desk of a data folder."""
    clock = time or Time()
    log = AuditLog.open(data / "audit", SITE, clock())
    return Desk(data, SITE, LONDON, log, clock, CaseFiles(data), announced or Announced())


def requested(at: Desk, officer: Officer = INVESTIGATOR, scope: Scope = SCOPE) -> Case:
    """A case that waits for approval."""
    return open_case(at, officer, replace(REQUEST, scope=scope))


def approved(at: Desk, days: int = 14) -> Case:
    """A case that the head has approved."""
    return approve(at, HEAD, requested(at).id, days)


def in_state(at: Desk, time: Time, state: State) -> Case:
    """A case that came into that state the way that cases do."""
    if state is State.REQUESTED:
        return requested(at)
    if state is State.REFUSED:
        return refuse(at, HEAD, requested(at).id, "not enough")
    if state is State.EMERGENCY:
        return break_glass(at, INVESTIGATOR, requested(at).id, 24, "it goes on now", "the head is ill")
    case = approved(at, 1)
    if state is State.APPROVED:
        return case
    case = tell(at, INVESTIGATOR, case.id, "in person")
    time.at += DAY
    return case if state is State.EXPIRED else close(at, INVESTIGATOR, case.id, "nothing in it")


def tags(at: Desk, since: int = 0) -> list[str]:
    """The tags of the chain's entries after so many."""
    return [entry.tag.value for entry in at.log.entries() if entry.seq > since]
