"""kill -9 while concerns are raised: kept whole or not there, and announced once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.casework.test_concerns import CHAIR, FORM, Room

_RAISER = """
import sys
from pathlib import Path
from tests.casework.test_concerns import FORM, Room
room = Room(Path(sys.argv[1]))
while True:
    desk = room.desk()
    print(desk.take(FORM).id, flush=True)
    desk.announce()
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("rounds", [pytest.param(4, id="a few"), pytest.param(60, id="many", marks=pytest.mark.long)])
def test_a_killed_process_leaves_a_whole_concern_or_none(tmp_path: Path, rounds: int) -> None:
    """kill -9 while concerns are raised: what was promised is there, whole; the rest is whole or not there at all.

    After the next round every concern that is there has exactly its letter, and no key or mark is left over.
    """
    room, promised = Room(tmp_path), set[str]()
    for number in range(rounds):
        raiser = subprocess.Popen(
            [sys.executable, "-c", _RAISER, str(room.data)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert raiser.stdout is not None
        promised |= {raiser.stdout.readline().strip() for _ in range(1 + number % 3)}
        raiser.send_signal(signal.SIGKILL)
        promised |= {line.strip() for line in raiser.stdout if line.endswith("\n")}
        raiser.wait()
        raiser.stdout.close()
    desk = room.desk()
    desk.announce()
    desk.forget(desk.today)
    found = {concern.id: concern for concern in desk.listed(CHAIR)}
    assert promised <= set(found)
    assert {concern.words for concern in found.values()} == {FORM.words}
    assert {one.id for one in room.outbox.waiting()} == {f"{id}-1" for id in found}
    assert set(desk.files._keys.names()) == set(found)
    assert list(desk.files.folder.glob("*.untold")) == []
    assert desk.log.check().whole
