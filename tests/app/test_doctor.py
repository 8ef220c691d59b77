"""Every finding of the doctor, provoked; the command that it names is there."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.app import doctor, retention
from agent.app.finding import MEANS
from agent.app.live import read
from agent.app.paths import DataFolder
from agent.clock import Clock, sources
from agent.core.tally import Counts
from agent.gateway import ca
from agent.store import Store
from tests.store.making import LONDON, MINUTE, SITE

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime.now(UTC)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A fresh data folder."""
    return DataFolder(tmp_path / "data")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def found(name: str, config: Path, data: DataFolder, clock: Clock | None = None) -> doctor.Finding:
    """The finding of this name."""
    return next(f for f in doctor.examine(config, data, clock or Clock()) if f.name == name)


def test_all_is_well_once_there_is_a_ca(config: Path, data: DataFolder) -> None:
    """What `ca` says is missing is mended by the command that it names."""
    missing = found("ca", config, data)
    assert (missing.good, missing.mend) == (False, "breaktime ca init")
    names = read(config)
    assert not isinstance(names, list)
    ca.make(data.ca, "s", sorted(names.engine.site.openable), NOW)
    findings = doctor.examine(config, data, Clock())
    bad = [f.name for f in findings if not f.good and f.name not in ("gateway", "metrics", "console")]
    assert bad == []


def test_a_broken_configuration(config: Path, data: DataFolder) -> None:
    """It points to `check`, which says everything."""
    (config / "site.yaml").write_text("site: 1\n")
    finding = found("configuration", config, data)
    assert (finding.good, finding.mend) == (False, f"breaktime check {config}")


def test_a_clock_that_is_slow(config: Path, data: DataFolder) -> None:
    """A clock behind what was already written, or behind this version, would rule by the wrong bell."""
    data.prepare()
    (data.root / "breaktime.db").write_bytes(b"")
    assert found("clock", config, data).good
    slow = found("clock", config, data, Clock(-timedelta(hours=1).total_seconds()))
    assert (slow.good, slow.mend) == (False, "timedatectl set-ntp true")
    assert "59 minutes slow" in slow.what or "60 minutes slow" in slow.what


def test_a_ca_that_ends_soon(config: Path, data: DataFolder) -> None:
    """Devices must trust a new one in time."""
    ca.make(data.ca, "s", ("facebook.com",), NOW - ca.LIFETIME + timedelta(days=30))
    finding = found("ca", config, data)
    assert (finding.good, finding.mend) == (False, "breaktime ca renew")
    assert "expires" in finding.what


def test_a_ca_that_lacks_names(config: Path, data: DataFolder) -> None:
    """What the catalogue has gained is not opened until the CA is renewed."""
    ca.make(data.ca, "s", ("facebook.com",), NOW)
    finding = found("ca", config, data)
    assert (finding.good, finding.mend) == (False, "breaktime ca renew")
    assert "never opened" in finding.what


def test_governance_that_is_missing(config: Path, data: DataFolder) -> None:
    """Nobody is recorded until it is named; the example's own is said to be an example."""
    assert "example" in found("governance", config, data).what
    text = (config / "site.yaml").read_text()
    start, end = text.index("governance:"), text.index("calendar:")
    (config / "site.yaml").write_text(text[:start] + text[end:])
    assert not found("governance", config, data).good


