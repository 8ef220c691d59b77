"""A case and the running gateway: nothing is recorded on concern before it is approved, nor after it has ended."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.app.cases import desk_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.casework.decisions import Request, approve, open_case, tell
from agent.casework.desk import Desk
from agent.casework.looks import hold, look
from agent.casework.work import close
from agent.clock import Clock
from agent.core.cases import LegalBasis, Scope
from agent.core.offices import Office, Officer
from agent.core.search import Filter

from . import records, seats
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .sites import ONLY_OFFICIAL, PERSON, Site

SEAT = seats.seat("explicit", "laptop")
HEAD, INVESTIGATOR = Officer("head-1", Office.HEADTEACHER), Officer("investigator-1", Office.INVESTIGATOR)
NOW = ""
"""This machine's own time: officers approve by it, and it is what a case's days are. The policy has no time bar."""
DAY = Clock().now().astimezone(ZoneInfo("Europe/London")).date()
REQUEST = Request(
    Scope(PERSON, "teacher", DAY, DAY + timedelta(days=1)), "posts", "7", "two pupils say so", LegalBasis.PUBLIC_TASK
)


def on_concern(folder: Path, upstream_ca: Path) -> Site:
    """A school that records nobody without a concern; Facebook is opened there, so that visits are seen."""
    site = Site.laboratory(folder, upstream_ca)
    site.adopt("concern-led")
    site.add_rules(ONLY_OFFICIAL.replace("5.3", "5"))
    return site


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Gateway]:
    """It is running, and no case is open."""
    with world.run(world.prepare(on_concern, NOW)) as running:
        yield running


def desk(gateway: Gateway) -> Desk:
    """The desk on the same data folder, as another process has it."""
    config = read(gateway.site.folder)
    assert isinstance(config, Configuration)
    return desk_of(config, DataFolder(gateway.data), Clock())


class Visits:
    """Visits to Facebook, counted."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.count = 0
        self._world, self._gateway = world, gateway

    def one(self) -> None:
        """A visit, seen and let through."""
        answer = curl(self._world.lab, SEAT, "https://www.facebook.com/", self._gateway.trusted)
        assert answer.status == 200, answer.error
        self.count += 1


def test_from_approval_to_the_end(world: World, gateway: Gateway) -> None:
    """A visit before the approval is not in the record; visits after it are; after the case has ended none is."""
    at, visits = desk(gateway), Visits(world, gateway)
    case = open_case(at, INVESTIGATOR, REQUEST).id
    for _ in range(3):
        visits.one()
    assert approve(at, HEAD, case, 7).approval is not None
    after = Visits(world, gateway)

    def recorded() -> bool:
        after.one()
        return gateway.recorded("facebook") > 0

    until("the subject is recorded", recorded, 30, 0.3)
    assert gateway.recorded("facebook") <= after.count  # none of those before the approval
    found = look(at, INVESTIGATOR, case, Filter()).found
    assert [line.service for line in found.lines] == ["facebook"]
    hold(at, INVESTIGATOR, case)
    tell(at, INVESTIGATOR, case, "in person")
    close(at, INVESTIGATOR, case, "nothing in it")

    def ended() -> bool:
        before = gateway.recorded("facebook")
        after.one()
        time.sleep(2.0)  # a count is on the disk within one
        return gateway.recorded("facebook") == before

    until("nothing is recorded any more", ended, 60, 0.1)
    assert "Traceback" not in gateway.output()


def test_nobody_is_named(gateway: Gateway) -> None:
    """No file of the gateway's tells whom the case was about; the chain is whole and tells what came into force."""
    at = desk(gateway)
    case = at.read(at.files.ids()[0])
    assert case.scope == replace(REQUEST.scope)
    assert list(records.containing(gateway.data, PERSON)) == []
    tags = [entry.tag.value for entry in at.log.entries()]
    assert "policy:revision:in-force" in tags
    assert at.log.check().whole
