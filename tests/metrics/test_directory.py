"""What is known of who is where, in numbers that only grow where they are counts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from agent.metrics import DirectoryMetrics


def test_counts_only_grow() -> None:
    """What a source that began anew has counted is added to what was counted before."""
    registry = CollectorRegistry()
    metrics = DirectoryMetrics(registry)
    for contests, refused in ((2, {"secret": 5}), (3, {"secret": 6}), (3, {}), (4, {"secret": 1})):
        metrics.show(40, contests, refused)
    assert registry.get_sample_value("breaktime_directory_addresses") == 40
    assert registry.get_sample_value("breaktime_directory_contests_total") == 4
    assert registry.get_sample_value("breaktime_radius_refused_total", {"why": "secret"}) == 7


def test_a_source_that_fails_keeps_its_age() -> None:
    """When it was last read stays while it cannot be, and goes with the source."""
    registry = CollectorRegistry()
    metrics = DirectoryMetrics(registry)
    leases = {"source": "leases"}
    metrics.source("leases", True, 100.0)
    metrics.news("leases", 90.0)
    metrics.source("leases", False, 200.0)
    value = registry.get_sample_value
    assert value("breaktime_directory_source_up", leases) == 0
    assert value("breaktime_directory_source_read_timestamp_seconds", leases) == 100
    assert value("breaktime_directory_source_news_timestamp_seconds", leases) == 90
    metrics.gone("leases")
    assert value("breaktime_directory_source_up", leases) is None
