"""The documents and a person's copy as Chromium shows them: nothing cut off, nothing from outside, light and dark."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from agent.app.documents import facts_of
from agent.app.live import Configuration, read
from agent.app.subject import write_archive
from agent.casework.subject import export
from agent.core.prose import as_html
from agent.documents.writing import DocumentKind, write
from tests.casework.making import desk, record
from tests.casework.test_subject import AROUND, DPO, REQUEST

from .chromium import CHROMIUM, QUIET

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
WIDTHS = {"a telephone": 360, "a screen": 1280}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every document of the shipped site as a page."""
    config = read(ROOT / "config")
    assert isinstance(config, Configuration)
    facts, folder = facts_of(config, date(2026, 11, 27)), tmp_path_factory.mktemp("papers")
    for kind in DocumentKind:
        (folder / f"{kind}.html").write_text(as_html(write(kind, facts)))
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a network."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET], timeout=60_000)
        yield found
        found.close()


CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/\\d+(\\.\\d+)?/g).map(Number).map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/^rgba.*, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  let least = 21;
  for (const e of document.querySelectorAll('h1, h2, p, li, td, th, mark, code, a')) {
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
    least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)); }
  return least; }"""


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_document_is_readable(papers: Path, browser: Browser, kind: DocumentKind, width: int, scheme: str) -> None:
    """No sideways scrolling of the page, contrast of at least 4.5, headings in order, nothing asked of any network."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"file://{papers}/{kind}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) >= 4.5
    assert page.locator("h1").count() == 1
    assert (len(asked), said) == (1, [])
    _gaps_lead_somewhere(page)
    artefacts = ROOT / "tests" / "artefacts"
    artefacts.mkdir(exist_ok=True)
    page.screenshot(path=artefacts / f"document-{kind}-{width}-{scheme}.png", full_page=True)
    context.close()


def _gaps_lead_somewhere(page: Page) -> None:
    """Every line of the list at the end leads to the place that it is about."""
    links = page.locator("ol a")
    targets = {f"#{mark}" for mark in page.eval_on_selector_all("mark", "all => all.map(one => one.id)")}
    assert {links.nth(i).get_attribute("href") for i in range(links.count())} == targets
    assert targets


def test_a_document_prints_on_paper(papers: Path, browser: Browser, tmp_path: Path) -> None:
    """It comes out as a PDF, in black on white, whatever the screen shows."""
    page = browser.new_page(color_scheme="dark")
    page.goto(f"file://{papers}/{DocumentKind.STANDARDS}.html")
    made = page.pdf(format="A4", path=tmp_path / "standards.pdf")
    assert made.startswith(b"%PDF")
    assert len(made) > 20_000
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    page.close()


def test_a_persons_copy_is_a_page_that_anybody_can_open(browser: Browser, tmp_path: Path) -> None:
    """record.html of an export opens by itself, with its table of days and the words of what a minute means."""
    record(tmp_path)
    config = read(ROOT / "config")
    assert isinstance(config, Configuration)
    copy = export(desk(tmp_path), DPO, REQUEST, AROUND)
    write_archive(copy, config, tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        archive.extractall(tmp_path / "copy")
        assert archive.infolist()[0].date_time[:3] == copy.made.astimezone(UTC).timetuple()[:3]
    page = browser.new_page(viewport={"width": 360, "height": 900})
    page.goto(f"file://{tmp_path}/copy/record.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.get_by_text("An active minute says").is_visible()
    assert page.locator("table").nth(1).locator("tbody tr").count() == 3
    page.close()
