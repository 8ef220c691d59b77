"""What the supervisor counts, and the registry that is served."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Info, disable_created_metrics, start_http_server

from agent.metrics.collector import WorkersCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
REVISION_LENGTH = 8
"""So much of a revision tells two configurations of one school apart."""


class GatewayMetrics:
    """Workers, configuration and store, as the supervisor knows them."""

    def __init__(self, folder: Path) -> None:
        disable_created_metrics()  # when a series began says nothing here, and would double them
        self.folder = folder
        self.registry = registry = CollectorRegistry()
        self._workers = WorkersCollector(folder)
        registry.register(self._workers)
        self.workers = Gauge("breaktime_workers", "Workers that are running.", registry=registry)
        self.workers_wanted = Gauge(
            "breaktime_workers_wanted", "Workers that the configuration asks for.", registry=registry
        )
        self.restarts = Counter(
            "breaktime_worker_restarts_total", "Workers brought back after they ended.", registry=registry
        )
        self.reload_success = Gauge(
            "breaktime_config_last_reload_successful",
            "1 if the configuration on disk is the one in force.",
            registry=registry,
        )
        self.reload_time = Gauge(
            "breaktime_config_last_reload_success_timestamp_seconds",
            "When the configuration in force was taken up.",
            registry=registry,
        )
        self._config = Info("breaktime_config", "The site, and the revision in force, shortened.", registry=registry)
        self.start = Gauge(
            "breaktime_start_timestamp_seconds",
            "When this run of the gateway began; counters count from then on.",
            registry=registry,
        )
        self.start.set_to_current_time()  # the machine's own time, also in a rehearsal
        self._build = Info("breaktime_build", "The release that runs.", registry=registry)
        self.rehearsal = Gauge("breaktime_rehearsal", "1 if the engine's clock was moved by --at.", registry=registry)
        self._make_store(registry)

    def _make_store(self, registry: CollectorRegistry) -> None:
        self.rows = Counter(
            "breaktime_store_rows_written_total", "Rows of active minutes committed.", registry=registry
        )
        self.store_errors = Counter(
            "breaktime_store_errors_total", "Commits that failed and are tried again.", registry=registry
        )
        self.store_waiting = Gauge(
            "breaktime_store_waiting_rows", "Rows of active minutes that wait to be committed.", registry=registry
        )
        self.store_lag = Gauge(
            "breaktime_store_lag_seconds",
            "The age of the oldest count that waits to be committed; 0: none.",
            registry=registry,
        )
        self.store_up = Gauge("breaktime_store_up", "1 if the store takes what is counted.", registry=registry)
        self.store_up.set(1)

    def in_force(self, site: str, revision: str) -> None:
        """Show which configuration is in force: the site's id, and the beginning of the revision."""
        self._config.info({"site": site, "revision": revision[:REVISION_LENGTH]})

    def release(self, version: str) -> None:
        """Show which release runs."""
        self._build.info({"version": version})

    def serve(self, address: str, port: int) -> tuple[WSGIServer, Thread]:
        """Serve `/metrics` on a thread of its own. Raises OSError if the port is taken."""
        return start_http_server(port, address, registry=self.registry)

    def worker_gone(self, pid: int) -> None:
        """Forget the live gauges of a worker that has ended; what it counted stays."""
        self._workers.gone(pid)
