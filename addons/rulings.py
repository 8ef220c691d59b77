"""The metric of rulings on social media, as far as the policy wants anonymous totals."""

from __future__ import annotations

from prometheus_client import Counter

from agent.core.decision import Decision
from agent.core.engine import Engine, Ruling
from agent.core.totals import total_as
from agent.metrics import WorkerMetrics

MOST = 1_000
"""Sets of labels that a worker counts under: zones and rules are the school's, and rules change with the policy."""


class Rulings:
    """Counts rulings; the counters of a worker's label sets are looked up once."""

    __slots__ = ("_counters", "_metrics", "_most")

    def __init__(self, metrics: WorkerMetrics, most: int = MOST) -> None:
        self._metrics, self._most = metrics, most
        self._counters: dict[tuple[str, ...], Counter] = {}

    def count(self, engine: Engine, ruling: Ruling) -> None:
        """Count one ruling, unless the policy wants no total of it."""
        role = total_as(engine, ruling)
        if not role:
            return
        labels = _labels(ruling, role)
        if labels not in self._counters and len(self._counters) >= self._most:
            verdict, category, _, _, period, _ = labels
            labels = verdict, category, "", "", period, ""
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
