"""Declarations of pupils in their file: written by one command, read by a running gateway, and over in time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from agent.app.declared import Declarations
from agent.core.pupils import Declaration, Pupils

HALL = Declaration("hall", Pupils.ABSENT, 100, 200)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file will be: in a folder that is not there yet."""
    return tmp_path / "data" / "pupils.json"


def test_what_is_declared_is_found_by_others(path: Path) -> None:
    """One declares, another finds it until it is over; the file tells nobody's name and is its owner's alone."""
    watching = Declarations(path)
    assert not watching.changed(100)
    Declarations(path).declare(HALL)
    assert watching.changed(100)
    assert watching.read(150) == (HALL,)
    assert watching.rows() == [["hall", "absent", 100, 200]]
    assert not watching.changed(160)
    assert path.stat().st_mode & 0o777 == 0o600
    assert watching.changed(200)
    assert watching.rows() == []


def test_again_and_taken_back(path: Path) -> None:
    """Of one place one thing is declared: the latest; taken back, nothing is; what is over is left out."""
    declared = Declarations(path)
    declared.declare(Declaration("office", Pupils.PRESENT, 0, 90))
    declared.declare(HALL)
    declared.declare(Declaration("hall", Pupils.PRESENT, 110, 220))
    assert [(one.place, one.pupils) for one in Declarations(path).read(120)] == [("hall", Pupils.PRESENT)]
    assert declared.withdraw("hall", 120)
    assert not declared.withdraw("hall", 120)
    assert Declarations(path).read(120) == ()


@pytest.mark.parametrize("text", ["", "nonsense", "{}", "[1]", '[["hall","perhaps",1,2]]', "[[1,2]]", "null"])
def test_a_damaged_file_declares_nothing(path: Path, text: str) -> None:
    """Bell and timetable hold then, and the next declaration makes it whole."""
    path.parent.mkdir()
    path.write_text(text)
    declared = Declarations(path)
    assert declared.read(100) == ()
    declared.declare(HALL)
    assert Declarations(path).read(100) == (HALL,)


def test_many_at_once(path: Path) -> None:
    """Whoever declares at the same time as others is not lost."""
    each = [Declaration(f"room-{n}", Pupils.ABSENT, 100, 200) for n in range(20)]
    threads = [threading.Thread(target=Declarations(path).declare, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.place for one in Declarations(path).read(150)} == {one.place for one in each}
