"""The steward's meters: each under its metric, none that has none, and nothing known to stand once it has gone."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from agent.metrics import SteeringMetrics


def test_what_is_told_is_shown() -> None:
    """States are set, counts added, labels taken from the name; what is unknown is passed over."""
    registry = CollectorRegistry()
    metrics = SteeringMetrics(registry)
    for _ in range(2):
        metrics.take({
            "now": {"loaded": True, "store": True, "share/1": 0.5, "addresses/ipv6": 7, "weather": 1},
            "more": {"slips/tcp/cut": 2, "swept": 1, "tries/quic": 3, "news": 1},
        })  # fmt: skip
    value = registry.get_sample_value
    assert value("breaktime_steering_loaded") == 1
    assert value("breaktime_steering_share", {"worker": "1"}) == 0.5
    assert value("breaktime_steering_addresses", {"family": "ipv6"}) == 7
    assert value("breaktime_slips_total", {"protocol": "tcp", "done": "cut"}) == 4
    assert value("breaktime_steering_swept_total") == 2
    assert value("breaktime_tries_total", {"way": "quic"}) == 6


def test_nothing_stands_without_a_steward() -> None:
    """Its end is counted; the counts before it stay."""
    registry = CollectorRegistry()
    metrics = SteeringMetrics(registry)
    metrics.take({"now": {"standing": 1, "share/0": 1}, "more": {"swept": 4}})
    metrics.gone()
    value = registry.get_sample_value
    assert value("breaktime_steering_standing") == 0
    assert value("breaktime_steering_share", {"worker": "0"}) is None
    assert value("breaktime_steering_swept_total") == 4
    assert value("breaktime_steering_restarts_total", {"program": "steward"}) == 1
