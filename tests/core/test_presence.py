"""Pupils by a room's own timetable and by declaration: what holds, until when, and that nothing changes unforeseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.clients import Client, Role, Zone
from agent.core.concerned import concerned
from agent.core.engine import Engine, Situation
from agent.core.horizon import next_allowed, until
from agent.core.policy import Policy
from agent.core.pupils import Declaration, Presence, Pupils
from agent.core.timetable import BellUse, Timetable

from .build import BELLS, BLOCK, CALENDAR, STAFF_LAPTOP, at, engine, one_of, policy, rule, situation, span
from .strategies import instants, later, policies, situations

P, ABSENT, UNKNOWN = Pupils.PRESENT, Pupils.ABSENT, Pupils.UNKNOWN
MONDAY = {0: (span("09:10-10:00"), span("12:10-12:40"))}
ROOMS = {"room-12": MONDAY}
IN_ROOM = replace(STAFF_LAPTOP, room="room-12")
WITH_PUPILS = policy(rule("pupils", BLOCK, one_of("pupils", P)))


def declared(place: str, pupils: Pupils, first: str, last: str) -> Declaration:
    """A declaration of the Monday of the tests."""
    return Declaration(place, pupils, at(f"2026-11-23T{first}").timestamp(), at(f"2026-11-23T{last}").timestamp())


def with_pupils(*told: Declaration) -> Engine:
    """A policy that turns on pupils alone, in a school with one room of its own timetable."""
    return replace(engine(WITH_PUPILS), presence=Presence(ROOMS).declaring(told))


HALL = replace(STAFF_LAPTOP, zone=Zone.HALL)
CASES = {
    "a lesson in the room": (IN_ROOM, (), "2026-11-23T09:10", P),
    "the room is empty in a lesson": (IN_ROOM, (), "2026-11-23T10:00", ABSENT),
    "and used at lunch": (IN_ROOM, (), "2026-11-23T12:15", P),
    "on another day it is empty": (IN_ROOM, (), "2026-11-24T09:10", ABSENT),
    "by the clock of the site": (IN_ROOM, (), "2026-11-23T09:10+00:00", P),
    "not on a day without school": (IN_ROOM, (), "2026-10-26T09:10", ABSENT),
    "a room without a timetable goes by its zone": (replace(IN_ROOM, room="x"), (), "2026-11-23T10:05", P),
    "declared for the room": (IN_ROOM, (declared("room-12", P, "10:00", "10:20"),), "2026-11-23T10:05", P),
    "declared for its zone": (IN_ROOM, (declared("classroom", P, "10:00", "10:20"),), "2026-11-23T10:05", P),
    "declared for another": (IN_ROOM, (declared("hall", P, "10:00", "10:20"),), "2026-11-23T10:05", ABSENT),
    "before it is declared": (IN_ROOM, (declared("classroom", P, "10:10", "10:20"),), "2026-11-23T10:05", ABSENT),
    "after it is over": (IN_ROOM, (declared("classroom", P, "10:00", "10:05"),), "2026-11-23T10:05", ABSENT),
    "the latest word counts": (
        HALL,
        (declared("hall", P, "09:00", "12:00"), declared("hall", ABSENT, "09:30", "12:00")),
        "2026-11-23T10:05",
        ABSENT,
    ),
}


@pytest.mark.parametrize(("client", "told", "instant", "expected"), CASES.values(), ids=CASES)
def test_are_pupils_there(client: Client, told: tuple[Declaration, ...], instant: str, expected: Pupils) -> None:
    """A declaration goes before the room's timetable, and that before zone and bell."""
    ruler = with_pupils(*told)
    assert ruler.facts(situation(client=client), at(instant)).pupils is expected


ENDS = {
    "the room's lesson ends": (IN_ROOM, (), "2026-11-23T09:30", "11-23T10:00+00:00"),
    "the room's next begins": (IN_ROOM, (), "2026-11-23T10:00", "11-23T12:10+00:00"),
    "next week": (IN_ROOM, (), "2026-11-23T13:00", "11-30T09:10+00:00"),
    "a declaration ends": (
        HALL,
        (declared("hall", ABSENT, "09:00", "10:07"),),
        "2026-11-23T09:30",
        "11-23T10:07+00:00",
    ),
}


