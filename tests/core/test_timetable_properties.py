"""The bell on generated timetables, in zones that change the clock on odd days and by odd steps."""

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agent.core.calendar import Calendar, DayKind
from agent.core.timetable import DIRECTED, Bell, FreePeriod, Period, PeriodKind, TimeRange, Timetable

from .build import days, span
from .strategies import MANY

ODD_ZONES = {  # change the clock on a weekday, at midnight, by half an hour, in the other half of the year
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),
    "America/Santiago": ("2026-04-04", "2026-09-06"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
}


@st.composite
def bells(draw: st.DrawFn) -> Bell:
    """A bell of random periods on every day, with boundaries on any five minutes of the day."""
    cuts = sorted(draw(st.sets(st.integers(0, 288), min_size=2, max_size=14)))
    kinds = draw(st.lists(st.sampled_from(PeriodKind), min_size=len(cuts), max_size=len(cuts)))
    every = frozenset(range(7))
    rows = zip(pairwise(cuts), kinds, strict=False)
    return Bell("b", [Period(kind, TimeRange(a * 5, b * 5), every) for (a, b), kind in rows])


@st.composite
def timetables(draw: st.DrawFn) -> tuple[Timetable, datetime]:
    """A timetable somewhere in the world and an instant near a change of the clock, or any day."""
    name = draw(st.sampled_from(sorted(ODD_ZONES)))
    zone = ZoneInfo(name)
    day = date.fromisoformat(draw(st.sampled_from((*ODD_ZONES[name], "2026-11-23", "2028-02-29"))))
    year = days("2026-01-01", "2028-12-31")
    early = {day: draw(st.integers(0, 1440))} if draw(st.booleans()) else {}
    inset = frozenset({day} if draw(st.booleans()) else ())
    bell = draw(bells())
    free = [FreePeriod("p", weekday, span("00:30-09:30")) for weekday in range(5)]
    made = Timetable(Calendar(zone, (year,), inset=inset, early_closing=early), {"b": bell}, "b", free=free)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    minutes = draw(st.integers(-180, 1600))
    return made, datetime.fromtimestamp(midnight.timestamp() + minutes * 60, zone)


@MANY
@given(timetables(), st.sampled_from([None, "p"]), st.sampled_from([0, 0.01, 0.5, 0.99]))
def test_changes_are_complete(where: tuple[Timetable, datetime], person: str | None, part: float) -> None:
    """Changes strictly increase, and between two of them the moment stays what it is."""
    timetable, start = where
    bell = timetable.bells["b"]
    stamps = [
        start.timestamp(),
        *(c.timestamp() for c in timetable.changes(start, bell, person, 2)),
    ]
    for first, second in pairwise(stamps):
        assert first < second
        moment = timetable.moment(datetime.fromtimestamp(first, start.tzinfo), bell, person)
        between = datetime.fromtimestamp(first + (second - first) * part, start.tzinfo)
        assert timetable.moment(between, bell, person) == moment
        assert moment.starts.timestamp() <= between.timestamp() < moment.ends.timestamp()
        assert moment.ends.timestamp() == second
    assert stamps[-1] > start.timestamp() + 23 * 3600 - 1


@MANY
@given(timetables())
def test_inset_has_no_pupils(where: tuple[Timetable, datetime]) -> None:
    """On an INSET day directed time is training, on any other day it never is unless the bell says so."""
    timetable, instant = where
    moment = timetable.moment(instant, timetable.bells["b"])
    if moment.day is DayKind.INSET:
        assert moment.period not in DIRECTED - {PeriodKind.TRAINING}
    if moment.day in (DayKind.WEEKEND, DayKind.HOLIDAY):
        assert moment.period is PeriodKind.CLOSED
