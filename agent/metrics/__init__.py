"""Every metric that Breaktime exports, one noun a file. No person, device, address or host in any label.

    workers ──► files of one folder (`folder`) ──► `collector` ─┐
    supervisor: gateway · machine · record · cases · directory  ├─► `/metrics` ─► Prometheus, console
    steward ──► link ──► supervisor: steering ──────────────────┘

`docs/metrics.md` has what each means; a test holds the two together.
"""

from agent.metrics.bell import BellMetrics
from agent.metrics.cases import CaseMetrics
from agent.metrics.directory import DirectoryMetrics
from agent.metrics.folder import MEMORY, counting_folder, empty_folder, leave
from agent.metrics.gateway import FOLDER_VARIABLE, GatewayMetrics
from agent.metrics.machine import MachineMetrics
from agent.metrics.record import ForwardingMetrics, RetentionMetrics
from agent.metrics.steering import SteeringMetrics
from agent.metrics.workers import RULING_LABELS, WorkerMetrics

__all__ = [
    "FOLDER_VARIABLE",
    "MEMORY",
    "RULING_LABELS",
    "BellMetrics",
    "CaseMetrics",
    "DirectoryMetrics",
    "ForwardingMetrics",
    "GatewayMetrics",
    "MachineMetrics",
    "RetentionMetrics",
    "SteeringMetrics",
    "WorkerMetrics",
    "counting_folder",
    "empty_folder",
    "leave",
]
