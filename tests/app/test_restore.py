"""A restore over what stands there: set aside, never rolled back, and nobody comes back who was erased."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.app.backup import BackupError, back_up
from agent.app.paths import DataFolder
from agent.app.restore import restore
from agent.core.audit import Tag
from agent.store import Store
from agent.store.auditlog import AuditLog
from agent.store.erasure import erasure_of
from agent.store.receipts import Receipts
from tests.app.test_backup import CONFIG, NOW, held, left_behind
from tests.store.making import LONDON, MINUTE, SITE
from tests.store.test_receipts import RECEIPT


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """What stands there."""
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


def test_what_stands_there_is_set_aside(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """Only when it is asked for; day keys stay where they are."""
    done = back_up(data, config, media[0], None, NOW)
    data.lock.touch()
    before, keys = held(data.root), held(data.root / "keys")
    with pytest.raises(BackupError, match=r"are here already.*--replace"):
        restore([done.data], data, config, NOW)
    assert held(data.root) == before
    (config / "site.yaml").write_text("changed")
    restored = restore([done.data], data, config, NOW, replace=True)
    assert restored.aside is not None
    assert (restored.aside / "config" / "site.yaml").read_text() == "changed"
    assert (config / "site.yaml").read_text() == (CONFIG / "site.yaml").read_text()
    assert held(data.root / "keys") == keys


def _grown(data: DataFolder, number: int) -> None:
    """A receipt and an audit entry more."""
    Receipts(data.root).add(number, RECEIPT)
    AuditLog.open(data.root / "audit", SITE, NOW).append(Tag.CASE_LIST, "officer-1", NOW)


def test_receipts_and_audit_chain_are_not_rolled_back(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """What was destroyed and who looked since the backup stays proven, and the chain tells of the restore."""
    _grown(data, 1)
    done = back_up(data, config, *media, NOW)
    _grown(data, 2)
    before = held(data.root / "receipts")
    assert done.keys is not None
    restored = restore([done.data, done.keys], data, config, NOW, replace=True)
    assert {"data/receipts/receipts.jsonl", "data/audit/chain.jsonl", "data/audit/signing.key"} <= set(restored.kept)
    assert held(data.root / "receipts") == before
    log = AuditLog.open(data.root / "audit", SITE, NOW)
    tags = [entry.tag for entry in log.entries()]
    assert tags == [Tag.CHAIN_BEGIN, Tag.CASE_LIST, Tag.CASE_LIST, Tag.RECORD_RESTORE]
    assert (restored.noted, log.check().whole) == (True, True)


def test_whoever_was_erased_does_not_come_back(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """Rows of a person that a backup from before an erasure brings back are taken out again."""
    done = back_up(data, config, media[0], None, NOW)
    with erasure_of(data.root, SITE) as erasure:
        assert erasure.run("E-1", MINUTE.person, frozenset(), "2026-11-27").minutes == 1
    restored = restore([done.data], data, config, NOW, replace=True)
    with Store.open(data.root, SITE, LONDON) as store:
        assert (restored.erased_again, store.days()) == (1, {})


def test_another_history_is_replaced_only_if_asked(data: DataFolder, config: Path, media: tuple[Path, Path]) -> None:
    """Receipts that do not go on from the archive's are set aside by who says so, and by nobody else."""
    _grown(data, 1)
    done = back_up(data, config, *media, NOW)
    lines = data.root / "receipts" / "receipts.jsonl"
    lines.write_text(lines.read_text().replace("example-primary", "another-school"))
    data.lock.touch()
    before = held(data.root)
    with pytest.raises(BackupError, match=r"receipts\.jsonl: does not go on from .*--replace-history"):
        restore([done.data], data, config, NOW, replace=True)
    assert held(data.root) == before
    restored = restore([done.data], data, config, NOW, replace=True, other_history=True)
    assert restored.aside is not None
    assert "another-school" in (restored.aside / "data" / "receipts" / "receipts.jsonl").read_text()
    assert "example-primary" in lines.read_text()
