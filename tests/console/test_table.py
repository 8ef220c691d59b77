"""Role × page × action, read from the table of pages: whatever is not allowed is refused and audited."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from agent.console.pages import Page
from agent.console.register import PAGES
from agent.core.audit import Tag
from agent.core.callers import Capacity

from .stage import Stage


def somewhere(page: Page) -> str:
    """An address of the page; what it names is not there."""
    return re.sub(r"\{\w+\}", "nothing-1", page.path)


def named(page: Page) -> str:
    """A short id for a test case."""
    return f"{page.method} {page.path}"


def test_each_page_has_an_action_of_its_own() -> None:
    """The word in the audit chain tells one page and action from every other."""
    actions = [page.action for page in PAGES]
    assert len(set(actions)) == len(actions)
    assert len({(page.method, page.path) for page in PAGES}) == len(PAGES)


def test_what_is_for_nobody_in_particular_is_what_signing_in_needs() -> None:
    """Only signing in, the link and the style sheet are for who has not signed in."""
    assert {page.action for page in PAGES if page.who is None} <= {
        "sign-in-form", "sign-in", "invitation-show", "invitation-accept", "static", "school-begin", "school-back",
    }  # fmt: skip


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """One console for the whole table: nothing of it may change anything."""
    from agent.app.paths import DataFolder

    return Stage(DataFolder(tmp_path_factory.mktemp("table") / "data"))


def not_allowed() -> Iterator[tuple[Capacity, Page]]:
    """Every pair of the table that is not allowed."""
    for page in PAGES:
        for capacity in Capacity:
            if page.who is not None and capacity not in page.who:
                yield capacity, page


CASES = [pytest.param(c, p, id=f"{c} {named(p)}") for c, p in not_allowed()]


@pytest.mark.parametrize(("capacity", "page"), CASES)
def test_not_for_this_caller(refused: Stage, capacity: Capacity, page: Page) -> None:
    """A page that is not for the caller's office is refused, and the refusal is the chain's next entry."""
    # Nobody in two capacities: a head is staff as well only where the example says so.
    browser = refused.signed_in(capacity, person="" if capacity is not Capacity.STAFF else "teacher-01")
    before = len(refused.entries())
    answer = browser.get(somewhere(page)) if page.method == "GET" else browser.post(somewhere(page))
    entry = refused.entries()[-1]
    assert answer.status_code == 403
    assert len(refused.entries()) == before + 1
    assert (entry.tag, entry.actor) == (Tag.CONSOLE_DENIED, f"{capacity}-1")
    assert entry.detail == {"action": page.action, "why": "not-for-you"}


@pytest.mark.parametrize("page", [p for p in PAGES if p.who is not None], ids=named)
def test_not_signed_in(refused: Stage, page: Page) -> None:
    """Who has not signed in is shown nothing and changes nothing."""
    browser = refused.browser()
    if page.method == "GET":
        answer = browser.get(somewhere(page))
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
        assert answer.text == ""
    else:
        assert browser.post(somewhere(page)).status_code == 403


@pytest.mark.parametrize("page", [p for p in PAGES if p.who is not None and p.method == "GET"], ids=named)
def test_allowed(refused: Stage, page: Page) -> None:
    """Whoever a page is for gets it, or is told that there is nothing of that name."""
    assert page.who is not None
    for capacity in sorted(page.who):
        person = "" if capacity is not Capacity.STAFF else None
        assert refused.signed_in(capacity, person=person).get(somewhere(page)).status_code in (200, 303, 404)
