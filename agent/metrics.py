"""Every metric that Breaktime exports, in two tables. No person, device, address or host in any label.

Workers count into files of one folder (prometheus-client's multiprocess mode, switched on in their environment);
the supervisor serves the sum of those files beside its own metrics.
"""

from __future__ import annotations

import os
import shutil
import stat
import struct
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
MEMORY = Path("/dev/shm")  # noqa: S108
"""Where files take memory and no disk."""
RULING_LABELS = ("verdict", "category", "role", "zone", "period", "rule")


class WorkerMetrics:
    """What a worker counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.rulings = Counter("breaktime_rulings_total", "Rulings on social media.", RULING_LABELS, registry=registry)
        self.connections = Counter(
            "breaktime_connections_total",
            "TLS connections to social media by what was done: pass, open or refuse.",
            ("action",),
            registry=registry,
        )
        self.ruling_seconds = Histogram(
            "breaktime_ruling_seconds",
            "Time from an event of the proxy to the ruling on it.",
            buckets=(5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 1e-1),
            registry=registry,
        )
        self.engine_errors = Counter(
            "breaktime_engine_errors_total",
            "Failures of Breaktime's own code in a hook; the flow followed the zone's on-error.",
            ("hook",),
            registry=registry,
        )
        self.handshake_failures = Counter(
            "breaktime_handshake_failures_total",
            "Opened connections whose client refused our certificate.",
            registry=registry,
        )
        self.pinned = Gauge(
            "breaktime_pinned_hosts",
            "Host entries that a kind of device refuses to have opened: ruled on by the name alone for an hour.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.cut = Counter(
            "breaktime_connections_cut_total",
            "Connections ended when their permission did.",
            registry=registry,
        )
        self.loop_lag = Gauge(
            "breaktime_worker_loop_lag_seconds",
            "How late the worker's last tick was.",
            registry=registry,
            multiprocess_mode="livemax",
        )


class GatewayMetrics:
    """What the supervisor counts, and the registry that is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.registry = CollectorRegistry()
        self.registry.register(_WorkersCollector(folder))
        self.workers = Gauge("breaktime_workers", "Workers that are running.", registry=self.registry)
        self.restarts = Counter(
            "breaktime_worker_restarts_total",
            "Workers brought back after they ended.",
            registry=self.registry,
        )
        self.reload_success = Gauge(
            "breaktime_config_last_reload_successful",
            "1 if the configuration on disk is the one in force.",
            registry=self.registry,
        )
        self.reload_time = Gauge(
            "breaktime_config_last_reload_success_timestamp_seconds",
            "When the configuration in force was taken up.",
            registry=self.registry,
        )
        self.minutes = Counter(
            "breaktime_minutes_written_total", "Rows of active minutes committed.", registry=self.registry
        )
        self.store_errors = Counter(
            "breaktime_store_errors_total", "Commits that failed and are tried again.", registry=self.registry
        )
        self.store_waiting = Gauge(
            "breaktime_store_waiting_minutes",
            "Active minutes waiting to be committed.",
            registry=self.registry,
        )
        self.ca_expiry = Gauge(
            "breaktime_ca_expiry_timestamp_seconds",
            "When the interception CA expires.",
            registry=self.registry,
        )
        self.rehearsal = Gauge(
            "breaktime_rehearsal", "1 if the engine's clock was moved by --at.", registry=self.registry
        )

    def serve(self, address: str, port: int) -> tuple[WSGIServer, Thread]:
        """Serve `/metrics` on a thread of its own. Raises OSError if the port is taken."""
        return start_http_server(port, address, registry=self.registry)

    def worker_gone(self, pid: int) -> None:
        """Forget the live gauges of a worker that has ended; its counters stay."""
        mark_process_dead(pid, str(self.folder))


class ForwardingMetrics:
    """How the record goes to a database elsewhere; registered only where the site names one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge("breaktime_forwarding_up", "1 if the database took what it was last given.", registry=registry)
        self.backlog = Gauge(
            "breaktime_forwarding_backlog_minutes", "Minutes of the clock that wait to be forwarded.", registry=registry
        )
        self.lag = Gauge(
            "breaktime_forwarding_lag_seconds", "The age of the oldest minute that waits; 0: none.", registry=registry
        )
        self.rows = Counter("breaktime_forwarding_rows_total", "Rows that the database took.", registry=registry)
        self.errors = Counter(
            "breaktime_forwarding_errors_total", "Rounds that failed and are tried again.", registry=registry
        )
        self.forgotten = Counter(
            "breaktime_forwarding_forgotten_days_total", "Days that were deleted there, too.", registry=registry
        )


class RetentionMetrics:
    """What forgetting tells, shown by the supervisor."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.well = Gauge(
            "breaktime_retention_up", "1 if everything that was due has been forgotten.", registry=registry
        )
        self.last = Gauge(
            "breaktime_retention_last_success_timestamp_seconds",
            "When everything that was due had been forgotten.",
            registry=registry,
        )
        self.agreed = Gauge(
            "breaktime_clock_agreed", "1 if a second source of time agrees with the clock.", registry=registry
        )
        self.forgotten = Counter("breaktime_days_forgotten_total", "Days whose key was destroyed.", registry=registry)


