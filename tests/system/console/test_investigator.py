"""A whole case as officers meet it: asked for, approved, searched, held, taken away and closed in a real browser."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from agent.app.cases import desk_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.casework import decisions
from agent.casework.desk import Desk
from agent.casework.officers import officers_of
from agent.clock import Clock
from agent.core.offices import Office, Officer
from agent.core.tally import Counts
from agent.store import Store
from tests.store.making import LONDON, MINUTE, SITE

from .conftest import Console, Person

SUBJECT = "teacher-02"
HEAD = Officer("approver-1", Office.HEADTEACHER)


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures are kept."""
    return tmp_path_factory.mktemp("pictures")


def recorded(console: Console) -> None:
    """Some minutes of the last days, at several services."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with Store.open(console.folder / "data", SITE, LONDON) as store:
        for days in range(1, 10):
            first = int((noon - timedelta(days=days)).timestamp()) // 60
            whose = MINUTE._replace(person=SUBJECT, device="laptop-02", service=("facebook", "tiktok")[days % 2])
            store.write({whose._replace(minute=first + n): Counts(1, 10, 100) for n in range(2 + days * 5 % 17)})


def desk(console: Console) -> Desk:
    """The desk of the console's site, where the head's own answer is given."""
    data = DataFolder(console.folder / "data")
    config = read(console.folder / "config", data)
    assert isinstance(config, Configuration), config
    return desk_of(config, data, Clock())


def opened(person: Person, words: str) -> Locator:
    """The form behind those words, unfolded."""
    part = person.page.locator("details").filter(has=person.page.get_by_text(words, exact=True))
    part.locator("summary").click()
    return part


def test_a_whole_case(console: Console, person: Person, artefacts: Path, tmp_path: Path) -> None:
    """Each page is whole in light and dark, narrow and wide; a case goes its way from the request to its end."""
    page, at = person.page, desk(console)
    recorded(console)
    person.accept(console.link("console", "user", "add", "looker-1", "--office", "investigator"))
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    officers_of(at).add(Officer("looker-1", Office.INVESTIGATOR), "a secret of the tests", datetime.now(UTC))

    page.goto(f"{console.url}/cases/new")
    person.looked_at("case-form", artefacts)
    page.fill("#subject", SUBJECT)
    page.fill("#first", str(at.today - timedelta(days=21)))
    page.fill("#last", str(at.today))
    page.fill("#reason", "Posts in lessons")
    page.fill("#clause", "8.6.2")
    page.fill("#grounds", "Two pupils say so.")
    page.select_option("#basis", "public-task")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.locator("h1")).to_contain_text(": requested")
    case = page.url.rpartition("/")[2]
    decisions.approve(at, HEAD, case, 7)
    decisions.tell(at, Officer("looker-1", Office.INVESTIGATOR), case, "in person, with a letter")

    page.goto(f"{console.url}/cases")
    person.looked_at("cases", artefacts)
    page.get_by_role("link", name=case).click()
    expect(page.locator("h1")).to_contain_text(": approved")
    page.get_by_role("button", name="Hold the record").click()
    expect(page.locator(".said")).to_have_text("The record of this case is held.")
    form = opened(person, "Note a finding")
    form.locator("textarea").fill("In lessons on one day; no posts.")
    form.get_by_role("button").click()
    expect(page.locator(".said")).to_have_text("The finding is noted.")
    person.looked_at("case", artefacts)

    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("h1")).to_have_text("What is recorded")
    expect(page.locator("figure svg")).to_be_visible()
    person.looked_at("search", artefacts)
    assert page.url == f"{console.url}/cases/{case}/search"

    page.goto(f"{console.url}/cases/{case}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Make the evidence, as one file").click()
    download.value.save_as(tmp_path / "evidence.zip")
    assert "manifest.sig" in zipfile.ZipFile(tmp_path / "evidence.zip").namelist()

    form = opened(person, "Close the case")
    form.locator("textarea").fill("A talk; nothing further.")
    form.get_by_role("button").click()
    expect(page.locator("h1")).to_contain_text(": closed")
    person.looked_at("closed", artefacts)
