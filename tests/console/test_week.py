"""Week and term in the console: the kept report, its table, and the demonstration while nothing is recorded."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree

import pytest

from agent.app.paths import DataFolder
from agent.app.shown import MARK, Demonstration, demo_config, shown
from agent.clock import Clock
from agent.console.pages import Page
from agent.console.register import PAGES
from agent.core.callers import Capacity
from agent.report import page
from agent.report.deciding import _LINKS
from tests.app.test_reports import MONDAY
from tests.casework.making import record

from .stage import EXAMPLE, Stage


def monday() -> Clock:
    """A clock that begins on the Monday after the week that is recorded."""
    return Clock((MONDAY - datetime.now(UTC)).total_seconds())


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A console whose record holds a week."""
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    record(folder.root)
    return Stage(folder, clock=monday(), shows=shown)


@pytest.mark.parametrize("capacity", [Capacity.HEADTEACHER, Capacity.CHAIR_OF_GOVERNORS])
def test_the_week_and_the_term(stage: Stage, capacity: Capacity) -> None:
    """A week that is named is shown, with its term and the others to choose from; nothing says demonstration."""
    browser = stage.signed_in(capacity)
    page = browser.get("/week?week=2026-W48")
    assert page.status_code == 200
    assert "The week in figures" in page.text
    assert "Demonstration" not in page.text
    assert 'href="/week/table?week=2026-W48"' in page.text
    term = browser.get("/term?week=2026-W48")
    assert "The term in figures" in term.text
    assert browser.get(page.text.split('rel="stylesheet" href="')[2].split('"')[0]).status_code == 200


def test_the_table(stage: Stage) -> None:
    """Every figure of the week is to be had as a file of its week's name."""
    answer = stage.signed_in(Capacity.HEADTEACHER).get("/week/table?week=2026-W48")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-W48.csv"'
    assert len(answer.text.splitlines()) > 5


def test_on_paper(stage: Stage) -> None:
    """A week that was told is to be had as a PDF, and the page leads to it; one that was not is none."""
    head = stage.signed_in(Capacity.HEADTEACHER)
    assert 'href="/week/paper?week=2026-W48"' in head.get("/week?week=2026-W48").text
    answer = head.get("/week/paper?week=2026-W48")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-W48.pdf"'
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert head.get("/week/paper?week=2099-W01").status_code == 404


def test_the_report_leaves_the_frame_alone() -> None:
    """Every rule of the report's style sheet holds within the report, so that the console looks the same around it."""
    text = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", page.style_sheet())
    selectors = [one.strip() for rule in re.findall(r"([^{}]+)\{", text) for one in rule.split(",")]
    assert len(selectors) > 50
    assert [one for one in selectors if not one.startswith((".report", ".sheet", ".chart"))] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/week?week=2099-W01", 404, id="to come"),
        pytest.param("/week/table?week=2026-W99", 404, id="no such week"),
        pytest.param("/week?week=../../x", 422, id="no week"),
        pytest.param("/term?week=2026-W33", 404, id="holidays"),
    ],
)
def test_what_there_is_no_report_of(stage: Stage, path: str, status: int) -> None:
    """A week without a report is said to have none."""
    assert stage.signed_in(Capacity.HEADTEACHER).get(path).status_code == status


def test_the_demonstration_stands_in_and_says_so(tmp_path: Path) -> None:
    """While nothing real is recorded each page is marked, and the week is the made-up school's."""
    live = DataFolder(tmp_path / "data")
    live.demo.prepare()
    record(live.demo.root)
    copytree(EXAMPLE, demo_config(live))
    made = Demonstration(date(2026, 11, 16), date(2026, 11, 27), 1, datetime.now(UTC))
    (live.demo.root / MARK).write_text(json.dumps(made.as_json()))
    head = Stage(live, clock=monday(), shows=shown).signed_in(Capacity.HEADTEACHER)
    assert "made-up figures of a made-up school" in head.get("/week?week=2026-W48").text
    assert 'aria-label="Demonstration"' in head.get("/policy").text
    name = head.get("/week/table?week=2026-W48").headers["content-disposition"]
    assert "demonstration-" in name


def test_each_decision_leads_to_a_page_that_a_head_may_open() -> None:
    """What the report asks to be decided links to a page of the console that is for the head."""

    def open_to_head(page: Page) -> bool:
        return page.method == "GET" and page.who is not None and Capacity.HEADTEACHER in page.who

    assert set(_LINKS.values()) <= {page.path for page in PAGES if open_to_head(page)}
