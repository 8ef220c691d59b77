"""Whether pupils are about: the design's table, cell by cell."""

import pytest

from agent.core.calendar import DayKind
from agent.core.clients import Zone
from agent.core.pupils import Pupils, pupils_at
from agent.core.timetable import PeriodKind

PERIODS = (
    PeriodKind.LESSON,
    PeriodKind.REGISTRATION,
    PeriodKind.ASSEMBLY,
    PeriodKind.BREAK,
    PeriodKind.LUNCH,
    PeriodKind.BEFORE_SCHOOL,
    PeriodKind.AFTER_SCHOOL,
    PeriodKind.TRAINING,
    PeriodKind.CLOSED,
)
WORDS = {"P": Pupils.PRESENT, "a": Pupils.ABSENT, "?": Pupils.UNKNOWN}


@pytest.mark.parametrize(
    ("zone", "row"),
    [
        (Zone.CLASSROOM, "PPPaaaa??"),
        (Zone.PLAYGROUND, "PPPPP????"),
        (Zone.HALL, "PPPPP????"),
        (Zone.STAFF_ROOM, "aaaaaaaaa"),
        (Zone.OFFICE, "aaaaaaaaa"),
        (Zone.RECEPTION, "?????????"),
        (Zone.GUEST, "?????????"),
        (Zone.UNKNOWN, "?????????"),
    ],
)
def test_school_day(zone: Zone, row: str) -> None:
    """On a school day a zone and a period say whether pupils are there, or nothing does."""
    assert [pupils_at(zone, DayKind.SCHOOL, period) for period in PERIODS] == [WORDS[cell] for cell in row]


@pytest.mark.parametrize("day", [DayKind.INSET, DayKind.WEEKEND, DayKind.HOLIDAY])
@pytest.mark.parametrize("zone", Zone)
def test_other_days(zone: Zone, day: DayKind) -> None:
    """On any other day no pupils are anywhere."""
    assert {pupils_at(zone, day, period) for period in PeriodKind} == {Pupils.ABSENT}
