"""A CA that is signed anew: the root that devices trust goes when the new one has signed, and not before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.app import authority
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.gateway import ca
from agent.gateway.root import RootFolder

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder with a CA and its root."""
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    authority.made(configuration(folder), folder, NOW)
    return folder


def configuration(data: DataFolder) -> Configuration:
    """The shipped one."""
    found = read(CONFIG, data)
    assert isinstance(found, Configuration)
    return found


def unasked(sealed: Path) -> str:
    """Nobody is asked for a passphrase."""
    raise AssertionError(sealed)


def test_a_new_root_that_cannot_sign_leaves_the_old(data: DataFolder) -> None:
    """With more names than one CA has room for, root, passphrase and CA are what they were."""
    before = {path: path.read_bytes() for path in data.root.rglob("*") if path.is_file()}
    many = configuration(data).under(frozenset(f"{n}.example" for n in range(ca.MAX_NAMES + 1)))
    with pytest.raises(ca.CaError, match="too many for one CA"):
        authority.renewed(many, data, NOW, None, unasked, new_root=True)
    assert {path: path.read_bytes() for path in data.root.rglob("*") if path.is_file()} == before


def test_a_new_root_takes_the_place_of_the_old(data: DataFolder) -> None:
    """Once it has signed, it lies where the old one lay, and opens with the passphrase beside it."""
    before = RootFolder(data.ca_root).read().certificate
    made, kept = authority.renewed(configuration(data), data, NOW, None, unasked, new_root=True)
    assert kept is not None
    assert RootFolder(data.ca_root).read().certificate == made.root != before
    assert sorted(path.name for path in data.ca_root.iterdir()) == ["breaktime-root.p12", "passphrase.txt"]
