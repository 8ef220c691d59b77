"""Group commits: what the workers counted goes to the store a few times a second, and waits while it cannot."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from threading import Lock

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
        self._since: float | None = None
        self._writing: float | None = None
        self._lock = Lock()
        metrics.store_lag.set_function(self.lag)

    @property
    def well(self) -> bool:
        """True if the store takes what is counted."""
        return not self._failing

    def lag(self) -> float:
        """The age in seconds of the oldest count that waits or is being written; 0 if there is none."""
        since = self._writing or (self._since if self._waiting else None)
        return time.monotonic() - since if since else 0.0

    def add(self, minutes: Minutes) -> None:
        """Take over what a worker counted."""
        with self._lock:
            self._sum(minutes)
            if minutes and self._since is None:
                self._since = time.monotonic()
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
        with self._lock:  # `add` goes on in the event loop, and what it sums must not be what is being written
            batch, self._waiting = self._waiting, {}
            self._writing, self._since = self._since if batch else None, None
        if not batch:
            return True
        try:
            self._metrics.rows.inc(self._write(batch))
        except Exception as problem:
            self._put_back(batch, problem)
            return False
        with self._lock:
            self._writing, self._failing = None, False
            self._metrics.store_waiting.set(len(self._waiting))
        self._metrics.store_up.set(1)
        return True

    def _sum(self, minutes: Minutes) -> None:
        for key, counts in minutes.items():
            self._waiting.setdefault(key, Counts()).add(counts)
        self._metrics.store_waiting.set(len(self._waiting))

    def _put_back(self, batch: Minutes, problem: Exception) -> None:
        self._metrics.store_errors.inc()
        self._metrics.store_up.set(0)
        with self._lock:
            self._sum(batch)
            self._since, self._writing = self._writing, None
        if not self._failing:
            # Said once, not every two seconds; the metric goes on counting.
            print(f"breaktime: records wait in memory until the store takes them: {problem}", file=sys.stderr)
        self._failing = True
