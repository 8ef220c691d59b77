"""Minutes of personal use: each once, anew with each day or week, never lowered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.usage import Usage, span_end

from .build import at
from .strategies import MANY


@pytest.mark.parametrize(
    ("instants", "minutes"),
    [
        pytest.param(["2026-11-23T10:30"], 1, id="one"),
        pytest.param(["2026-11-23T10:30", "2026-11-23T10:30:59"], 1, id="the same minute"),
        pytest.param(["2026-11-23T10:30", "2026-11-23T10:31", "2026-11-23T12:00"], 3, id="three minutes"),
        pytest.param(["2026-11-23T10:31", "2026-11-23T10:30"], 1, id="a clock that went back"),
        pytest.param(["2026-10-25T01:30+01:00", "2026-10-25T01:30+00:00"], 2, id="the hour that comes twice"),
    ],
)
def test_add(instants: list[str], minutes: int) -> None:
    """Each distinct minute counts once."""
    usage = Usage()
    counted = [usage.add("teacher-01", at(instant)) for instant in instants]
    assert sum(counted) == minutes
    assert usage.used("teacher-01", at(instants[-1])) == minutes
    assert usage.used("teacher-02", at(instants[-1])) == 0
    assert usage.used(None, at(instants[-1])) == 0


@pytest.mark.parametrize(
    ("weekly", "later", "minutes"),
    [
        pytest.param(False, "2026-11-25T23:59", 1, id="daily, the same day"),
        pytest.param(False, "2026-11-26T00:00", 0, id="daily, midnight"),
        pytest.param(True, "2026-11-26T00:00", 1, id="weekly, midnight"),
        pytest.param(True, "2026-11-29T23:59", 1, id="weekly, Sunday's last minute"),
        pytest.param(True, "2026-11-30T00:00", 0, id="weekly, Monday"),
        pytest.param(True, "2026-12-02T10:00", 0, id="weekly, the same weekday after"),
    ],
)
def test_renewal(weekly: bool, later: str, minutes: int) -> None:
    """The count begins anew at local midnight, or on Monday."""
    usage = Usage(weekly)
    usage.add("teacher-01", at("2026-11-25T10:30"))
    assert usage.used("teacher-01", at(later)) == minutes
    assert usage.add("teacher-01", at(later))
    assert usage.used("teacher-01", at(later)) == minutes + 1


@pytest.mark.parametrize(("own", "told", "minutes"), [(3, 5, 5), (3, 2, 3), (0, 4, 4), (2, 0, 2)])
def test_set(own: int, told: int, minutes: int) -> None:
    """A total counted elsewhere is taken over, but never lowers one's own."""
    usage, now = Usage(), at("2026-11-23T10:30")
    for passed in range(own):
        usage.add("teacher-01", now + timedelta(minutes=passed))
    last = now + timedelta(minutes=own)
    usage.set("teacher-01", last, told)
    assert usage.used("teacher-01", last) == minutes
    assert not usage.add("teacher-01", last)
    assert usage.add("teacher-01", last + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("instant", "daily", "weekly"),
    [
        ("2026-11-23T00:00", "2026-11-24", "2026-11-30"),
        ("2026-11-29T23:59", "2026-11-30", "2026-11-30"),
        ("2026-10-25T01:30", "2026-10-26", "2026-10-26"),
        ("2028-02-28T10:00", "2028-02-29", "2028-03-06"),
        ("2026-12-31T23:59", "2027-01-01", "2027-01-04"),
    ],
)
def test_span_end(instant: str, daily: str, weekly: str) -> None:
    """An allowance begins anew on the next day, or on the next Monday."""
    assert span_end(at(instant), weekly=False) == date.fromisoformat(daily)
    assert span_end(at(instant), weekly=True) == date.fromisoformat(weekly)


@MANY
@given(st.lists(st.integers(0, 600), max_size=30).map(sorted))
def test_distinct(seconds: list[int]) -> None:
    """However often it is told, the count is that of the distinct minutes."""
    usage, start = Usage(), at("2026-11-23T10:00")
    for second in seconds:
        usage.add("teacher-01", start + timedelta(seconds=second))
    assert usage.used("teacher-01", start) == len({second // 60 for second in seconds})
