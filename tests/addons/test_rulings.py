"""The metric of rulings: who is meant stands in no label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from addons.rulings import Rulings
from agent.core.flow import Flow
from agent.metrics import WorkerMetrics
from tests.addons.test_worker import LESSON, Desk
from tests.core.build import BLOCK, LAPTOP, engine, one_of, policy, rule


def test_a_sensitive_service_is_no_label() -> None:
    """The metric of a dating site says social media, as the record does: a role may be one person."""
    desk = Desk(engine(policy(rule("no-dating", BLOCK, one_of("service", "kindling")))))
    registry = CollectorRegistry()
    rulings = Rulings(WorkerMetrics(registry))
    rulings.count(desk.worker.engine, desk.worker.rule(Flow(LAPTOP, ("kindling.example",), LESSON)))
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    (labels,) = [sample.labels for sample in samples if sample.name == "breaktime_rulings_total"]
    assert (labels["category"], labels["rule"], labels["verdict"]) == ("social-media", "", "block")
