"""States of the machine: what is no more is not shown."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from agent.metrics import MachineMetrics


def test_what_has_gone_is_not_shown() -> None:
    """A worker that ended, and a certificate whose turn has come, leave nothing behind."""
    registry = CollectorRegistry()
    metrics = MachineMetrics(registry)
    metrics.memory({0: 100, 1: 200})
    metrics.memory({1: 300})
    metrics.certificates({"ca-1": 1.0, "ca-2": 2.0})
    metrics.certificates({"ca-1": 2.0})
    value = registry.get_sample_value
    assert [value("breaktime_worker_memory_bytes", {"worker": one}) for one in "01"] == [None, 300]
    found = [value("breaktime_certificate_expiry_timestamp_seconds", {"certificate": f"ca-{one}"}) for one in "12"]
    assert found == [2.0, None]
