"""Which days are forgotten on which day, by the shortest promise that was made about them."""

from datetime import date, timedelta

import pytest

from agent.core.retention import Keep, due, forgotten_on, put_right, seen_ahead

MONDAY = date(2026, 11, 2)
KEEP = Keep(28, {"strict": 7, "lax": 90, "usual": 28})


def later(days: int) -> date:
    """So many days after the Monday."""
    return MONDAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("policies", "days"),
    [
        pytest.param(["strict"], 7, id="the policy's own"),
        pytest.param(["lax"], 90, id="a longer one"),
        pytest.param(["lax", "strict"], 7, id="two in a day: the shorter promise"),
        pytest.param(["gone"], 28, id="a policy that is no longer there"),
        pytest.param(["gone", "lax"], 28, id="the same beside a longer one"),
        pytest.param([], 28, id="no rows"),
    ],
)
def test_days(policies: list[str], days: int) -> None:
    """A day is kept for the fewest days that any policy of its rows says."""
    assert KEEP.days(policies) == days


@pytest.mark.parametrize(
    ("keep", "alike", "least", "most"),
    [
        pytest.param(Keep(), True, 28, 28, id="nothing said"),
        pytest.param(Keep(28, {"a": 28}), True, 28, 28, id="all the same"),
        pytest.param(KEEP, False, 7, 90, id="not all the same"),
        pytest.param(Keep(5, {"a": 28}), False, 5, 28, id="what is in force is the shortest"),
    ],
)
def test_spans(keep: Keep, alike: bool, least: int, most: int) -> None:
    """Whether policies need be told apart, and how short and long they keep."""
    assert (keep.alike, keep.least, keep.most) == (alike, least, most)


@pytest.mark.parametrize(
    ("today", "gone"),
    [
        pytest.param(0, [], id="the same day"),
        pytest.param(27, [], id="the last day"),
        pytest.param(28, [0], id="four weeks later"),
        pytest.param(29, [0, 1], id="the next day"),
        pytest.param(400, [0, 1, 2], id="a run that comes late catches up"),
        pytest.param(-400, [], id="a clock that went back"),
    ],
)
def test_due(today: int, gone: list[int]) -> None:
    """28 days are the day itself and 27 more; whatever is overdue goes too, the oldest first."""
    kept = dict.fromkeys((later(2), later(0), later(1)), 28)
    assert due(kept, {}, later(today)) == [later(day) for day in gone]


@pytest.mark.parametrize(("days", "on"), [(1, 1), (28, 28), (366, 366)])
def test_forgotten_on(days: int, on: int) -> None:
    """A day kept for one day is gone when the next begins."""
    assert forgotten_on(MONDAY, days) == later(on)


def test_a_day_of_a_later_date() -> None:
    """What a clock that was ahead wrote is kept from the day it was seen, not until its false date comes."""
    false = later(300)
    ahead = seen_ahead([later(0), later(1), false], {}, MONDAY)
    assert ahead == {false: MONDAY}
    assert seen_ahead([later(0), false], ahead, later(5)) == ahead
    assert seen_ahead([later(0)], ahead, later(5)) == {}
    assert due({false: 28}, ahead, later(27)) == []
    assert due({false: 28}, ahead, later(28)) == [false]
    assert seen_ahead([false], ahead, later(400)) == ahead
    assert forgotten_on(MONDAY, 28, later(5)) == later(28)


def test_days_that_were_not_ahead_after_all() -> None:
    """If it was today's clock that was behind, the looks before were later than they said, and nothing goes early."""
    ahead = seen_ahead([later(0)], {}, later(-2500))
    assert due({later(0): 28}, ahead, later(1)) == [later(0)]
    right = put_right(ahead, 2500 * 86_400.0 + 60)
    assert right == {later(0): later(0)}
    assert due({later(0): 28}, right, later(1)) == []
    assert put_right(ahead, 3600.0) == ahead
