"""Automated attacks on every address and field of the table of pages: nothing breaks, nothing is shown as markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from agent.app.paths import DataFolder
from agent.console.guard import HEADERS
from agent.console.inputs import TOKEN
from agent.console.openapi import openapi
from agent.console.pages import Page
from agent.console.register import PAGES
from agent.core.callers import Capacity

from .stage import ORIGIN, Browser, Stage

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
SCHEMA = schemathesis.openapi.from_dict(openapi(PAGES))
EXAMPLES = 4
"""Of each address and caller; each is new on a developer's machine."""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A console that everything is thrown at."""
    return Stage(DataFolder(tmp_path_factory.mktemp("attacked") / "data"))


def somebody(stage: Stage, page: Page) -> Browser:
    """A browser of somebody whom the page is for, or of nobody."""
    return stage.signed_in(sorted(page.who)[0]) if page.who else stage.browser()


def named(page: Page) -> str:
    """A short id for a test case."""
    return f"{page.method} {page.path}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_markup_stays_text(attacked: Stage, page: Page) -> None:
    """What is sent in any field, place, header or query comes back, if at all, as text."""
    browser = somebody(attacked, page)
    path = re.sub(r"\{\w+\}", "x%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", ""), page.path)
    fields = {one.name: MARKUP[: one.most] for one in page.inputs}
    headers = {
        "user-agent": MARKUP,
        "referer": f"{ORIGIN}/{MARKUP}",
        "x-forwarded-for": MARKUP,
        "accept-language": MARKUP,
    }
    if page.method == "GET":
        answer = browser.client.get(path, params=fields, headers=headers)
    else:
        answer = browser.post(path, headers, **fields)
    assert answer.status_code < 500
    for raw in ("<script>alert", "<img src=x"):
        assert raw not in answer.text, raw


OPERATIONS = [pytest.param(SCHEMA[page.path][page.method], id=named(page)) for page in PAGES]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("capacity", [Capacity.TECHNICIAN, Capacity.HEADTEACHER])
def test_whatever_is_sent(attacked: Stage, operation: Any, capacity: Capacity) -> None:
    """Whatever fits the description, or does not, is answered by a page with every header, never by an error."""
    calm = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture)

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, phases=(Phase.generate,), suppress_health_check=calm, database=None)
    def attack(case: Any) -> None:
        browser = attacked.signed_in(capacity)
        path = re.sub(r"[\x00-\x20\x7f]|[^\x00-\x7f]", "_", case.formatted_path)
        sent = case.body if isinstance(case.body, dict) else {}
        fields = {str(name): str(value) for name, value in sent.items() if name != TOKEN}
        if operation.method.upper() == "GET":
            query = {str(name): str(value) for name, value in (case.query or {}).items()}
            answer = browser.client.get(path, params=query)
        else:
            answer = browser.post(path, None, **fields)
        assert answer.status_code < 500, answer.text
        assert HEADERS.keys() <= set(answer.headers)

    attack()


@pytest.mark.parametrize("body", ["a=%ZZ&=&==&&&", "\x00", "csrf[]=1&csrf=2", "%00=%00", "a" * 60_000, "&" * 60_000])
def test_odd_bodies(attacked: Stage, body: str) -> None:
    """What is no proper form is refused as one without proof."""
    headers = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    answer = attacked.signed_in(Capacity.STAFF).client.post("/account/sign-out", content=body, headers=headers)
    assert answer.status_code == 403


def test_templates_escape_and_hold_no_script() -> None:
    """No template turns escaping off, and none holds a script, a style or an event of its own."""
    folder = Path(__file__).parents[2] / "agent" / "console" / "templates"
    for path in folder.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\|\s*safe|autoescape false|<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text), path
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path
