"""The metric of rulings on social media, as far as the policy wants anonymous totals."""

from __future__ import annotations

from prometheus_client import Counter

from agent.core.decision import Decision
from agent.core.engine import Engine, Ruling
from agent.core.totals import total_as
from agent.metrics import WorkerMetrics


class Rulings:
    """Counts rulings; the counters of a worker's label sets are looked up once."""

    __slots__ = ("_counters", "_metrics")

    def __init__(self, metrics: WorkerMetrics) -> None:
        self._metrics = metrics
        self._counters: dict[tuple[str, ...], Counter] = {}

    def count(self, engine: Engine, ruling: Ruling) -> None:
        """Count one ruling, unless the policy wants no total of it."""
        role = total_as(engine, ruling)
        if not role:
            return
        labels = _labels(ruling, role)
        counter = self._counters.get(labels)
        if counter is None:
            counter = self._counters[labels] = self._metrics.rulings.labels(*labels)
        counter.inc()


def _labels(ruling: Ruling, role: str) -> tuple[str, ...]:
    facts, outcome = ruling.facts, ruling.outcome
    zone = facts.zone if role == facts.role else ""  # a place would tell who is meant by `staff`
    verdict, rule = (outcome.verdict, outcome.rule) if isinstance(outcome, Decision) else ("open", "")
    category, match = facts.category or "", ruling.situation.match
    if match is not None and match.service.sensitive:
        category, rule = "social-media", ""  # as in the record: one head of one school is one person
    return verdict, category, role, zone, facts.period, rule
