"""A lesson under `no-personal-use`, in Chromium, at stand-ins of the real sites: whose account acts decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from . import records, seats, sites, stand_ins
from .chromium import chromium
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .stand_ins import COMPLETE, RESTS, SITES, WHOLE
from .standing import Standing, as_the_school, official, standing

TEACHER, OFFICE = seats.seat("explicit", "laptop"), seats.seat("explicit", "phone")
READABLE = ("www.facebook.com", "www.instagram.com", "x.com")


class School(NamedTuple):
    """A gateway in a lesson that knows the school's accounts, and the sites."""

    gateway: Gateway
    sites: Standing


@pytest.fixture(scope="module")
def school(world: World) -> Iterator[School]:
    """The school's accounts are a profile on each network, and a Page that is run from a teacher's profile."""
    gateway = world.prepare(as_the_school, sites.LESSON, "school")
    profile = stand_ins.SCHOOL_PROFILE
    official(gateway, facebook=(profile, stand_ins.SCHOOL_PAGE), instagram=(profile,), twitter=(profile,))
    with standing(world) as there, world.run(gateway):
        yield School(gateway, there)


@pytest.fixture(scope="module")
def people(world: World, school: School) -> Iterator[Browser]:
    """The teacher's browser; each test has a profile of its own."""
    with chromium(world.lab, TEACHER, world.folder("home"), [school.gateway.ca, world.origins.ca]) as browser:
        yield browser


@contextmanager
def profile(browser: Browser) -> Iterator[Page]:
    """A fresh page without a cookie."""
    context = browser.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, host: str, who: str) -> None:
    """Sign in by the site's own form."""
    page.goto(f"https://{host}{SITES[host].sign_in}")
    with page.expect_navigation(url=f"https://{host}/"):
        page.click(f"button[value={who}]")


def missing(page: Page) -> dict[str, int]:
    """What the page could not load."""
    page.wait_for_function(RESTS)
    found: dict[str, int] = page.evaluate(WHOLE)
    return found


@pytest.mark.parametrize("host", READABLE)
def test_official(people: Browser, host: str) -> None:
    """Signed in as the school, a page in class is whole: every script, every picture, every call."""
    with profile(people) as page:
        sign_in(page, host, "school")
        expect(page).to_have_title(f"{SITES[host].name}: signed in")
        assert missing(page) == COMPLETE


def test_page_run_from_a_profile(people: Browser) -> None:
    """A Page of the school acts as the school, though the person's own profile is signed in beneath it."""
    with profile(people) as page:
        sign_in(page, "www.facebook.com", "page")
        expect(page).to_have_title("Facebook: signed in")
        assert missing(page) == COMPLETE


@pytest.mark.parametrize("host", READABLE)
def test_signed_out(school: School, people: Browser, host: str) -> None:
    """Signed out, nothing is reached; the page that says so leads to the site's own sign-in page, which is whole."""
    before = len(school.sites.asked(host))
    with profile(people) as page:
        blocked = page.goto(f"https://{host}/")
        assert blocked is not None
        assert blocked.status == 403
        assert len(school.sites.asked(host)) == before
        with page.expect_navigation(url=f"https://{host}{SITES[host].sign_in}"):
            page.click("a:has-text('as the school')")
        expect(page).to_have_title(f"{SITES[host].name}: sign in")
        assert missing(page) == COMPLETE


@pytest.mark.parametrize("host", READABLE)
def test_switching(school: School, people: Browser, host: str) -> None:
    """A private account is blocked from its first request, in the middle of a session that was the school's."""
    with profile(people) as page:
        sign_in(page, host, "school")
        assert missing(page) == COMPLETE
        other = page.context.new_page()
        sign_in(other, host, "teacher")
        assert "is not available" in other.inner_text("h1")
        before = len(school.sites.asked(host))
        assert page.evaluate("async () => (await fetch('/data', {method: 'POST'})).status") == 403
        blocked = page.goto(f"https://{host}/")
        assert blocked is not None
        assert blocked.status == 403
        assert len(school.sites.asked(host)) == before


