"""What the metrics grew by goes to the day's counts, once."""

from datetime import date
from pathlib import Path

from prometheus_client import CollectorRegistry

from agent.app.coverage import CoverageBook, counts_in
from agent.metrics import SteeringMetrics, WorkerMetrics
from agent.store.coverage import FOLDER, Coverage

DAY = date(2026, 11, 23)


def test_metrics_are_counted_by_what_they_mean() -> None:
    """Connections by what was done, tries by way, slips of any kind; who does not steer counts no tries."""
    registry = CollectorRegistry()
    workers = WorkerMetrics(registry)
    workers.connections.labels("pass").inc(5)
    workers.connections.labels("open").inc(3)
    workers.handshake_failures.inc(2)
    assert counts_in(registry) == {"by_name": 5, "opened": 3, "refused": 0, "pinned": 2}
    tries = {
        "tries/quic": 4,
        "tries/dot": 1,
        "tries/doh_name": 2,
        "tries/vpn": 9,
        "slips/tcp/cut": 1,
        "slips/quic/passed": 1,
    }
    SteeringMetrics(registry).take({"more": tries})
    found = counts_in(registry)
    assert (found["quic"], found["private_dns"], found["slipped"]) == (4, 3, 2)


def test_what_is_new_is_added_once(tmp_path: Path) -> None:
    """A second look adds nothing; what could not be written comes with the next, and the trouble is said once."""
    registry = CollectorRegistry()
    workers = WorkerMetrics(registry)
    said: list[str] = []
    book = CoverageBook(registry, Coverage(tmp_path), lambda: DAY, said.append)
    workers.handshake_failures.inc(2)
    book.once()
    book.once()
    assert Coverage(tmp_path).of(DAY, DAY)[DAY]["pinned"] == 2
    path = tmp_path / FOLDER / "2026-W48.json"
    kept = path.read_bytes()
    path.write_text("no JSON")
    workers.handshake_failures.inc(1)
    book.once()
    book.once()
    assert len(said) == 1
    path.write_bytes(kept)
    book.once()
    assert Coverage(tmp_path).of(DAY, DAY)[DAY]["pinned"] == 3
