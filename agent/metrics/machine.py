"""What the supervisor looks at every few seconds: the workers' memory, the disk, the files, the certificates."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge


class MachineMetrics:
    """States of the machine, as far as the gateway stands or falls with them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._memory = Gauge(
            "breaktime_worker_memory_bytes",
            "Resident memory of each worker, by its number.",
            ("worker",),
            registry=registry,
        )
        self.disk_free = Gauge(
            "breaktime_disk_free_bytes", "Room that is left to us where the data folder lies.", registry=registry
        )
        self.disk_size = Gauge("breaktime_disk_size_bytes", "All room where the data folder lies.", registry=registry)
        self.store_size = Gauge(
            "breaktime_store_size_bytes", "The record's database with its log, on the disk.", registry=registry
        )
        self._expiry = Gauge(
            "breaktime_certificate_expiry_timestamp_seconds",
            "When a certificate ends: root, ca-1 (in use), ca-2 and ca-3 (their turn will come), console.",
            ("certificate",),
            registry=registry,
        )
        self._certificates: frozenset[str] = frozenset()
        self._workers: frozenset[str] = frozenset()

    def memory(self, by_worker: Mapping[int, int]) -> None:
        """Show the bytes of each worker that runs."""
        self._workers = _show(self._memory, {str(number): size for number, size in by_worker.items()}, self._workers)

    def certificates(self, ends: Mapping[str, float]) -> None:
        """Show when each certificate ends, in seconds since the epoch; one that is not named any more has gone."""
        self._certificates = _show(self._expiry, ends, self._certificates)


def _show(gauge: Gauge, values: Mapping[str, float], before: frozenset[str]) -> frozenset[str]:
    """Set each, and take away what was shown before and is no more; the labels that are shown now."""
    for label, value in values.items():
        gauge.labels(label).set(value)
    for label in before - values.keys():
        gauge.remove(label)
    return frozenset(values)
