"""What a worker counts, into files that the supervisor adds up (`collector`)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

RULING_LABELS = ("verdict", "category", "role", "zone", "period", "rule")


class WorkerMetrics:
    """The metrics of one worker process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.rulings = Counter("breaktime_rulings_total", "Rulings on social media.", RULING_LABELS, registry=registry)
        self.connections = Counter(
            "breaktime_connections_total",
            "Connections to social media at a worker by what was done: pass, open or refuse.",
            ("action",),
            registry=registry,
        )
        self.ruling_seconds = Histogram(
            "breaktime_ruling_seconds",
            "Time from an event of the proxy to the ruling on it.",
            buckets=(5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 1e-1),
            registry=registry,
        )
        self.engine_errors = Counter(
            "breaktime_engine_errors_total",
            "Failures of Breaktime's own code in a hook; the flow followed the zone's on-error.",
            ("hook",),
            registry=registry,
        )
        self.handshake_failures = Counter(
            "breaktime_handshake_failures_total",
            "Opened connections whose client refused our certificate.",
            registry=registry,
        )
        self.pinned = Gauge(
            "breaktime_pinned_hosts",
            "Host entries that a kind of device refuses to have opened: ruled on by the name alone for an hour.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.cut = Counter(
            "breaktime_connections_cut_total",
            "Connections ended when their permission did.",
            registry=registry,
        )
        self.loop_lag = Gauge(
            "breaktime_worker_loop_lag_seconds",
            "How late the worker's last tick was; the worst worker's.",
            registry=registry,
            multiprocess_mode="livemax",
        )
