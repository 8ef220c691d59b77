"""What each day is to the school, and wall clocks that exist."""

from datetime import date, datetime

import pytest

from agent.core.calendar import DateRange, DayKind

from .build import CALENDAR, LONDON, at, days


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        pytest.param("2026-09-02", DayKind.SCHOOL, id="first day of term"),
        pytest.param("2026-12-18", DayKind.SCHOOL, id="last day of term"),
        pytest.param("2026-12-21", DayKind.HOLIDAY, id="day after term"),
        pytest.param("2026-08-31", DayKind.HOLIDAY, id="before the year"),
        pytest.param("2026-09-01", DayKind.INSET, id="inset outside a term"),
        pytest.param("2027-01-04", DayKind.INSET, id="inset"),
        pytest.param("2026-12-05", DayKind.WEEKEND, id="inset on a saturday stays a weekend"),
        pytest.param("2026-10-23", DayKind.SCHOOL, id="friday before half-term"),
        pytest.param("2026-10-25", DayKind.WEEKEND, id="clock change, autumn 2026"),
        pytest.param("2026-10-26", DayKind.HOLIDAY, id="first day of half-term"),
        pytest.param("2026-10-30", DayKind.HOLIDAY, id="last day of half-term"),
        pytest.param("2026-11-02", DayKind.SCHOOL, id="monday after half-term"),
        pytest.param("2027-05-03", DayKind.HOLIDAY, id="bank holiday in a term"),
        pytest.param("2027-05-04", DayKind.SCHOOL, id="day after a bank holiday"),
        pytest.param("2026-11-28", DayKind.WEEKEND, id="saturday"),
        pytest.param("2026-11-29", DayKind.WEEKEND, id="sunday"),
        pytest.param("2027-03-28", DayKind.WEEKEND, id="clock change, spring 2027"),
        pytest.param("2028-02-29", DayKind.SCHOOL, id="leap day"),
    ],
)
def test_day_kind(day: str, kind: DayKind) -> None:
    """A weekday in a term is a school day unless something else says what it is."""
    assert CALENDAR.day_kind(date.fromisoformat(day)) is kind


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 1), False),
        (date(2026, 9, 2), True),
        (date(2026, 9, 4), True),
        (date(2026, 9, 5), False),
        ("2026-09-03", False),
    ],
)
def test_range(day: object, expected: bool) -> None:
    """A range of days includes both of its ends, and nothing that is not a day."""
    assert (day in days("2026-09-02", "2026-09-04")) is expected
    assert DateRange(date(2026, 9, 1), date(2026, 9, 1)).first == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("naive", "expected"),
    [
        pytest.param("2026-03-29T00:59", "2026-03-29T00:59+00:00", id="before the gap"),
        pytest.param("2026-03-29T01:00", "2026-03-29T02:00+01:00", id="the first minute skipped"),
        pytest.param("2027-03-28T01:15", "2027-03-28T02:15+01:00", id="a minute skipped"),
        pytest.param("2026-10-25T01:30", "2026-10-25T01:30+01:00", id="a minute that comes twice"),
        pytest.param("2026-11-23T09:30", "2026-11-23T09:30+00:00", id="any other"),
    ],
)
def test_normalise(naive: str, expected: str) -> None:
    """A wall clock that the spring skips moves forward with the clock; any other stays."""
    local = CALENDAR.normalise(datetime.fromisoformat(naive).replace(tzinfo=LONDON))
    assert local.isoformat(timespec="minutes") == expected
    assert local == at(expected)
