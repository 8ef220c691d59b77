"""A policy as a document: when its review is due, and what a school chose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from agent.core.document import Review, ReviewState, SettingInForce

DUE = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        pytest.param(-91, ReviewState.NOT_DUE, id="91 days before"),
        pytest.param(-90, ReviewState.SOON, id="90 days before"),
        pytest.param(0, ReviewState.SOON, id="on the day"),
        pytest.param(1, ReviewState.OVER, id="the day after"),
    ],
)
def test_a_review_is_said_90_days_before(days: int, state: ReviewState) -> None:
    """A review is soon due from 90 days before its day, and over from the day after it."""
    assert Review(2, DUE).state(DUE + timedelta(days=days)) is state


def test_a_setting_is_changed_if_its_value_is_not_the_packs() -> None:
    """Only another value than the pack's own counts as the school's choice."""
    assert not SettingInForce("minutes", "30 minutes", "30 minutes", "9.1", "").changed
    assert SettingInForce("minutes", "20 minutes", "30 minutes", "9.1", "").changed
