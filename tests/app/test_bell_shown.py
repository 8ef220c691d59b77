"""The period that the metrics show: the first bell's, of the configuration in force, one at a time."""

from __future__ import annotations

from datetime import datetime

import pytest
from prometheus_client import CollectorRegistry

from agent.app.bell import period_at
from agent.core.timetable import PeriodKind
from agent.metrics import BellMetrics
from tests.addons.build import shipped_engine


@pytest.mark.parametrize(
    ("at", "period"),
    [
        pytest.param("2026-11-23T09:30+00:00", PeriodKind.LESSON, id="a lesson"),
        pytest.param("2026-11-23T10:30+00:00", PeriodKind.BREAK, id="the bell has just rung"),
        pytest.param("2027-06-21T09:30+00:00", PeriodKind.BREAK, id="in summer the school's clock is an hour on"),
        pytest.param("2026-11-22T09:30+00:00", PeriodKind.CLOSED, id="a Sunday"),
    ],
)
def test_it_is_the_period_of_the_first_bell(at: str, period: PeriodKind) -> None:
    """Whatever zone the instant comes in, the bell is the school's."""
    assert period_at(shipped_engine(), datetime.fromisoformat(at)) is period


def test_one_period_at_a_time() -> None:
    """The one that it was is 0 again."""
    registry = CollectorRegistry()
    metrics = BellMetrics(registry)
    for now in (PeriodKind.LESSON, PeriodKind.BREAK):
        metrics.show(now)
    shown = {kind: registry.get_sample_value("breaktime_period", {"period": kind.value}) for kind in PeriodKind}
    assert shown == {kind: float(kind is PeriodKind.BREAK) for kind in PeriodKind}