class DirectoryMetrics:
    """What is known of who is where, in numbers: no address and no device."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._held = Gauge("breaktime_directory_addresses", "Addresses that live sources tell of.", registry=registry)
        self._contests = Gauge(
            "breaktime_directory_contests", "Times that two devices claimed one address.", registry=registry
        )
        self._sources = Gauge(
            "breaktime_directory_source_up", "1 if a live source can be read.", ("source",), registry=registry
        )
        self._refused = Gauge(
            "breaktime_radius_refused", "Accounting packets refused, by why.", ("why",), registry=registry
        )
        self.unknown = Gauge("breaktime_devices_unknown", "Devices met that no inventory knows.", registry=registry)

    def source(self, name: str, well: bool) -> None:
        """A source can be read, or not."""
        self._sources.labels(name).set(well)

    def show(self, held: int, contests: int, refused: Mapping[str, int]) -> None:
        """Show the numbers as they are."""
        self._held.set(held)
        self._contests.set(contests)
        for why, count in refused.items():
            self._refused.labels(why).set(count)


class SteeringMetrics:
    """What the steward tells, shown by the supervisor; registered only where something is steered.

    `now` are states and `more` counts since the last time, by the metric's short name, `/`, and its labels.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=registry)

        self._now = {
            "loaded": gauge(
                "breaktime_steering_loaded", "1 if the kernel has the rules of the configuration in force."
            ),
            "standing": gauge("breaktime_steering_standing", "1 if social media is steered; 0: as on-failure says."),
            "share": gauge("breaktime_steering_share", "The part of the clients that a worker takes.", "worker"),
            "addresses": gauge("breaktime_steering_addresses", "Addresses that stand for social media.", "family"),
            "left_out": gauge("breaktime_steering_names_left_out", "Names beyond what the resolver minds."),
            "resolver": gauge("breaktime_resolver_up", "1 if the resolver answers."),
            "sense": gauge("breaktime_sense_up", "1 if what slips past is read."),
            "store": gauge("breaktime_store_up", "1 if the store takes what is counted."),
        }
        self._more = {
            "swept": counter("breaktime_steering_swept_total", "Addresses that nothing had named for an hour."),
            "errors": counter("breaktime_steering_errors_total", "Refusals of the kernel and failures of the steward."),
            "slips": counter("breaktime_slips_total", "Social media found unsteered.", "protocol", "done"),
            "quic_ended": counter("breaktime_quic_ended_total", "QUIC flows that a new configuration ended."),
            "tries": counter("breaktime_tries_total", "What was met on ways round the gateway.", "way"),
            "sensed": counter("breaktime_sensed_total", "What was read of unsteered flows.", "what"),
            "restarts": counter("breaktime_steering_restarts_total", "Programs brought back.", "program"),
        }

    def take(self, told: Mapping[str, Mapping[str, float]]) -> None:
        """Show what the steward tells; what has no metric here is passed over."""
        for key, value in told.get("now", {}).items():
            if gauge := _labelled(self._now, key):
                gauge.set(value)
        for key, value in told.get("more", {}).items():
            if counter := _labelled(self._more, key):
                counter.inc(value)

    def gone(self) -> None:
        """The steward has ended: nothing is known to stand until another tells."""
        self._more["restarts"].labels("steward").inc()
        for name in ("loaded", "standing", "resolver", "sense", "store"):
            self._now[name].set(0)
        self._now["share"].clear()


def _labelled[T: (Gauge, Counter)](metrics: Mapping[str, T], key: str) -> T | None:
    name, *labels = key.split("/")
    metric = metrics.get(name)
    if metric is None or not labels:
        return metric
    return metric.labels(*labels)


class _WorkersCollector(Collector):
    """The sum over all workers; looks again where it met the file of one that is just starting, still empty."""

    def __init__(self, folder: Path) -> None:
        self._files: Any = MultiProcessCollector(None, str(folder))

    def collect(self) -> Iterable[Metric]:
        for _ in range(9):
            with suppress(struct.error):
                return list(self._files.collect())
            time.sleep(0.02)
        return list(self._files.collect())


def empty_folder(folder: Path) -> Path:
    """Make the folder that workers count into, without what an earlier run left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    return folder


def counting_folder(root: Path, memory: Path = MEMORY) -> Path:
    """An empty folder for workers to count into: in memory, named after the data folder, else below that.

    The files are mapped, and a mapped file for which a full disk has no room ends its process (SIGBUS): no worker
    would come back until somebody tidied up.
    """
    name = f"breaktime-{sha256(os.fsencode(root.absolute())).hexdigest()[:12]}"
    with suppress(OSError):
        with suppress(FileExistsError):
            (memory / name).mkdir(mode=0o700)
        found = (memory / name).lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
            return empty_folder(memory / name)  # nobody else laid it there for us
    return empty_folder(root.absolute() / "run" / "metrics")


def leave(folder: Path, memory: Path = MEMORY) -> None:
    """Take the folder out of memory again: nothing of a run that has ended stays behind."""
    if memory in folder.parents:
        shutil.rmtree(folder, ignore_errors=True)
