"""`breaktime report`: a file of each form, and a clear word where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_rights import School


def test_each_form_by_its_ending_or_its_name(tmp_path: Path) -> None:
    """--format says it, else the ending of --output, else it is a page; what is written is said."""
    school = School(tmp_path / "school")
    page, table = tmp_path / "week.html", tmp_path / "week.csv"
    assert str(page) in school.done("report", "--output", str(page))
    assert page.read_text().startswith("<!DOCTYPE html>")
    school.done("report", "--output", str(table))
    assert "about,by" in table.read_text()
    school.done("report", "--format", "json", "--output", str(page))
    assert json.loads(page.read_text())["edition"] == "week"
    assert json.loads(school.done("report", "--json"))["edition"] == "week"


WRONG = {
    "no week": (["--week", "47"], "is no week; write it like"),
    "still to come": (["--week", "2099-W01"], "still to come"),
    "no term": (["--edition", "term", "--week", "2024-W33"], "lies in no term"),
    "no folder": (["--output", "nowhere/week.html"], "cannot be written (No such file or directory)"),
    "no form": (["--format", "docx"], "'docx' is not one of"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, words: list[str], said: str) -> None:
    """One line that says what to do, no trace, and no file left behind."""
    answer = School(tmp_path / "school").run("report", *words)
    assert answer.exit_code != 0
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list(tmp_path.glob("*.new"))
