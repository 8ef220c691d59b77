"""`kill -9` in the middle of an approval, a search or an export: the look was written down, or did not happen."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.casework.bundle import verify
from agent.casework.desk import Desk
from agent.casework.looks import look
from agent.core.audit import Tag
from agent.core.cases import State
from agent.core.search import Filter

from .making import INVESTIGATOR, NOW, desk, record

DONE = {"approved": Tag.CASE_APPROVE, "searched": Tag.CASE_SEARCH, "exported": Tag.CASE_EXPORT}


def killed(data: Path, bundles: Path, words: int, after: float) -> list[tuple[str, str]]:
    """What a process said that it had done before it was killed, `after` seconds from so many words of it."""
    command = [sys.executable, "-m", "tests.casework.endless", str(data), str(bundles)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(words))
        time.sleep(after)
        process.kill()
        said += process.stdout.read()
    lines = [line.split() for line in said.splitlines(keepends=True) if line.endswith("\n")]
    return [(words[0], words[1]) for words in lines]


def check(at: Desk, bundles: Path, said: list[tuple[str, str]]) -> None:
    """All that was said stands in a whole chain; no case and no file is half made."""
    if said:
        look(at, INVESTIGATOR, said[0][1], Filter())  # the next to write takes a torn line away
    assert at.log.check().whole
    entries = {(entry.tag, entry.case) for entry in at.log.entries()}
    assert [(what, case) for what, case in said if (DONE[what], case) not in entries] == []
    for id in at.files.ids():
        case = at.read(id)
        if case.state(NOW) is State.APPROVED:
            at.anchored(case)
    for path in bundles.iterdir():
        assert (Tag.CASE_EXPORT, path.stem) in entries
        assert verify(path, at.log.public).whole


def kill_often(tmp_path: Path, times: int) -> None:
    chance, said = random.Random(2026), list[tuple[str, str]]()
    data, bundles = tmp_path / "data", tmp_path / "bundles"
    bundles.mkdir()
    record(data)
    for number in range(times):  # however slow the machine: somewhere behind each of the first words
        said += killed(data, bundles, 1 + number % 4, chance.uniform(0, 0.15))
    assert {what for what, _ in said} == set(DONE)
    check(desk(data), bundles, said)


def test_killed(tmp_path: Path) -> None:
    """Eight kills anywhere on the way: nothing that was done lacks its entry."""
    kill_often(tmp_path, 8)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_often(tmp_path: Path) -> None:
    """The same two hundred times."""
    kill_often(tmp_path, 200)
