"""Which period it is, so that pictures can mark the bells."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from agent.core.timetable import PeriodKind


class BellMetrics:
    """The period of the site's first bell, everybody's unless a later one is for them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._period = Gauge(
            "breaktime_period", "1 for the period that it is by the site's first bell.", ("period",), registry=registry
        )

    def show(self, now: PeriodKind) -> None:
        """One period is 1, every other 0."""
        for kind in PeriodKind:
            self._period.labels(kind.value).set(kind is now)
