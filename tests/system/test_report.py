"""The head's week in Chromium and on paper: readable by everybody, day and night; two sides of A4, always."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from agent.report import figures as f
from agent.report.figures import Change, Week
from agent.report.page import document
from agent.report.paper import pdf
from tests.report.weeks import BUSY, EMPTY, SMALL, shown

from .chromium import CHROMIUM, QUIET

pytestmark = pytest.mark.system

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
MUCH = replace(
    BUSY,
    name="The Very Long Name of Saint Somebody-in-the-Marsh Church of England Voluntary Aided Primary School",
    decisions=tuple(f.Decision(why, 12, "/there") for why in f.Why),
    changes=tuple(
        Change(BUSY.changes[0].at, "breaks-without-pupils", f"{n}", ("site.yaml", "people.csv", "a/b.yaml", "c.csv"))
        for n in range(9)
    ),
)
WEEKS = {"busy": BUSY, "empty": EMPTY, "small": SMALL, "much": MUCH}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a network."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET], timeout=60_000)
        yield found
        found.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each week as a file."""
    folder = tmp_path_factory.mktemp("weeks")
    for name, week in WEEKS.items():
        (folder / f"{name}.html").write_text(document(shown(week, demonstration=name == "small")))
    return folder


def opened(browser: Browser, pages: Path, name: str, width: int, scheme: str) -> Page:
    """A week's page; whatever it asks of a network, or says to the console, fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("request", lambda one: pytest.fail(one.url) if not one.url.startswith("file:") else None)
    page.on("console", lambda one: pytest.fail(one.text))
    page.goto(f"file://{pages}/{name}.html")
    return page


SEEN = [("busy", 360, "light"), ("busy", 360, "dark"), ("busy", 768, "dark"), ("busy", 1280, "light"),
        ("busy", 1920, "dark"), ("empty", 360, "light"), ("small", 1280, "dark"), ("much", 360, "light")]  # fmt: skip


@pytest.mark.parametrize(("name", "width", "scheme"), SEEN, ids=[f"{n}-{w}-{s}" for n, w, s in SEEN])
def test_the_page_can_be_read_by_everybody(browser: Browser, pages: Path, name: str, width: int, scheme: str) -> None:
    """axe finds nothing, contrast included, with every table and meaning open; the page never scrolls sideways."""
    page = opened(browser, pages, name, width, scheme)
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"week-{name}-{width}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:90] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_each_figures_meaning_is_a_touch_away(browser: Browser, pages: Path) -> None:
    """Without script: a touch on a name opens what it means, and one by the keyboard, too."""
    page = opened(browser, pages, "busy", 360, "light")
    said = page.get_by_text("A newer way of carrying web pages")
    assert not said.is_visible()
    page.get_by_text("QUIC", exact=True).click()
    assert said.is_visible()
    table = page.get_by_text("The table: used, minutes by part of the day")
    table.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] tbody th", has_text="Lunch").first.is_visible()
    page.context.close()


@pytest.mark.parametrize("week", WEEKS.values(), ids=WEEKS)
def test_on_paper_it_is_two_sides(week: Week) -> None:
    """A4 exactly twice, each with something on it, its words as text; pictures of both are kept to be looked at."""
    document = pypdfium2.PdfDocument(pdf(shown(week, demonstration=week is SMALL)))
    assert len(document) == 2
    ARTEFACTS.mkdir(exist_ok=True)
    name = next(one for one, other in WEEKS.items() if other is week)
    for number, side in enumerate(document):
        assert [round(size) for size in side.get_size()] == [595, 842]
        picture = side.render(scale=1.5).to_pil().convert("L")
        picture.save(ARTEFACTS / f"week-{name}-side-{number + 1}.png")
        ink = sum(count for shade, count in enumerate(picture.histogram()) if shade < 128)
        assert ink > 2000
        text = side.get_textpage().get_text_range()
        assert "week 4" in text
        assert ("DEMONSTRATION" in text) == (week is SMALL)
    document.close()
