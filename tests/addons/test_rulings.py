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


def test_sets_of_labels_are_bounded() -> None:
    """Past the most, what is new counts without role, zone and rule."""
    desk = Desk(engine(policy(rule("no-dating", BLOCK, one_of("service", "kindling")))))
    registry = CollectorRegistry()
    rulings = Rulings(WorkerMetrics(registry), most=0)
    for _ in range(2):
        rulings.count(desk.worker.engine, desk.worker.rule(Flow(LAPTOP, ("kindling.example",), LESSON)))
    (sample,) = [
        one for metric in registry.collect() for one in metric.samples if one.name == "breaktime_rulings_total"
    ]
    assert (sample.labels["role"], sample.labels["zone"], sample.labels["verdict"], sample.value) == (
        "",
        "",
        "block",
        2,
    )
