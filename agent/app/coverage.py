"""What a running gateway counts of its connections, kept by day: the report of a week needs it long after a restart.

Every ten minutes, and at the end, what the metrics have grown by goes to the day's counts. What cannot be written is
tried again with the next.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from prometheus_client import CollectorRegistry

from agent.store.coverage import Coverage
from agent.store.errors import StoreError

EVERY = 600.0
"""Seconds between two looks."""

_PRIVATE_DNS = frozenset({"dot", "doh", "doh_name", "doh_canary", "private_relay"})


class CoverageBook:
    """Reads the metrics of this run, and adds up what is new by the local day that it is now."""

    def __init__(
        self,
        registry: CollectorRegistry,
        coverage: Coverage,
        today: Callable[[], date],
        say: Callable[[str], None],
    ) -> None:
        self._registry, self._coverage, self._today, self._say = registry, coverage, today, say
        self._kept: Counter[str] = Counter()
        self._failing = False

    async def run(self) -> None:
        """Look and keep until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await asyncio.to_thread(self.once)

    def once(self) -> None:
        """One look; what has been counted since the last one is kept."""
        counts = counts_in(self._registry)
        try:
            self._coverage.add(self._today(), {name: count - self._kept[name] for name, count in counts.items()})
        except StoreError as problem:
            if not self._failing:
                self._say(f"what was seen how is not kept yet: {problem}")
            self._failing = True
            return
        self._failing = False
        self._kept = Counter(counts)


def counts_in(registry: CollectorRegistry) -> dict[str, int]:
    """The counts of a week's coverage, as the metrics have them now; none for what has no metric here."""
    found: Counter[str] = Counter()
    for metric in registry.collect():
        for name in _NAMES.get(metric.name, ()):
            found[name] += 0  # there, if nothing has been counted yet
        for sample in metric.samples:
            if sample.name == f"{metric.name}_total" and (name := _named(metric.name, sample.labels)):
                found[name] += int(sample.value)
    return dict(found)


_NAMES: Mapping[str, Iterable[str]] = {
    "breaktime_connections": ("by_name", "opened", "refused"),
    "breaktime_handshake_failures": ("pinned",),
    "breaktime_tries": ("quic", "private_dns"),
    "breaktime_slips": ("slipped",),
}
_ACTIONS = {"pass": "by_name", "open": "opened", "refuse": "refused"}


def _named(metric: str, labels: Mapping[str, str]) -> str:
    """What a sample counts of a week's coverage; "" if nothing."""
    match metric:
        case "breaktime_connections":
            return _ACTIONS.get(labels.get("action", ""), "")
        case "breaktime_handshake_failures":
            return "pinned"
        case "breaktime_slips":
            return "slipped"
        case "breaktime_tries":
            way = labels.get("way", "")
            return "private_dns" if way in _PRIVATE_DNS else "quic" if way == "quic" else ""
    return ""
