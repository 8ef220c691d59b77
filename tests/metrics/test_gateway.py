"""The supervisor's own metrics: which configuration is in force, and which release runs."""

from __future__ import annotations

from pathlib import Path

from agent.metrics import GatewayMetrics


def test_one_configuration_is_in_force(tmp_path: Path) -> None:
    """Its revision is shortened, and that of before is gone with it."""
    metrics = GatewayMetrics(tmp_path)
    metrics.in_force("example", "00000000ffff")
    metrics.in_force("example", "0123456789abcdef")
    metrics.release("1.2.3")
    value = metrics.registry.get_sample_value
    assert value("breaktime_config_info", {"site": "example", "revision": "01234567"}) == 1
    assert value("breaktime_config_info", {"site": "example", "revision": "00000000"}) is None
    assert value("breaktime_build_info", {"version": "1.2.3"}) == 1
    assert value("breaktime_store_up") == 1
