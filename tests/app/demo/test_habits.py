"""What a made-up day brings."""

from __future__ import annotations

from datetime import date

from agent.app.demo.habits import day_of
from agent.app.demo.people import members

DAY = date(2026, 11, 16)


def test_a_seed_and_a_day_make_the_same_day() -> None:
    """Another seed, or another day, makes another one."""
    assert day_of(members(), DAY, 1, True) == day_of(members(), DAY, 1, True)
    assert day_of(members(), DAY, 1, True) != day_of(members(), DAY, 2, True)
    assert day_of(members(), DAY, 1, True) != day_of(members(), date(2026, 11, 17), 1, True)


def test_pupils_try_only_where_they_are_in() -> None:
    """On a day without pupils only the staff are there; those of the pupils' sights name nobody."""
    with_pupils, without = day_of(members(), DAY, 1, True), day_of(members(), DAY, 1, False)
    assert [sight for sight in with_pupils if sight.person] == without
    assert len(with_pupils) > len(without)


def test_a_day_is_in_order_of_time() -> None:
    """Allowances are counted as they are used, so the sights come as they were."""
    found = [sight.minute for sight in day_of(members(), DAY, 1, True)]
    assert found == sorted(found)
    assert found[0] >= 8 * 60
    assert found[-1] < 18 * 60
