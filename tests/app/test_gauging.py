"""What a gateway looks at for its metrics: real certificates, a real disk, a real process, case work in numbers."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509

from agent.app.gauging import Gauging, certificate_ends, memory_of
from agent.app.paths import DataFolder
from agent.gateway import ca
from agent.gateway.root import RootFolder
from agent.metrics import GatewayMetrics
from tests.system.certificates import new_authority, new_leaf

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder with a set of CAs under a root."""
    found = DataFolder(tmp_path / "data")
    ca.ensure(found.ca, "Example", ["facebook.com"], NOW, RootFolder(found.ca_root))
    return found


def test_each_certificate_has_its_end(data: DataFolder) -> None:
    """The CA in use, those whose turn will come, in order, and the root, which ends last."""
    ends = certificate_ends(data)
    assert list(ends) == ["ca-1", "ca-2", "ca-3", "root"]
    assert sorted(ends.values()) == list(ends.values())
    assert min(ends.values()) > NOW.timestamp()


@pytest.mark.parametrize(
    ("text", "known"), [("", False), ("no certificate", False), (None, False), ("good", True)],
    ids=["empty", "something else", "not there", "a certificate"],
)  # fmt: skip
def test_the_console_s_certificate(data: DataFolder, tmp_path: Path, text: str | None, known: bool) -> None:
    """Its end is shown beside the others, and what cannot be read takes none of theirs away."""
    file, (leaf, _) = tmp_path / "console.pem", new_leaf(new_authority("Example"), ("console.example",))
    if text is not None:
        file.write_bytes(leaf if text == "good" else text.encode())
    ends = certificate_ends(data, file)
    assert {"ca-1", "root"} < set(ends)
    assert ("console" in ends) is known
    if known:
        assert ends["console"] == x509.load_pem_x509_certificate(leaf).not_valid_after_utc.timestamp()


def test_memory_is_that_of_the_process(tmp_path: Path) -> None:
    """In bytes; a process that has just ended is left out."""
    (gone := tmp_path / "gone").mkdir()
    assert memory_of({0: os.getpid()})[0] > 1_000_000
    assert memory_of({0: 1}, gone) == {}


def test_a_look_shows_all(data: DataFolder, tmp_path: Path) -> None:
    """Looks are counted from the first time on, and only grow; what cannot be read stays as it was and ends nothing."""
    metrics = GatewayMetrics(tmp_path)
    counts = iter([(2, 0, 5), None, (1, 1, 7)])
    config = SimpleNamespace(built=SimpleNamespace(console=SimpleNamespace(certificate="")))
    gateway = SimpleNamespace(data=data, metrics=metrics, config=config, clock=None)
    supervisor = SimpleNamespace(numbered={0: os.getpid()})
    gauging = Gauging(gateway, supervisor, lambda: next(counts))  # type: ignore[arg-type]
    value = metrics.registry.get_sample_value
    gauging.look()
    assert (value("breaktime_cases_open"), value("breaktime_case_looks_total")) == (2, 0)
    assert 0 < (value("breaktime_disk_free_bytes") or 0) < (value("breaktime_disk_size_bytes") or 0)
    end = value("breaktime_certificate_expiry_timestamp_seconds", {"certificate": "root"})
    (data.ca / ca.BUNDLE).unlink()
    gauging.look()
    gauging.look()
    assert (value("breaktime_cases_open"), value("breaktime_cases_unreadable")) == (1, 1)
    assert value("breaktime_case_looks_total") == 2
    assert value("breaktime_certificate_expiry_timestamp_seconds", {"certificate": "root"}) == end