@pytest.fixture
def taken(config: Path) -> Iterator[int]:
    """Something else listens on the gateway's port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        text = (config / "site.yaml").read_text()
        (config / "site.yaml").write_text(text.replace("port: 8080", f"port: {port}").replace("port: 9108", "port: 9"))
        yield port


def test_a_port_that_is_taken(config: Path, data: DataFolder, taken: int) -> None:
    """It names the command that shows who has it."""
    finding = found("gateway", config, data)
    assert (finding.good, finding.mend) == (False, f"ss -ltnp sport = :{taken}")


def held(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, but SQLite's index of a log, which every reader may make."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"garbage" * 1000, "not a whole database", id="garbage"),
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(None, "only its log is left", id="gone"),
    ],
)
def test_a_damaged_record(config: Path, data: DataFolder, content: bytes | None, says: str) -> None:
    """A file that is no database is said to be none, and stays where it is."""
    data.prepare()
    (data.root / "breaktime.db-wal").write_bytes(b"log")
    if content is not None:
        (data.root / "breaktime.db").write_bytes(content)
    before = held(data.root)
    finding = found("store", config, data)
    assert (finding.good, says in finding.what) == (False, True), finding
    assert "start it again" in finding.mend
    assert held(data.root) == before


def test_nothing_is_made(config: Path, data: DataFolder) -> None:
    """It looks and no more: where nothing was, nothing is."""
    finding = found("data folder", config, data)
    assert (finding.good, data.root.exists()) == (True, False)
    assert "not made yet" in finding.what


@pytest.mark.parametrize("running", [True, False], ids=["while the gateway writes", "after it ended"])
def test_a_whole_record(config: Path, data: DataFolder, running: bool) -> None:
    """It is whole, with the gateway on it or without, and no file comes or goes."""
    with Store.open(data.root, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1, 1, 1)})
        if running:
            before = set(held(data.root))
            assert found("store", config, data).what == "whole"
            assert set(held(data.root)) == before
            store.write({MINUTE: Counts(1, 1, 1)})
    if not running:
        files = held(data.root)
        assert found("store", config, data).what == "whole"
        assert held(data.root) == files


def test_a_ca_without_its_key(config: Path, data: DataFolder) -> None:
    """`ca init` would keep what is there, so it is not what mends this."""
    ca.make(data.ca, "s", ("facebook.com",), NOW)
    (data.ca / ca.BUNDLE).unlink()
    finding = found("ca", config, data)
    assert (finding.good, "breaktime ca renew" in finding.mend) == (False, True)


def test_a_data_folder_that_cannot_be_written(config: Path, data: DataFolder) -> None:
    """It says how to name another."""
    data.root.write_text("a file")
    finding = found("data folder", config, data)
    assert not finding.good
    assert "BREAKTIME_DATA" in finding.mend


def test_the_text_says_what_to_do(config: Path, data: DataFolder) -> None:
    """One line a finding, the remedy under it, and a last line that sums up."""
    text = doctor.as_text(doctor.examine(config, data, Clock()))
    assert "→ breaktime ca init" in text
    assert text.splitlines()[-1].endswith("want mending")


def test_what_should_have_been_forgotten(config: Path, data: DataFolder) -> None:
    """Days that are overdue are found, with the command that forgets them; then nothing is."""
    assert found("retention", config, data).what == "0 days held, none overdue; a day is kept for 28"
    at = int((datetime.now(UTC) - timedelta(days=40)).timestamp()) // 60
    with Store.open(data.root, SITE, LONDON) as store:
        store.write({MINUTE._replace(minute=at): Counts(1)})
    finding = found("retention", config, data)
    assert (finding.good, finding.mend) == (False, "breaktime retention run")
    engine = read(config)
    assert not isinstance(engine, list)
    retention.run(engine.engine, data.root, sources)
    assert found("retention", config, data).good


def test_receipts_that_cannot_be_read(config: Path, data: DataFolder) -> None:
    """Trouble with the record is found, with what mends it, and the doctor goes on."""
    with Store.open(data.root, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1)})
    (data.root / "receipts").mkdir()
    (data.root / "receipts" / "receipts.jsonl").write_text("{")
    finding = found("retention", config, data)
    assert (finding.good, finding.what) == (False, "has a line that is no receipt")


def test_every_finding_says_what_it_means() -> None:
    """No name of a finding is without its meaning, for `doctor` says it of each."""
    files = (Path(__file__).parents[2] / "agent").rglob("*.py")
    named = {name for file in files for name in re.findall(r'Finding\(\s*"([^"]+)"', file.read_text())}
    assert len(named) > 20
    assert named <= set(MEANS)
