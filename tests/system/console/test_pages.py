"""Every page of the console that can be opened without naming anything, in a real browser, by whoever may open it.

The pages are those of the table (`agent/console/register.py`): one that is added is looked at by itself. On the long
run they are full of the demonstration, in light and dark, from 360 to 1920 pixels, and are kept as pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Shown
from playwright.sync_api import expect

from agent.app.cases import desk_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.casework.officers import officers_of
from agent.clock import Clock
from agent.console.pages import Page
from agent.console.register import PAGES
from agent.core.callers import Capacity
from agent.core.offices import Office, Officer

from .conftest import GRAVE, Console, Person, running

ARTEFACTS = "BREAKTIME_ARTEFACTS"
"""The folder in which the pictures are kept, where they are to outlive the test."""
WIDTHS = (360, 768, 1280, 1920)
LISTEN = """() => {
  window.reached = [];
  document.addEventListener('focusin', event => {
    // The parts of a date show themselves where one is.
    const inner = ['date', 'time', 'datetime-local', 'week'].includes(event.target.type);
    const outlined = inner || getComputedStyle(event.target).outlineStyle !== 'none';
    reached.push([event.target, outlined]);
  });
}"""
LEFT_OUT = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled)
  .filter(one => one.type !== 'radio' || one.checked)
  .filter(one => !reached.some(([found]) => found === one))
  .map(one => one.outerHTML)"""
UNSEEN = "() => reached.filter(([one, outlined]) => !outlined).map(([one]) => one.outerHTML)"
PRESSES = 120


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One of its own: nothing is recorded in it, so that the demonstration is shown where there is one."""
    with running(tmp_path_factory.mktemp("pages")) as made:
        yield made


def openable(capacity: Capacity, before: set[str]) -> Iterator[Page]:
    """The pages of somebody of that office that no office before it has shown; files that are handed over are none."""
    for page in PAGES:
        mine = page.who is not None and capacity in page.who
        if page.method == "GET" and mine and "{" not in page.path and page.path not in before:
            yield page


def come_in(person: Person, console: Console, capacity: Capacity) -> None:
    """Come in by a link, in that office."""
    id, office = f"{capacity}-1", capacity not in (Capacity.TECHNICIAN, Capacity.STAFF)
    kind = {Capacity.TECHNICIAN: ["--technician"], Capacity.STAFF: ["--person", "teacher-03"]}
    person.page.context.clear_cookies()
    person.accept(console.link("console", "user", "add", id, *kind.get(capacity, ["--office", capacity.value])))
    expect(person.page.locator("h1")).to_have_text("Your recovery codes")
    if office:
        data = DataFolder(console.folder / "data")
        config = read(console.folder / "config", data)
        assert isinstance(config, Configuration), config
        known = officers_of(desk_of(config, data, Clock()))
        known.add(Officer(id, Office(capacity.value)), "a secret of the tests", datetime.now(UTC))


def look(page: Shown, name: str, widths: tuple[int, ...], schemes: tuple[str, ...], folder: Path) -> None:
    """Nothing wider than the window, nothing grave for who cannot see or point, in each light and at each width."""
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
        found = [one for one in Axe().run(page).response["violations"] if one["impact"] in GRAVE]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], f"{name} {scheme}"


def by_keyboard(page: Shown, name: str) -> None:
    """The tab key reaches everything that there is to reach, first the way past the navigation, each of it outlined."""
    page.evaluate(LISTEN)
    for _ in range(PRESSES):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement === document.body"):
            break
    assert page.evaluate("() => reached[0][0].getAttribute('href')") == "#main", name
    assert page.evaluate(LEFT_OUT) == [], name
    assert page.evaluate(UNSEEN) == [], name


@pytest.mark.parametrize(
    ("widths", "schemes", "demonstration"),
    [
        pytest.param(WIDTHS[:1], ("light",), False, id="narrow"),
        pytest.param(WIDTHS, ("light", "dark"), True, id="all", marks=pytest.mark.long),
    ],
)
def test_every_page(
    console: Console,
    person: Person,
    tmp_path: Path,
    widths: tuple[int, ...],
    schemes: tuple[str, ...],
    demonstration: bool,
) -> None:
    """Each is whole, and can be used without a mouse; no office has a page that breaks."""
    folder = Path(os.environ.get(ARTEFACTS, tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    if demonstration:
        console.command("demo")
    seen = set[str]()
    for capacity in Capacity:
        pages = list(openable(capacity, seen))
        if not pages:
            continue
        come_in(person, console, capacity)
        for page in pages:
            seen.add(page.path)
            if page.path in HANDED_OVER:
                continue
            answer = person.page.goto(console.url + page.path)
            assert answer is not None
            assert answer.status in (200, 404 if page.path in NEEDS_A_WEEK and not demonstration else 200), page.path
            name = page.action
            look(person.page, name, widths, schemes, folder)
            by_keyboard(person.page, name)
    person.errors[:] = [one for one in person.errors if "404" not in one]  # of a week that is not there
    assert len(seen) > 15


HANDED_OVER = {"/week/table", "/week/paper"}
"""What a browser stores instead of showing it."""
NEEDS_A_WEEK = {"/week", "/term"}
