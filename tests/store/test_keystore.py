"""Wrapped secrets: destroyed where they lie, and out of reach of every copy once the wrapping has been replaced."""

import os
import shutil
from pathlib import Path

import pytest

from agent.store.errors import KeyMissingError, StoreError
from agent.store.keystore import Keystore

NAMES = ["2026-11-22", "2026-11-23", "case-2026-0001"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "record"


@pytest.fixture
def store(folder: Path) -> Keystore:
    store = Keystore(folder)
    for name in NAMES:
        store.make(name)
    return store


def test_what_is_destroyed_is_overwritten_where_it_lay(store: Keystore, folder: Path, tmp_path: Path) -> None:
    """Whoever still has the file open, or another name for it, reads zeros; asking again says there was none."""
    os.link(folder / "2026-11-22.key", tmp_path / "another-name")
    assert store.destroy("2026-11-22")
    assert (tmp_path / "another-name").read_bytes() == bytes(68)
    assert store.names() == NAMES[1:]
    assert not store.destroy("2026-11-22")
    with pytest.raises(KeyMissingError):
        store.secret("2026-11-22")


def test_destroying_is_taken_up_again(store: Keystore, folder: Path) -> None:
    """A key that was overwritten when its destroyer was killed counts as destroyed, and is removed by the next."""
    (folder / "2026-11-22.key").write_bytes(bytes(68))
    with pytest.raises(KeyMissingError, match="has been destroyed"):
        store.secret("2026-11-22")
    assert store.destroy("2026-11-22")
    assert store.names() == NAMES[1:]


def test_a_link_is_not_destroyed_through(store: Keystore, folder: Path, tmp_path: Path) -> None:
    """What only looks like a key leads nobody to overwrite another file."""
    (tmp_path / "other").write_bytes(b"other")
    (folder / "2026-11-22.key").unlink()
    (folder / "2026-11-22.key").symlink_to(tmp_path / "other")
    with pytest.raises(StoreError):
        store.destroy("2026-11-22")
    assert (tmp_path / "other").read_bytes() == b"other"


def test_replacing_the_wrapping_keeps_the_secrets(store: Keystore, folder: Path) -> None:
    """Every secret is the same afterwards; the key-encryption key is another, and the only one."""
    before, wrapping = {name: store.secret(name) for name in NAMES}, store.wrapping_id()
    assert store.replace_wrapping() == 3
    assert {name: store.secret(name) for name in NAMES} == before
    assert store.wrapping_id() != wrapping
    assert len(list(folder.glob("wrapping-*"))) == 1


def test_a_copy_of_the_wrapped_keys_opens_nothing_any_more(store: Keystore, folder: Path, tmp_path: Path) -> None:
    """Wrapped keys from before, put back beside the new wrapping, are refused and say why."""
    shutil.copytree(folder, tmp_path / "copy")
    store.destroy("2026-11-22")
    store.replace_wrapping()
    shutil.copy(tmp_path / "copy" / "2026-11-22.key", folder)
    with pytest.raises(KeyMissingError, match="a copy from before days were forgotten; remove it"):
        store.secret("2026-11-22")
    assert store.replace_wrapping() == 3  # it is left where it lies, and stops nobody
    assert store.secret("2026-11-23") == Keystore(folder).secret("2026-11-23")


def test_the_old_wrapping_and_the_old_files_are_overwritten(store: Keystore, folder: Path, tmp_path: Path) -> None:
    """Neither the old key-encryption key nor what was wrapped under it stays on the disk under another name."""
    names = [path.name for path in folder.glob("*.key")]
    for name in names:
        os.link(folder / name, tmp_path / name)
    store.replace_wrapping()
    assert [any((tmp_path / name).read_bytes()) for name in names] == [False] * 4


@pytest.mark.parametrize("wrapped", [0, 1, 2, 3])
def test_replacing_is_taken_up_again(store: Keystore, folder: Path, wrapped: int) -> None:
    """Killed after any number of secrets, with two key-encryption keys standing, all opens, and the next finishes."""
    before = {name: store.secret(name) for name in NAMES}
    with store._changing() as descriptor:
        wrapping = store._new_wrapping_key(descriptor)
        for name in NAMES[:wrapped]:
            store._rewrap(name, wrapping, descriptor)
    assert {name: store.secret(name) for name in NAMES} == before
    store.make("2026-11-24")
    store.replace_wrapping()
    assert {name: store.secret(name) for name in NAMES} == before
    assert len(list(folder.glob("wrapping-*"))) == 1


def test_a_wrapping_overwritten_and_not_removed_is_swept(store: Keystore, folder: Path) -> None:
    """What was left when the old key-encryption key was being destroyed is used by nobody and goes with the next."""
    (folder / "wrapping-0000000000000000.key").write_bytes(bytes(32))
    (folder / "wrapping-0000000000000000.key").chmod(0o600)
    store.make("2026-11-24")
    store.replace_wrapping()
    assert len(list(folder.glob("wrapping-*"))) == 1


def test_backups_are_asked_to_leave_it_out(store: Keystore, folder: Path) -> None:
    """The folder carries the mark by which backup programs know what to leave out."""
    assert (folder / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def test_no_secret_is_lost_for_its_mode(store: Keystore, folder: Path) -> None:
    """A secret that others may read is refused, but not lost when the wrapping is replaced: it is private again."""
    secret = store.secret("2026-11-23")
    (folder / "2026-11-23.key").chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        store.secret("2026-11-23")
    store.replace_wrapping()
    assert store.secret("2026-11-23") == secret


def test_nothing_is_replaced_while_the_wrapping_cannot_be_used(store: Keystore, folder: Path) -> None:
    """If others may read the key-encryption key, that is said, and every secret stays as it is."""
    wrapping = next(folder.glob("wrapping-*"))
    wrapping.chmod(0o644)
    with pytest.raises(StoreError, match=r"wrapping-.*chmod 600"):
        store.replace_wrapping()
    wrapping.chmod(0o600)
    assert [len(store.secret(name)) for name in NAMES] == [32] * 3


def test_what_is_no_key_is_left(store: Keystore, folder: Path) -> None:
    """A file that opens with nothing stops nobody, and stays for whoever looks after it."""
    (folder / "2026-11-22.key").write_bytes(b"short")
    assert store.replace_wrapping() == 3
    assert (folder / "2026-11-22.key").read_bytes() == b"short"
    assert len(store.secret("2026-11-23")) == 32
