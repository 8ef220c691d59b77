"""Backup and restore: nothing is lost, keys go apart, day keys go nowhere, and what is damaged changes nothing."""

from __future__ import annotations

import fcntl
import io
import json
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.app.backup import BackupError, back_up
from agent.app.keeping import Kind, entry_of
from agent.app.paths import DataFolder
from agent.app.restore import restore
from agent.core.tally import Counts
from agent.gateway import ca
from agent.gateway.root import RootFolder
from agent.store import Store
from agent.store.database import look
from agent.store.keys import KEYS
from tests.store.making import LONDON, MINUTE, SITE

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 27, 22, tzinfo=UTC)


def left_behind(tmp_path: Path) -> DataFolder:
    """A data folder as a gateway leaves it: a record, a CA, keys, an acknowledgement."""
    made = DataFolder(tmp_path / "data")
    made.prepare()
    ca.ensure(made.ca, "s", ("facebook.com",), NOW, RootFolder(made.ca_root))
    made.acknowledged.write_text("device,notice,on\n")
    with Store.open(made.root, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1, 1, 1)})
    made.account_key.write_bytes(b"k" * 32)
    return made


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """What is backed up."""
    return left_behind(tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


@pytest.fixture
def media(tmp_path: Path) -> tuple[Path, Path]:
    """Where data and keys go."""
    for name in ("backup", "stick"):
        (tmp_path / name).mkdir()
    return tmp_path / "backup", tmp_path / "stick"


def names(archive: Path) -> set[str]:
    """The files in an archive."""
    with tarfile.open(archive) as tar:
        return {member.name for member in tar}


def held(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_keys_go_apart_and_day_keys_nowhere(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """The one archive opens nothing of the other, and neither has a day's key or the root."""
    done = back_up(data, config, *media, NOW)
    assert done.keys is not None
    assert names(done.data) >= {"data/breaktime.db", "data/acknowledged.csv", "data/ca/ca.pem", "config/site.yaml"}
    assert not [name for name in names(done.data) if name.endswith(".key") or "mitmproxy" in name]
    keys = {"data/ca/mitmproxy-ca.pem", "data/ca/waiting/2.pem", "data/ca/waiting/3.pem", "data/keys/accounts.key"}
    assert names(done.keys) == keys | {"manifest.json"}
    assert {done.data.stat().st_mode & 0o777, done.keys.stat().st_mode & 0o777} == {0o600}
    days = [path.read_bytes() for path in (data.root / KEYS).glob("*.key")]
    assert days
    for archive in (done.data, done.keys):
        with tarfile.open(archive) as tar:
            held = b"".join(file.read() for member in tar if (file := tar.extractfile(member)))
        assert not any(day in held for day in days)
    assert done.unknown == ()


def test_what_was_backed_up_comes_back(
    data: DataFolder, config: Path, media: tuple[Path, Path], tmp_path: Path
) -> None:
    """On a fresh machine: the same configuration, CA and record; the record's persons are nobody's."""
    done = back_up(data, config, *media, NOW)
    assert done.keys is not None
    fresh, there = DataFolder(tmp_path / "fresh"), tmp_path / "etc"
    restore([done.data, done.keys], fresh, there, NOW)
    assert held(there) == held(config)
    assert ca.load(fresh.ca) == ca.Authority(
        fresh.ca, *(lambda a: (a.certificate, a.root, a.waiting))(ca.load(data.ca))
    )
    assert look(fresh.root / "breaktime.db") is None
    assert not [path for path in (fresh.root / "keys").iterdir() if path.name != "accounts.key"]
    assert (fresh.root / "keys" / "accounts.key").stat().st_mode & 0o777 == 0o600
    assert not list(fresh.root.glob(".restoring-*"))


def test_the_day_goes_on_after_a_restore_on_a_new_disk(
    data: DataFolder, config: Path, media: tuple[Path, Path], tmp_path: Path
) -> None:
    """No backup has the day's key; what is counted after the restore is written all the same."""
    written = back_up(data, config, *media, NOW)
    fresh = DataFolder(tmp_path / "fresh")
    restore([written.data], fresh, tmp_path / "fresh-config", NOW)
    with Store.open(fresh.root, SITE, LONDON) as store:
        assert store.write({MINUTE: Counts(1, 1, 1)}) == 1
        assert store.totals() == Counts(2, 2, 2)


def test_secrets_of_the_configuration_go_with_the_keys(
    data: DataFolder, config: Path, media: tuple[Path, Path], tmp_path: Path
) -> None:
    """Named or by their ending, they are in no archive of data; they come back closed, and the gateway's."""
    site = config / "site.yaml"
    site.write_text(f"{site.read_text()}\n# password-file: {config}/people.csv\nx: {{secret: {config}/shared}}\n")
    for name in ("shared", "mail.password"):
        (config / name).write_text("s3cret")
    done = back_up(data, config, *media, NOW)
    assert done.keys is not None
    assert not {"config/shared", "config/mail.password"} & names(done.data)
    assert {"secrets/shared", "secrets/mail.password"} <= names(done.keys)
    assert "config/people.csv" in names(done.data)
    assert any("mail.password" in name for name in back_up(data, config, media[0], None, NOW).left_out)
    there = tmp_path / "etc"
    restore([done.data, done.keys], DataFolder(tmp_path / "fresh"), there, NOW)
    assert held(there) == held(config)
    assert {path.name for path in there.iterdir() if path.stat().st_mode & 0o777 == 0o600} == {
        "shared",
        "mail.password",
    }


def test_a_backup_while_the_gateway_writes(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """The record's copy is whole and holds what was committed."""
    with Store.open(data.root, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1, 1, 1)})
        done = back_up(data, config, media[0], None, NOW)
        store.write({MINUTE: Counts(1, 1, 1)})
    assert done.keys is None
    assert any("accounts.key" in name for name in done.left_out)


@pytest.mark.parametrize("spoil", ["cut off", "changed", "garbage", "missing"])
def test_a_backup_that_cannot_be_trusted(
    data: DataFolder, config: Path, media: tuple[Path, Path], spoil: str, tmp_path: Path
) -> None:
    """It is refused whole, and nothing is changed."""
    archive = back_up(data, config, media[0], None, NOW).data
    content = archive.read_bytes()
    if spoil == "changed":
        archive.unlink()
        _packed(archive, {"data/acknowledged.csv": b"x", "manifest.json": json.dumps({"files": {}}).encode()})
    else:
        archive.write_bytes({"cut off": content[: len(content) // 2], "garbage": b"x" * 99}.get(spoil, b""))
    if spoil == "missing":
        archive.unlink()
    fresh = DataFolder(tmp_path / "fresh")
    with pytest.raises(BackupError, match=archive.name):
        restore([archive], fresh, tmp_path / "etc", NOW)
    assert not (tmp_path / "etc").exists()
    assert set(held(fresh.root)) <= {"run/lock"}


@pytest.mark.parametrize(
    "name",
    [
        "data/keys/2026-11-27.key",
        "data/root/passphrase.txt",
        "data/other",
        "elsewhere",
        "data/../../x",
        "config/../x",
        "config/a/../../x",
        "config/./x",
        "config//x",
        "data/cases/../../x",
    ],
)
def test_nothing_comes_back_that_no_backup_may_hold(tmp_path: Path, name: str) -> None:
    """A made-up archive brings back no day key, and leads nowhere else."""
    archive, sums = tmp_path / "made.tar.gz", {}
    sums[name] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of b"x"
    manifest = {"format": "breaktime-backup-1", "files": sums}
    _packed(archive, {name: b"x", "manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(BackupError):
        restore([archive], DataFolder(tmp_path / "fresh"), tmp_path / "etc", NOW)
    assert not list(tmp_path.rglob("x"))


def test_a_restore_that_fails_half_way_says_where_all_is(
    data: DataFolder, config: Path, media: tuple[Path, Path]
) -> None:
    """What was set aside is named, so that nobody looks for it."""
    done = back_up(data, config, media[0], None, NOW)
    shutil.rmtree(config / "policies")
    (config / "policies").write_text("in the way")
    with pytest.raises(BackupError, match=rf"what stood there is in {data.root}/before-restore-2026-11-27T220000\."):
        restore([done.data], data, config, NOW, replace=True)
    assert (data.root / "before-restore-2026-11-27T220000" / "config" / "people.csv").exists()


def _packed(archive: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def test_keys_beside_the_data_are_refused(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """In one place they would open what they are kept apart from."""
    (media[0] / "keys").mkdir()
    for place in (media[0], media[0] / "keys"):
        with pytest.raises(BackupError, match="in one place"):
            back_up(data, config, media[0], place, NOW)
    with pytest.raises(BackupError, match="no such folder"):
        back_up(data, config, media[0] / "nowhere", None, NOW)
    assert not list(media[0].glob("*.tar.gz"))


def test_a_damaged_record_is_not_backed_up(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """A backup that could not be restored is none, and nothing half made stays."""
    (data.root / "breaktime.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(BackupError, match=r"breaktime\.db"):
        back_up(data, config, media[0], None, NOW)
    assert list(media[0].iterdir()) == []


def test_not_under_a_running_gateway(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """It would write on into what was set aside."""
    done = back_up(data, config, media[0], None, NOW)
    with data.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="systemctl stop breaktime"):
            restore([done.data], data, config, NOW, replace=True)


def test_what_nobody_knows_is_said(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """A file that the table does not name is left out, by name."""
    (data.root / "notes.txt").write_text("mine")
    assert back_up(data, config, media[0], None, NOW).unknown == ("notes.txt",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("breaktime.db", Kind.RECORD),
        ("breaktime.db-wal", Kind.NEVER),
        ("keys/accounts.key", Kind.KEY),
        ("keys/2026-11-27.key", Kind.NEVER),
        ("keys/.unfinished", Kind.NEVER),
        ("erasures/E-1.txt", Kind.DATA),
        ("erasures/E-1.days", Kind.NEVER),
        ("erasures/journal.json", Kind.NEVER),
        ("ca/ca.pem", Kind.DATA),
        ("ca/mitmproxy-ca.pem", Kind.KEY),
        ("ca/mitmproxy-ca.new", Kind.NEVER),
        ("ca/replaced-2026-11-27T220000/mitmproxy-ca.pem", Kind.NEVER),
        ("root/passphrase.txt", Kind.NEVER),
    ],
)
def test_the_table(name: str, kind: Kind) -> None:
    """The first line that fits holds."""
    entry = entry_of(name)
    assert entry is not None
    assert entry.kind is kind