@pytest.mark.parametrize(("client", "told", "instant", "ends"), ENDS.values(), ids=ENDS)
def test_until_when(client: Client, told: tuple[Declaration, ...], instant: str, ends: str) -> None:
    """The answer changes when pupils come or go, whatever says so."""
    ruler = with_pupils(*told)
    found = until(ruler, ruler.rule_on(situation(client=client), at(instant)))
    assert found is not None
    assert found.isoformat(timespec="minutes")[5:] == ends


def test_next_allowed() -> None:
    """What is blocked while pupils are in the room is allowed again when they have gone."""
    ruler = with_pupils()
    ruling = ruler.rule_on(situation(client=IN_ROOM), at("2026-11-23T09:30"))
    found = next_allowed(ruler, ruling)
    assert found is not None
    assert found.isoformat(timespec="minutes")[5:] == "11-23T10:00+00:00"


words = st.sampled_from(list(Pupils))
spans = st.tuples(instants(), st.integers(1, 3 * 1440))
declarations = st.builds(
    lambda place, pupils, when: Declaration(place, pupils, when[0].timestamp(), later(*when).timestamp()),
    st.sampled_from(["classroom", "playground", "room-12"]), words, spans,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(policies(), situations(), instants(), st.lists(declarations, max_size=3), st.booleans(), st.floats(0, 0.999))
def test_nothing_changes_before_until(
    ruled_by: Policy, asked: Situation, start: datetime, told: list[Declaration], in_room: bool, part: float
) -> None:
    """With rooms and declarations too, the verdict stays what it is until `until`."""
    ruler = replace(engine(ruled_by), presence=Presence(ROOMS, tuple(told)))
    client = replace(asked.client, zone=Zone.CLASSROOM, room="room-12" if in_room else "")
    here = replace(asked, client=client, used=0, authorised=False)
    ruling = ruler.rule_on(here, start)
    ends = until(ruler, ruling)
    far = (ends.timestamp() - start.timestamp()) / 60 if ends else 5 * 1440
    assert ruler.rule_on(here, later(start, far * part)).answer == ruling.answer


def test_bells_of_rooms() -> None:
    """A room may have a bell of its own, for whoever is in it and for its pupils; it goes before the zone's."""
    uses = [BellUse("infants", rooms=frozenset({"room-12"})), BellUse("main", zones=frozenset({Zone.CLASSROOM}))]
    timetable = Timetable(CALENDAR, BELLS, "main", uses)
    assert timetable.bell_of(IN_ROOM).id == "infants"
    assert timetable.bell_of(STAFF_LAPTOP).id == "main"
    assert timetable.bell_of_zone(Zone.CLASSROOM, "room-12").id == "infants"
    assert timetable.bell_of_zone(Zone.CLASSROOM).id == "main"
    assert timetable.bell_of_zone(Zone.HALL).id == "main"


@pytest.mark.parametrize(
    ("client", "told", "concerns"),
    [
        pytest.param(replace(STAFF_LAPTOP, zone=Zone.STAFF_ROOM), (), False, id="no pupils are ever in the staff room"),
        pytest.param(
            replace(STAFF_LAPTOP, zone=Zone.STAFF_ROOM),
            (declared("staff-room", P, "10:00", "10:20"),),
            True,
            id="unless somebody says so",
        ),
        pytest.param(replace(IN_ROOM, zone=Zone.STAFF_ROOM), (), True, id="or the room's own timetable"),
    ],
)
def test_whom_it_concerns(client: Client, told: tuple[Declaration, ...], concerns: bool) -> None:
    """What pupils can ever be in a place decides whether a rule on them concerns it."""
    ruled_by = replace(WITH_PUPILS, totals=False)
    ruler = replace(with_pupils(*told), policies=engine(ruled_by).policies)
    found = concerned(ruler, replace(client, role=Role.VISITOR, inspectable=False))
    assert bool(found) is concerns
