"""The folder that workers count into: in memory, nobody else's, and gone with the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.metrics import counting_folder, leave


def test_workers_count_into_memory(tmp_path: Path) -> None:
    """A full disk has no part in counting: the files lie in memory, empty at first, and go with the run."""
    memory = tmp_path / "memory"
    memory.mkdir()
    folder = counting_folder(tmp_path / "data", memory)
    (folder / "counter_1.db").write_bytes(b"x")
    assert folder.parent == memory
    assert list(counting_folder(tmp_path / "data", memory).iterdir()) == []
    leave(folder, memory)
    assert list(memory.iterdir()) == []


@pytest.mark.parametrize("laid", ["link", "open", "file", "nothing"])
def test_nobody_lays_a_folder_for_us(tmp_path: Path, laid: str) -> None:
    """A link, a folder that others may write, a file, or no memory at all: then it is below the data folder."""
    memory, other = tmp_path / "memory", tmp_path / "other"
    other.mkdir()
    (other / "kept.db").write_bytes(b"x")
    if laid != "nothing":
        memory.mkdir()
        place = counting_folder(tmp_path / "data", memory)
        place.rmdir()
        if laid == "link":
            place.symlink_to(other)
        elif laid == "open":
            place.mkdir()
            place.chmod(0o777)
        else:
            place.write_bytes(b"")
    folder = counting_folder(tmp_path / "data", memory)
    assert folder == tmp_path / "data" / "run" / "metrics"
    assert (other / "kept.db").exists()
    leave(folder, memory)
    assert folder.is_dir()
