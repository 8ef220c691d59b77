"""A file that is put somewhere: whole or not at all, private, and never over another."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.store.errors import StoreError
from agent.store.files import place


@pytest.mark.parametrize("relative", [True, False], ids=["beside us", "by its whole path"])
def test_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relative: bool) -> None:
    """It holds what was given, only its owner may read it, and nothing lies beside it."""
    monkeypatch.chdir(tmp_path)
    path = Path("new.zip") if relative else tmp_path / "new.zip"
    place(path, b"content")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"content", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["new.zip"]


def test_never_over_another(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    path = tmp_path / "there"
    path.write_bytes(b"before")
    with pytest.raises(StoreError):
        place(path, b"after")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"before"]


def test_where_nothing_can_be_put(tmp_path: Path) -> None:
    """A folder that is not there is said, with the path."""
    with pytest.raises(StoreError, match="nowhere"):
        place(tmp_path / "nowhere" / "new.zip", b"content")
