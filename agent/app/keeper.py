"""The gateway's own hand in forgetting: every ten minutes it looks at the clocks and forgets what is due.

So a day goes within minutes of the midnight on which it is no longer kept, and what fell due while the machine was off,
or while something was in the way, goes as soon as it can. Trouble is said once, and the metrics go on saying it. In a
rehearsal nothing is forgotten: the time is not the machine's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry

from agent.app import retention
from agent.app.retention_status import said_of_clock
from agent.clock import sources
from agent.core.engine import Engine
from agent.core.trusted import Look
from agent.metrics import RetentionMetrics
from agent.store.errors import StoreError

EVERY = 600.0
"""Seconds between two looks."""


class Keeper:
    """Runs retention beside the gateway, by the configuration in force."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        data: Path,
        registry: CollectorRegistry,
        say: Callable[[str], None],
        let_go: Callable[[], None],
        look: Look = sources,
    ) -> None:
        self._engine, self._data, self._look = engine, data, look
        self._metrics, self._say, self._let_go = RetentionMetrics(registry), say, let_go
        self._said: dict[str, str] = {}

    async def run(self) -> None:
        """Look and forget until cancelled."""
        while True:
            await asyncio.to_thread(self.once)
            await asyncio.sleep(EVERY)

    def once(self) -> None:
        """One look; what is due is forgotten."""
        try:
            self._show_clock()
            self._forget()
        finally:
            self._show_held()

    def _show_clock(self) -> None:
        """Show whether the clock is right, whatever comes of forgetting."""
        with suppress(Exception):  # what keeps it from being seen keeps from forgetting too, and is said there
            today, _ = retention.today_by(self._engine(), self._data, self._look)
            self._metrics.agreed.set(today.found.agreed)
            self._metrics.astray.set(today.found.astray)
            self._say_once("clock", "" if today.found.agreed else said_of_clock(today))

    def _forget(self) -> None:
        try:
            done = retention.run(self._engine(), self._data, self._look)
        except Exception as problem:  # whatever it is, it must not end the gateway
            self._let_go()  # of what was forgotten all the same
            self._metrics.well.set(0)
            what = problem if isinstance(problem, StoreError) else type(problem).__name__
            kind = re.sub(r"\d+", "", str(what))
            self._say_once("forgetting", f"what is due is not forgotten yet: {what}", kind)
            return
        self._say_once("forgetting", "")
        self._let_go()
        self._told(done)

    def _told(self, done: retention.Run) -> None:
        self._metrics.well.set(1)
        self._metrics.last.set(done.today.found.at)
        if done.receipt is not None:
            self._metrics.forgotten.inc(len(done.receipt["days"]))
            days = ", ".join(done.receipt["days"])
            self._say(f"forgotten: {days or 'files set aside'}; receipt {done.receipt['number']}")

    def _show_held(self) -> None:
        """Show what is left, also where forgetting failed: most of all then."""
        with suppress(Exception):  # what is wrong with the record was said by whoever wanted to forget
            self._metrics.ran.set(self._look().wall)
            oldest, overdue = retention.still_held(self._engine(), self._data, self._look)
            self._metrics.oldest.set(oldest.timestamp() if oldest else 0)
            self._metrics.overdue.set(overdue)

    def _say_once(self, about: str, text: str, kind: str = "-") -> None:
        """Say what is new; trouble of the same kind, in whatever figures, is not said again until it has gone."""
        if text and self._said.get(about) != kind:
            self._say(text)
        self._said[about] = kind if text else ""
