"""The technician's pages: what they show, what they do, what they refuse."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from agent.app.kept_texts import kept_texts
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.callers import Capacity
from agent.store.history import History

from ..stage import EXAMPLE, Stage, example

POLICY = "policies/breaks-without-pupils/policy.yaml"


@pytest.fixture
def site(tmp_path: Path) -> Stage:
    """A console over a copy of the example site, whose metrics nobody serves."""
    folder, data = tmp_path / "config", DataFolder(tmp_path / "data")
    shutil.copytree(EXAMPLE, folder)
    config = example()
    built = replace(config.built, metrics=replace(config.built.metrics, port=1))
    stage = Stage(data, replace(config, built=built))
    stage.house.folder = folder
    return stage


def test_a_gateway_that_does_not_run(site: Stage) -> None:
    """Where nothing answers, the page says so and where to look."""
    page = site.signed_in(Capacity.TECHNICIAN).get("/gateway")
    assert page.status_code == 200
    assert "does not answer" in page.text
    assert "/gateway/problems" in page.text


def test_problems_say_what_to_do(site: Stage) -> None:
    """Every finding of the doctor is there; what is not well comes with its command."""
    (site.house.folder / "site.yaml").write_text("site: {")
    page = site.signed_in(Capacity.TECHNICIAN).get("/gateway/problems")
    assert page.status_code == 200
    assert "breaktime check" in page.text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 200, "Why is it blocked"),
        ("?url=www.facebook.com&at=2026-11-23T09:30", 200, "Blocked until 23 November 2026, 10:30"),
        ("?url=www.facebook.com&at=2026-11-23T10:35&zone=staff-room&pupils=absent", 200, "Allowed"),
        ("?url=bbc.co.uk&at=2026-11-23T09:30", 200, "none of the catalogue"),
        ("?url=//&at=2026-11-23T09:30", 200, "host"),
        ("?url=x.com&at=soon", 422, "date and time"),
        ("?url=%3Cscript%3Ealert(1)%3C/script%3E", 200, "&lt;script&gt;"),
    ],
    ids=["nothing", "lesson", "break", "no service", "no host", "no time", "script"],
)
def test_explain(site: Stage, query: str, status: int, said: str) -> None:
    """The form answers as the command does, and says what it cannot answer."""
    page = site.signed_in(Capacity.TECHNICIAN).get(f"/explain{query}")
    assert page.status_code == status
    assert said in page.text
    assert "<script>" not in page.text


def test_what_if_without_a_record(site: Stage) -> None:
    """With nothing recorded there is nothing to rule on again; a policy that is not loaded is said."""
    browser = site.signed_in(Capacity.TECHNICIAN)
    assert "Nothing is recorded" in browser.get("/what-if?policy=no-personal-use&since=1w").text
    assert "No policy of that name" in browser.get("/what-if?policy=nothing").text
    assert "no-personal-use" in browser.get("/what-if").text


def test_a_suggestion_is_decided(site: Stage) -> None:
    """A suggestion is shown with its counts, and what is decided stands in the catalogue's file."""
    row = {"host": "cdn.tiktok-example.net", "service": "tiktok", "pages": 12, "of": 40}
    row["on"] = Clock().now().date().isoformat()
    site.data.suggestions.write_text(json.dumps([row, {**row, "host": "other-example.net"}]))
    browser = site.signed_in(Capacity.TECHNICIAN)
    assert "cdn.tiktok-example.net" in browser.get("/suggestions").text
    done = browser.post("/suggestions/accept", host="cdn.tiktok-example.net", service="tiktok", kind="asset")
    assert (done.status_code, done.headers["location"]) == (303, "/suggestions")
    assert browser.post("/suggestions/refuse", host="other-example.net").status_code == 303
    text = (site.house.folder / "catalogue" / "learned.yaml").read_text()
    assert "cdn.tiktok-example.net" in text
    assert "other-example.net" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "example.net", "service": "nothing", "kind": "asset"},
        {"host": "a..b", "service": "tiktok", "kind": "asset"},
        {"host": "facebook.com", "service": "tiktok", "kind": "site"},
    ],
    ids=["no such service", "no host", "another's host"],
)
def test_a_suggestion_that_cannot_be(site: Stage, fields: dict[str, str]) -> None:
    """What cannot be decided so is said, and no file changes."""
    page = site.signed_in(Capacity.TECHNICIAN).post("/suggestions/accept", None, **fields)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert not (site.house.folder / "catalogue" / "learned.yaml").exists()


def test_files_and_the_way_back(site: Stage) -> None:
    """Drafts, history and differences are shown, and a revision is put back."""
    file, history = site.house.folder / POLICY, History(site.data.root)
    first = site.config.engine.revision
    history.keep(Clock().now(), "breaks-without-pupils", first, kept_texts(site.config))
    site.data.drafts.mkdir()
    (site.data.drafts / "spring.yaml").write_text(file.read_text().replace("verdict: block", "verdict: allow", 1))
    old = file.read_bytes()
    file.write_bytes(old + b"\nnonsense: <b>yes</b>\n")
    browser = site.signed_in(Capacity.TECHNICIAN)
    page = browser.get("/files")
    assert page.status_code == 200
    assert "nonsense: &lt;b&gt;" in page.text
    assert first in page.text
    assert "tests of the policy fail" in browser.get("/files/draft/spring").text
    assert browser.get(f"/files/revision/{first}").status_code == 200
    done = browser.post("/files/back", revision=first)
    assert done.status_code == 303
    assert file.read_bytes() == old


@pytest.mark.parametrize("path", ["/files/draft/nothing", "/files/draft/..%2fx", "/files/revision/000000000000"])
def test_nothing_of_that_name(site: Stage, path: str) -> None:
    """What is not there is not found."""
    assert site.signed_in(Capacity.TECHNICIAN).get(path).status_code == 404


def test_a_revision_that_never_was(site: Stage) -> None:
    """Nothing is put back that never was in force."""
    assert site.signed_in(Capacity.TECHNICIAN).post("/files/back", revision="0" * 12).status_code == 409
