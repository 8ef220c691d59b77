"""Where a reader looks: live record or demonstration."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.app.paths import DataFolder
from agent.app.shown import MARK, Demonstration, demonstration, shown
from agent.store.writer import Store
from tests.store.making import batch

MADE = Demonstration(date(2026, 9, 7), date(2026, 11, 20), 1, datetime(2026, 11, 23, 7, tzinfo=UTC))


def _marked(folder: DataFolder, text: str | None = None) -> None:
    folder.demo.root.mkdir(parents=True)
    (folder.demo.root / MARK).write_text(json.dumps(MADE.as_json()) if text is None else text)


def test_without_a_demonstration_the_live_folder_is_shown(tmp_path: Path) -> None:
    """Where there is no demonstration nothing is marked as one."""
    folder = DataFolder(tmp_path)
    assert shown(folder) == (folder, False)


def test_the_demonstration_is_shown_until_there_is_a_record(tmp_path: Path) -> None:
    """The first minute of the live record takes the demonstration's place, an empty database does not."""
    folder = DataFolder(tmp_path)
    _marked(folder)
    assert shown(folder) == (folder.demo, True)
    with Store.open(tmp_path, "example", ZoneInfo("Europe/London")) as store:
        assert shown(folder) == (folder.demo, True)
        store.write(batch(1, 1))
    assert shown(folder) == (folder, False)


def test_the_mark_says_what_was_made(tmp_path: Path) -> None:
    """What is written into the mark is read back from it."""
    _marked(DataFolder(tmp_path))
    assert demonstration(DataFolder(tmp_path)) == MADE


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"first": "x"}'], ids=["empty", "list", "nothing", "no-date"])
def test_a_mark_that_says_nothing_marks_nothing(tmp_path: Path, text: str) -> None:
    """A demonstration that is not whole is shown to nobody."""
    folder = DataFolder(tmp_path)
    _marked(folder, text)
    assert shown(folder) == (folder, False)
