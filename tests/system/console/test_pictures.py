"""The guides' pictures, taken of the real pages: `make pictures` writes them anew, and a test says when they are old.

A picture holds the headings, buttons and names of fields that its page had. Once the page has others, it is old.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, expect

from agent.app import access
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.casework import decisions
from agent.clock import Clock
from agent.core.access import Asking
from agent.core.callers import Capacity
from agent.core.cases import LegalBasis, Scope
from agent.core.offices import Office, Officer
from agent.gateway import page as block_page
from tests.gateway.test_page import LESSON

from .conftest import Console, Person, running
from .test_investigator import HEAD, SUBJECT, desk, recorded
from .test_pages import come_in

REPOSITORY = Path(__file__).parents[3]
PICTURES = REPOSITORY / "docs" / "pictures"
WRITE = "BREAKTIME_PICTURES"
"""Set, the pictures are written anew."""
COLOURS = 48
LARGEST = 80_000
WORDS = """() => [...document.querySelectorAll('h1, h2, h3, th, label, button, summary')]
  .map(one => one.textContent.trim().replace(/\\s+/g, ' '))"""


class Picture(NamedTuple):
    """A page as somebody of an office sees it."""

    name: str
    capacity: Capacity
    path: str


FULL = (
    Picture("week", Capacity.HEADTEACHER, "/week"),
    Picture("access", Capacity.HEADTEACHER, "/access"),
    Picture("mine", Capacity.STAFF, "/mine"),
    Picture("notice", Capacity.STAFF, "/notice"),
    Picture(
        "explain",
        Capacity.TECHNICIAN,
        "/explain?"
        + urlencode({"url": "www.facebook.com", "at": "2026-11-23T09:30", "role": "teacher", "zone": "classroom"}),
    ),
    Picture("files", Capacity.TECHNICIAN, "/files"),
)
"""Pages on which the demonstration stands, or nothing of a record."""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One of its own, with the demonstration."""
    with running(tmp_path_factory.mktemp("pictures")) as made:
        made.command("demo")
        yield made


@pytest.mark.long
def test_the_pictures_show_the_pages(console: Console, person: Person) -> None:
    """Each has the headings, buttons and fields of its page today; `make pictures` takes them anew."""
    somebody_asks(console)
    person.page.set_viewport_size({"width": 1100, "height": 760})
    before = None
    for one in sorted(FULL, key=lambda one: one.capacity):
        if one.capacity is not before:
            come_in(person, console, one.capacity)
            before = one.capacity
        person.page.goto(console.url + one.path)
        kept(person.page, one.name)
    kept_case(console, person)
    person.page.goto("about:blank")  # the console's own rules for styles would hold for it
    person.page.set_content(block_page.document(LESSON).decode())
    kept(person.page, "blocked")


def somebody_asks(console: Console) -> None:
    """A request that waits for the head."""
    data = DataFolder(console.folder / "data")
    config = read(console.folder / "config", data)
    assert isinstance(config, Configuration)
    asking = Asking("laptop-02", "teacher-02", "", "facebook", "Pictures of the sports day for the school's page")
    access.ask(config, data, Clock().now, asking)


def kept_case(console: Console, person: Person) -> None:
    """A case with something to find, and the look at it."""
    at, page = desk(console), person.page
    recorded(console)
    come_in(person, console, Capacity.INVESTIGATOR)
    looker = Officer(f"{Capacity.INVESTIGATOR}-1", Office.INVESTIGATOR)
    scope = Scope(SUBJECT, "teacher", at.today - timedelta(days=21), at.today)
    asked = decisions.Request(scope, "Posts in lessons", "8.6.2", "Two pupils say so.", LegalBasis.PUBLIC_TASK)
    case = decisions.open_case(at, looker, asked)
    decisions.approve(at, HEAD, case.id, 7)
    decisions.tell(at, looker, case.id, "in person, with a letter")
    page.goto(f"{console.url}/cases/{case.id}")
    kept(page, "case")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("figure svg")).to_be_visible()
    kept(page, "search")


def kept(page: Page, name: str) -> None:
    """Compare a picture with the page that is shown, or write it anew."""
    words = worded(page)
    path = PICTURES / f"{name}.png"
    if os.environ.get(WRITE):
        write(path, page.screenshot(), words)
    with Image.open(path) as picture:
        assert picture.info.get("words") == words, f"{path.name} is old: make pictures"


def worded(page: Page) -> str:
    """What stands on the page but for figures, which change from day to day."""
    found: list[str] = page.evaluate(WORDS)
    return "|".join(sorted({re.sub(r"[\d].*", "#", one) for one in found}))


def write(path: Path, screenshot: bytes, words: str) -> None:
    """A small picture, with the words of its page in it."""
    path.parent.mkdir(exist_ok=True)
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("words", words)
    with Image.open(BytesIO(screenshot)) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True, pnginfo=notes)
    assert path.stat().st_size <= LARGEST, f"{path.name}: {path.stat().st_size:,} bytes"
