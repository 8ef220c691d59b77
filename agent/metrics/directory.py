"""What is known of who is where, in numbers: no address and no device."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge


class DirectoryMetrics:
    """The live sources. A source's label is its kind, with a number where there are several of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._held = Gauge("breaktime_directory_addresses", "Addresses that live sources tell of.", registry=registry)
        self._contests = Counter(
            "breaktime_directory_contests_total", "Times that two devices claimed one address.", registry=registry
        )
        self._up = Gauge(
            "breaktime_directory_source_up", "1 if a live source can be read.", ("source",), registry=registry
        )
        self._read = Gauge(
            "breaktime_directory_source_read_timestamp_seconds",
            "When a live source was last read; of RADIUS, when its socket was opened.",
            ("source",),
            registry=registry,
        )
        self._news = Gauge(
            "breaktime_directory_source_news_timestamp_seconds",
            "When a live source last told anything new.",
            ("source",),
            registry=registry,
        )
        self._refused = Counter(
            "breaktime_radius_refused_total", "Accounting packets refused, by why.", ("why",), registry=registry
        )
        self.errors = Counter(
            "breaktime_directory_errors_total", "Failures of Breaktime's own code over sources.", registry=registry
        )
        self.unknown = Gauge("breaktime_devices_unknown", "Devices met that no inventory knows.", registry=registry)
        self._seen: dict[tuple[Counter, str], float] = {}

    def source(self, name: str, well: bool, at: float) -> None:
        """A source could be read at that time (seconds since the epoch), or could not."""
        self._up.labels(name).set(well)
        if well:
            self._read.labels(name).set(at)

    def news(self, name: str, at: float) -> None:
        """A source told something new."""
        self._news.labels(name).set(at)

    def gone(self, name: str) -> None:
        """A source is not asked any more."""
        for gauge in (self._up, self._read, self._news):
            gauge.remove(name)

    def show(self, held: int, contests: int, refused: Mapping[str, int]) -> None:
        """Show the numbers as they are: `contests` and `refused` since their source began."""
        self._held.set(held)
        self._add(self._contests, "", contests)
        for why, count in refused.items():
            self._add(self._refused, why, count)

    def _add(self, counter: Counter, label: str, total: float) -> None:
        """Count what has come since the last time; a total that is less began anew."""
        before = self._seen.get((counter, label), 0)
        self._seen[counter, label] = total
        (counter.labels(label) if label else counter).inc(total - before if total >= before else total)
