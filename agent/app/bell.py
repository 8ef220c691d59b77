"""Has the metrics show which period it is, by the configuration in force and the engine's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from agent.clock import Clock
from agent.core.engine import Engine
from agent.core.timetable import PeriodKind
from agent.metrics import BellMetrics

EVERY = 5.0
"""Seconds between two looks: less than between two scrapes."""


class Bell:
    """Runs beside the workers; `engine` gives the one in force."""

    def __init__(self, engine: Callable[[], Engine], clock: Clock, metrics: BellMetrics) -> None:
        self._engine, self._clock, self._metrics = engine, clock, metrics

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._metrics.show(period_at(self._engine(), self._clock.now()))
            await asyncio.sleep(EVERY)


def period_at(engine: Engine, at: datetime) -> PeriodKind:
    """What the site's first bell says at an instant."""
    timetable = engine.timetable
    return timetable.moment(at.astimezone(timetable.calendar.zone), timetable.bells[timetable.default]).period
