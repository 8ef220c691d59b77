"""The console as people meet it: its own process, a real browser, a real provider."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Console, Person
from .identity import PASSWORD as PROVIDER_PASSWORD


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures are kept."""
    return tmp_path_factory.mktemp("pictures")


def test_from_the_link_to_the_head(console: Console, person: Person, artefacts: Path) -> None:
    """The first technician comes in by the link; each page is whole in light and dark, at 360 and 1920 pixels."""
    page, link = person.page, console.link("console", "link")
    page.goto(console.url)
    person.looked_at("sign-in", artefacts)
    page.goto(link)
    person.looked_at("invitation", artefacts)
    person.accept(link)
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    person.looked_at("codes", artefacts)
    for address in ("", "users", "account"):
        page.goto(f"{console.url}/{address}")
        person.looked_at(address or "start", artefacts)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.locator("h1")).to_have_text("You are signed out")


def test_the_head_and_the_keyboard(console: Console, person: Person, artefacts: Path) -> None:
    """The head, named at the gateway, confirms officers; every page is reached by the keyboard alone."""
    page = person.page
    person.accept(console.link("console", "user", "add", "head-1", "--office", "headteacher", "--person", "head-01"))
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    console.command("console", "user", "confirm", "head-1")
    page.goto(console.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("link", name="Offices").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Offices in case work")
    person.looked_at("offices", artefacts)


def test_the_schools_own_sign_in(console: Console, person: Person, provider: str) -> None:
    """Who was asked in by their address signs in as for their mail; who was not is refused, with the reason."""
    console.command("console", "user", "add", "teacher-1", "--person", "teacher-01", "--email", "asked@school.example")
    page = person.page
    for name, expected in (("stranger", "Nobody here is known by that account"), ("asked", "teacher-1")):
        page.context.clear_cookies()
        page.goto(f"{console.url}/sign-in")
        page.get_by_role("link", name="Sign in with the school account").click()
        page.fill('input[name="login"]', name)
        page.get_by_role("button", name="Continue").click()
        page.fill('input[name="password"]', PROVIDER_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{console.url}/**")
        expect(page.locator("main")).to_contain_text(expected)
    person.errors[:] = [one for one in person.errors if "403" not in one]  # the browser says of the refusal
