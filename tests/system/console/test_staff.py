"""The staff's own pages in a real browser: the notice is acknowledged by a click, the record shown and handed over."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import expect

from ..gateway import until
from .conftest import Console, Person

PATIENCE = 90.0


def test_what_is_ones_own(console: Console, person: Person, tmp_path: Path) -> None:
    """Each page is whole in light and dark, narrow and wide; each form does what it says."""
    page, devices = person.page, console.folder / "config" / "devices.csv"
    person.accept(console.link("console", "user", "add", "teacher-3", "--person", "teacher-03"))
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    devices.write_text(devices.read_text().replace("teacher-03,yes,2026-09-01", "teacher-03,yes,"))

    def waits() -> bool:
        page.goto(f"{console.url}/mine")
        return page.get_by_text("A notice waits for you").count() == 1

    until("the console goes by the changed inventory", waits, PATIENCE)
    person.looked_at("mine", tmp_path)
    page.get_by_role("link", name="read it and acknowledge it").click()
    expect(page.locator("h1")).to_have_text("The notice")
    person.looked_at("notice", tmp_path)
    page.get_by_role("button", name="I have read what it means").click()
    expect(page.locator(".said")).to_contain_text("you have read notice")
    page.goto(f"{console.url}/record")
    page.get_by_role("button", name="Show me what is held").click()
    expect(page.locator("h1")).to_have_text("What is held about you")
    expect(page.locator("main")).to_contain_text("laptop-03")
    person.looked_at("record", tmp_path)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download it").click()
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert "laptop-03" in archive.read("record.md").decode()