def test_what_was_held_for_the_school_ends(people: Browser) -> None:
    """A picture host's connection that was let through for the school is cut when a private account takes over."""
    with profile(people) as page:
        sign_in(page, "www.facebook.com", "school")
        page.evaluate(HOLD)
        assert page.evaluate("() => held.state") == "flows"
        other = page.context.new_page()
        sign_in(other, "www.facebook.com", "teacher")
        until("the held download has ended", lambda: page.evaluate("() => held.state") == "ended" or None, 20)


HOLD = """async () => {
  window.held = {state: 'opening'};
  const answer = await fetch('https://static.xx.fbcdn.net/slow');
  const reader = answer.body.getReader();
  await reader.read();
  held.state = 'flows';
  (async () => {
    try { while (!(await reader.read()).done); } catch { }
    held.state = 'ended';
  })();
}"""


def test_not_an_official_user(world: World, school: School) -> None:
    """To whom the school's accounts were not given, nothing opens, not with the school's own cookies either."""
    before = {host: len(school.sites.asked(host)) for host in stand_ins.HOSTS}
    cookies = ["-H", f"Cookie: c_user={stand_ins.SCHOOL_PROFILE}; xs=1", "-H", "Accept: text/html"]
    answer = curl(world.lab, OFFICE, "https://www.facebook.com/", school.gateway.ca, cookies)
    assert answer.status == 403
    assert "Sign in" not in answer.body
    for host in ("static.xx.fbcdn.net", "abs.twimg.com", "i.ytimg.com"):
        assert curl(world.lab, OFFICE, f"https://{host}/a.png", school.gateway.trusted).exit == 35
    assert {host: len(school.sites.asked(host)) for host in stand_ins.HOSTS} == before


def test_unreadable(world: World, school: School) -> None:
    """YouTube does not show who acts: without a permission it is blocked, signed in or not."""
    for cookie in ("", "LOGIN_INFO=1"):
        answer = curl(world.lab, TEACHER, "https://www.youtube.com/", school.gateway.ca, ["-b", cookie])
        assert answer.status == 403, answer.error


def test_reading_and_editing(school: School, people: Browser) -> None:
    """The encyclopaedia is read whole; its editor and a saved edit are refused before the site hears of them."""
    with profile(people) as page:
        assert page.goto("https://en.wikipedia.org/wiki/Break") is not None
        assert missing(page) == COMPLETE
        edit = page.goto("https://en.wikipedia.org/w/index.php?title=Break&action=edit")
        assert edit is not None
        assert edit.status == 403
        page.goto("https://en.wikipedia.org/wiki/Break")
        save = "async () => (await fetch('/w/api.php', {method: 'POST', body: 'action=edit'})).status"
        assert page.evaluate(save) == 403
    asked = school.sites.asked("en.wikipedia.org")
    assert "GET /wiki/Break" in asked
    assert not [one for one in asked if "edit" in one or "api.php" in one]


def test_sign_up(school: School, people: Browser) -> None:
    """A new account with the school's address is refused, whichever site it would be on."""
    with profile(people) as page:
        page.goto("https://en.wikipedia.org/wiki/Break")
        join = "async () => (await fetch('/wiki/Special:CreateAccount', {method: 'POST', body: new URLSearchParams({"
        assert page.evaluate(join + "email: 'someone@school.example'})})).status") == 403
    assert not [one for one in school.sites.asked("en.wikipedia.org") if "CreateAccount" in one]


def test_recorded(school: School) -> None:
    """What was let through and what was not stands in the record by the state of the account."""
    until("the visits are recorded", lambda: school.gateway.recorded("facebook") > 0 or None, 20)
    assert set(records.verdicts(school.gateway.data, "facebook")) == {"allow", "block"}


def test_unreadable_but_permitted(world: World, people: Browser) -> None:
    """Where the headteacher has permitted YouTube, it is whole without being opened: nothing could be told there."""
    gateway = world.prepare(as_the_school, sites.LESSON, "permitted")
    gateway.site.permit("youtube")
    with world.run(gateway):  # at the same sites
        answer = curl(world.lab, TEACHER, "https://www.youtube.com/", world.origins.ca)
        assert answer.status == 200, answer.error
        with profile(people) as page:
            page.goto("https://www.youtube.com/")
            assert missing(page) == COMPLETE
