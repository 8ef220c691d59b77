"""The days of the made-up term."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from agent.app.demo.year import WEEKS, last_friday, term_until


@pytest.mark.parametrize(
    ("today", "friday"),
    [
        pytest.param(date(2026, 11, 23), date(2026, 11, 20), id="monday"),
        pytest.param(date(2026, 11, 26), date(2026, 11, 20), id="thursday"),
        pytest.param(date(2026, 11, 27), date(2026, 11, 20), id="a-friday-is-not-over"),
        pytest.param(date(2026, 11, 28), date(2026, 11, 27), id="saturday"),
        pytest.param(date(2027, 1, 1), date(2026, 12, 25), id="new-year"),
    ],
)
def test_the_last_friday_is_over(today: date, friday: date) -> None:
    """The term ends on the last Friday before today."""
    assert last_friday(today) == friday


def test_a_term_holds_its_half_term_and_its_change() -> None:
    """Half-term, closed day and the policy's change lie within the thirteen weeks, in this order of time."""
    term = term_until(date(2026, 11, 20), 1)
    assert term.days[0] == term.inset
    assert len(term.days) == 7 * WEEKS - 2
    assert term.first < term.half_term[0] < term.half_term[1] < term.change < term.closed < term.last
    assert term.change.weekday() == 0
    assert term.wet


def test_another_seed_has_other_weather() -> None:
    """The same seed and date make the same term, another seed another."""
    last = date(2026, 11, 20)
    assert term_until(last, 1) == term_until(last, 1)
    assert term_until(last, 1) != term_until(last, 2)
    assert term_until(last - timedelta(weeks=1), 1) != term_until(last, 1)
