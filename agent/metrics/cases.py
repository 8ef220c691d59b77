"""Case work in numbers: how much of it there is, never whose."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class CaseMetrics:
    """Shown by the supervisor, which reads cases and chain for the recording on concern anyhow."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.open = Gauge("breaktime_cases_open", "Cases that were neither refused nor closed.", registry=registry)
        self.unreadable = Gauge(
            "breaktime_cases_unreadable", "Cases that cannot be read: nobody is recorded for them.", registry=registry
        )
        self.looks = Counter(
            "breaktime_case_looks_total",
            "Looks at the record of a person in a case, by the audit chain.",
            registry=registry,
        )
