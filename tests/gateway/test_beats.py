"""Signs of life arrive wherever the folder is, and nobody who sends them ever waits or fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.gateway.beats import Beat, listen


@pytest.mark.parametrize("depth", [1, 12], ids=["a short path", "longer than the kernel takes"])
def test_a_beat_arrives(tmp_path: Path, depth: int) -> None:
    """Also where the path has more letters than an address of a socket may have."""
    folder = tmp_path.joinpath(*["a-folder-of-a-school"] * depth)
    folder.mkdir(parents=True)
    listening, beat = listen(folder / "steward.sock"), Beat(folder / "steward.sock")
    assert beat.send({"store": True})
    assert listening.recv(100) == b'{"store": true}'
    beat.close()
    listening.close()


def test_nobody_there(tmp_path: Path) -> None:
    """No folder, no socket, nobody at it: each is no more than False, until there is somebody."""
    path = tmp_path / "run" / "steward.sock"
    beat = Beat(path)
    assert not beat.send({})
    path.parent.mkdir()
    assert not beat.send({})
    listen(path).close()
    assert not beat.send({})
    with listen(path) as listening:
        assert beat.send({})
        assert listening.recv(100) == b"{}"
    beat.close()


def test_nobody_reads(tmp_path: Path) -> None:
    """What does not fit is dropped; the sender goes on."""
    path = tmp_path / "steward.sock"
    beat = Beat(path)
    with listen(path):
        assert any(not beat.send({"worker": 0}) for _ in range(10_000))
    beat.close()


def test_a_second_listener_takes_the_place(tmp_path: Path) -> None:
    """A killed steward leaves its socket behind."""
    path = tmp_path / "steward.sock"
    beat = Beat(path)
    with listen(path) as first, listen(path) as second:
        assert beat.send({"store": False})
        assert second.recv(100) == b'{"store": false}'
        first.setblocking(False)
        with pytest.raises(BlockingIOError):
            first.recv(100)
    beat.close()


def test_a_folder_that_is_not_there_is_an_error_to_listeners(tmp_path: Path) -> None:
    """And so is one that cannot be written."""
    with pytest.raises(OSError, match="No such file"):
        listen(tmp_path / "run" / "steward.sock")
