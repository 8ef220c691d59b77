"""Group commits: what the workers counted goes to the store a few times a second, and waits while it cannot."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from agent.core.tally import Counts, Minutes
from agent.metrics import GatewayMetrics

PAUSE = 0.1
"""Seconds between a count's arrival and its commit."""
RETRY = 2.0


class Recorder:
    """Holds minutes until they are committed. Nothing is dropped: what waits is summed by its key."""

    def __init__(self, write: Callable[[Minutes], int], metrics: GatewayMetrics) -> None:
        self._write = write
        self._metrics = metrics
        self._waiting: Minutes = {}
        self._news = asyncio.Event()
        self._failing = False

    @property
    def well(self) -> bool:
        """True if the store takes what is counted."""
        return not self._failing

    def add(self, minutes: Minutes) -> None:
        """Take over what a worker counted."""
        for key, counts in minutes.items():
            self._waiting.setdefault(key, Counts()).add(counts)
        self._metrics.store_waiting.set(len(self._waiting))
        self._news.set()

    async def run(self) -> None:
        """Commit until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(PAUSE)
            if not await asyncio.to_thread(self.commit):
                self._news.set()
                await asyncio.sleep(RETRY)

    def commit(self) -> bool:
        """Write what waits; False if the store would not take it."""
        batch, self._waiting = self._waiting, {}
        if not batch:
            return True
        try:
            self._metrics.minutes.inc(self._write(batch))
        except Exception as problem:
            self._put_back(batch, problem)
            return False
        self._failing = False
        self._metrics.store_waiting.set(len(self._waiting))
        return True

    def _put_back(self, batch: Minutes, problem: Exception) -> None:
        self._metrics.store_errors.inc()
        self.add(batch)
        if not self._failing:
            # Said once, not every two seconds; the metric goes on counting.
            print(f"breaktime: records wait in memory until the store takes them: {problem}", file=sys.stderr)
        self._failing = True
