"""The sum over all workers: what one that ended has counted stays, its file and its states do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry

from agent.metrics import FOLDER_VARIABLE
from agent.metrics.collector import DEAD, WorkersCollector

WORKER = """\
import os
from prometheus_client import CollectorRegistry
from agent.metrics import WorkerMetrics
metrics = WorkerMetrics(CollectorRegistry())
metrics.connections.labels("pass").inc(3)
metrics.ruling_seconds.observe(0.00003)
metrics.pinned.set(2)
print(os.getpid())
"""
PASSED = {"action": "pass"}


def worker(folder: Path) -> int:
    """A worker that counts and ends; its process id."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER], env={FOLDER_VARIABLE: str(folder)}, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


def test_what_a_dead_worker_counted_stays(tmp_path: Path) -> None:
    """However often workers end, their counts add up and no more than two files are left of them."""
    collector, registry = WorkersCollector(tmp_path), CollectorRegistry()
    registry.register(collector)
    value = registry.get_sample_value
    for number in (1, 2):
        pid = worker(tmp_path)
        assert value("breaktime_connections_total", PASSED) == 3 * number
        assert value("breaktime_pinned_hosts") == 2
        collector.gone(pid)
        collector.gone(pid)  # twice is once
        assert value("breaktime_connections_total", PASSED) == 3 * number
        assert value("breaktime_ruling_seconds_count") == number
        assert value("breaktime_ruling_seconds_bucket", {"le": "5e-05"}) == number
        assert value("breaktime_pinned_hosts") is None
        left = sorted(path.name for path in tmp_path.iterdir())
        assert left == [f"counter_{DEAD}.db", f"histogram_{DEAD}.db"]


def test_a_worker_that_was_killed_as_it_began(tmp_path: Path) -> None:
    """An empty file is nothing counted, and is no failure."""
    (tmp_path / "counter_77.db").write_bytes(b"")
    WorkersCollector(tmp_path).gone(77)
    WorkersCollector(tmp_path).gone(78)
