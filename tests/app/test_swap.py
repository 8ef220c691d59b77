"""Files that are swapped under a strict umask stay readable to whom they were readable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.app import learned
from agent.app.adopt import Adoption, adopt
from agent.app.paths import DataFolder
from agent.app.swap import swap
from agent.core.catalogue import HostKind
from tests.lists.made import slim

OTHER = 4242
"""A user and a group that nobody has."""


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """A configuration as the installer leaves it, and the umask of root's command."""
    folder = slim(tmp_path / "config")
    for path in folder.rglob("*"):
        path.chmod(0o750 if path.is_dir() else 0o640)
    before = os.umask(0o077)
    yield folder
    os.umask(before)


def seen(path: Path) -> tuple[int, int, int]:
    """Mode and owner."""
    state = path.stat()
    return state.st_mode & 0o777, state.st_uid, state.st_gid


def test_a_device_is_adopted_and_the_service_can_read_it(config: Path, tmp_path: Path) -> None:
    """The inventory keeps its mode."""
    before = seen(config / "devices.csv")
    adopt(config, DataFolder(tmp_path / "data"), Adoption("3c:22:fb:01:02:03", "school", "laptop"))
    assert seen(config / "devices.csv") == before


def test_what_is_learned_first_is_as_the_rest(config: Path, tmp_path: Path) -> None:
    """A file that was not there has the mode of site.yaml."""
    learned.accept(config, DataFolder(tmp_path / "data"), "a.example", "reddit", HostKind.SITE, date(2026, 11, 23))
    assert seen(config / "catalogue" / "learned.yaml") == seen(config / "site.yaml")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("name", ["old.csv", "new.csv"])
def test_the_owner_stays(tmp_path: Path, name: str) -> None:
    """The old file's, or for a new one that of the file it stands beside."""
    for path in (tmp_path / "old.csv", tmp_path / "site.yaml"):
        path.write_text("a")
        os.chown(path, OTHER, OTHER)
        path.chmod(0o640)
    swap(tmp_path / name, b"b", tmp_path / "site.yaml")
    assert (tmp_path / name).read_bytes() == b"b"
    assert seen(tmp_path / name) == (0o640, OTHER, OTHER)


def test_a_swap_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """The old stays, and no draft lies beside it."""
    (tmp_path / "there").mkdir()
    with pytest.raises(OSError, match="directory"):
        swap(tmp_path / "there", b"b", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
