"""The guide to the metrics and the metrics themselves: each is in the other, with type and labels."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from agent.metrics import (
    BellMetrics,
    CaseMetrics,
    DirectoryMetrics,
    ForwardingMetrics,
    GatewayMetrics,
    MachineMetrics,
    RetentionMetrics,
    SteeringMetrics,
    WorkerMetrics,
)

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(breaktime_\w+)(?:\{([\w,]*)\})?` \| (\w+) \|", re.M)
PARTS = (
    BellMetrics,
    CaseMetrics,
    DirectoryMetrics,
    ForwardingMetrics,
    MachineMetrics,
    RetentionMetrics,
    SteeringMetrics,
)


def everything(folder: Path) -> CollectorRegistry:
    """Every metric that there is, in one registry."""
    gateway = GatewayMetrics(folder)
    gateway.in_force("example", "0123456789abcdef")
    gateway.release("1.0")
    for part in PARTS:
        part(gateway.registry)
    WorkerMetrics(gateway.registry)
    return gateway.registry


def described(registry: CollectorRegistry) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Type and labels of every metric, by its name on the page."""
    found = {}
    for name, collector in registry._names_to_collectors.items():
        kind = getattr(collector, "_type", "")
        if name == getattr(collector, "_name", "") + {"counter": "_total", "info": "_info"}.get(kind, ""):
            found[name] = ("gauge" if kind == "info" else kind, tuple(collector._labelnames))  # type: ignore[attr-defined]
    return found


def test_the_guide_names_each_metric_and_no_other(tmp_path: Path) -> None:
    """Name, type and labels are as the gateway has them."""
    guide = {
        name: (kind, tuple(filter(None, labels.split(",")))) for name, labels, kind in ROW.findall(GUIDE.read_text())
    }
    real = described(everything(tmp_path))
    for name in ("breaktime_config_info", "breaktime_build_info"):
        real[name] = ("gauge", guide[name][1])  # an info's labels are known when it is set: test_gateway.py
    assert guide == real


def test_promtool_finds_nothing_to_mend(tmp_path: Path) -> None:
    """Names, units, types and help texts follow Prometheus' conventions."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian's prometheus)")
    page = generate_latest(everything(tmp_path))
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
