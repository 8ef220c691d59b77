"""A worker beats where something is steered, and only there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from addons.beat import WorkerBeat
from agent.gateway.beats import BEATS_VARIABLE, WORKER_VARIABLE, listen


def test_a_beat_says_who_it_is(tmp_path: Path) -> None:
    """Its number, its process and its port."""
    path = tmp_path / "steward.sock"
    beat = WorkerBeat({BEATS_VARIABLE: str(path), WORKER_VARIABLE: "1 8081"})
    with listen(path) as listening:
        beat()
        assert json.loads(listening.recv(200)) == {"worker": 1, "pid": os.getpid(), "port": 8081}
    beat.close()


@pytest.mark.parametrize("said", [{}, {BEATS_VARIABLE: "/x"}, {BEATS_VARIABLE: "/x", WORKER_VARIABLE: "one two"}])
def test_where_nothing_is_steered_nothing_is_said(said: dict[str, str]) -> None:
    """And nothing fails."""
    beat = WorkerBeat(said)
    beat()
    beat.close()
