"""What becomes of the record: forwarded to a database elsewhere, and forgotten in time."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class ForwardingMetrics:
    """How the record goes to a database elsewhere; registered only where the site names one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge("breaktime_forwarding_up", "1 if the database took what it was last given.", registry=registry)
        self.backlog = Gauge(
            "breaktime_forwarding_backlog", "The spool: minutes of the clock that wait to be sent.", registry=registry
        )
        self.lag = Gauge(
            "breaktime_forwarding_lag_seconds", "The age of the oldest minute that waits; 0: none.", registry=registry
        )
        self.rows = Counter("breaktime_forwarding_rows_total", "Rows that the database took.", registry=registry)
        self.errors = Counter(
            "breaktime_forwarding_errors_total", "Rounds that failed and are tried again.", registry=registry
        )
        self.forgotten = Counter(
            "breaktime_forwarding_forgotten_total",
            "Days of the record that were deleted there, too.",
            registry=registry,
        )


class RetentionMetrics:
    """What forgetting tells; not in a rehearsal, in which nothing is forgotten."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.well = Gauge(
            "breaktime_retention_up", "1 if everything that was due has been forgotten.", registry=registry
        )
        self.last = Gauge(
            "breaktime_retention_last_success_timestamp_seconds",
            "When everything that was due had been forgotten.",
            registry=registry,
        )
        self.ran = Gauge(
            "breaktime_retention_last_run_timestamp_seconds",
            "When the gateway last looked whether anything is due, by the machine's clock.",
            registry=registry,
        )
        self.oldest = Gauge(
            "breaktime_retention_oldest_timestamp_seconds",
            "The local midnight at which the oldest day of the record began; 0: nothing is held.",
            registry=registry,
        )
        self.overdue = Gauge(
            "breaktime_retention_overdue", "Days of the record that are past their date.", registry=registry
        )
        self.agreed = Gauge(
            "breaktime_clock_agreed", "1 if a second source of time agrees with the clock.", registry=registry
        )
        self.astray = Gauge(
            "breaktime_clock_astray_seconds",
            "How far the clock is ahead of the time that forgetting goes by; negative: behind.",
            registry=registry,
        )
        self.forgotten = Counter(
            "breaktime_retention_forgotten_total", "Days of the record whose key was destroyed.", registry=registry
        )
