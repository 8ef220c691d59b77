"""Access requests at the command line: listed, granted, refused, revoked, by whoever may."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.app import access
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.access import Asking

from .test_rights import School


@pytest.fixture
def school(tmp_path: Path) -> School:
    """A head, and a technician who has no part in it."""
    made = School(tmp_path)
    made.add("head-1", "headteacher")
    made.add("technician-1", "technician", by="head-1")
    return made


def asked(school: School) -> str:
    """Somebody asked on the gateway's page; the number."""
    data = DataFolder(school.data)
    config = read(school.config, data)
    assert isinstance(config, Configuration)
    person = sorted(config.engine.directory.persons)[0]
    service = sorted(config.engine.catalogue.services)[0]
    asking = Asking("a-device", person, "", service, "The school's page", "Not in lessons.", "8.6", "Policy")
    return access.ask(config, data, Clock().now, asking).id


def test_the_whole_way(school: School) -> None:
    """Each answer says how it stands now; the list quotes who, what for and the rule."""
    first = asked(school)
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    said = school.done("authorise", "list", by="head-1")
    assert first in said
    assert "The school's page" in said
    assert "Not in lessons." in said
    granted = json.loads(school.done("authorise", "grant", first, "--until", until, "--json", by="head-1"))
    assert granted["standing"] == "granted"
    assert "revoked" in school.done("authorise", "revoke", first.lower(), "--word", "Enough", by="head-1")
    second = asked(school)
    assert "Not today" in school.done("authorise", "refuse", second, "--word", "Not today", by="head-1")
    who = json.loads(school.done("authorise", "list", "--json", by="head-1"))
    assert [one["standing"] for one in who] == ["revoked", "refused"]
    person, service = who[0]["person"], who[0]["service"]
    unasked = ["--person", person, "--service", service, "--purpose", "A trip", "--until", until]
    assert "granted" in school.done("authorise", "grant", *unasked, by="head-1")


@pytest.mark.parametrize(
    ("words", "by", "says"),
    [
        pytest.param(["list"], "technician-1", "headteacher", id="a technician"),
        pytest.param(["grant", "P2026-ZZZZ", "--until", "2020-01-01"], "head-1", "still to come", id="a day long over"),
        pytest.param(["refuse", "P2026-ZZZZ", "--word", "No"], "head-1", "no access request", id="no such number"),
        pytest.param(["revoke", "P2026-ZZZZ"], "head-1", "no access request", id="nothing to revoke"),
        pytest.param(["grant", "--until", "2030-01-01"], "head-1", "name a request", id="nobody"),
        pytest.param(
            ["grant", "--person", "nobody-9", "--service", "no-such", "--purpose", "y", "--until", "2026-01-01"],
            "head-1", "no service", id="a service that is none",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(school: School, words: list[str], by: str, says: str) -> None:
    """With the reason, and nothing is changed."""
    result = school.run("authorise", *words, by=by)
    assert result.exit_code != 0
    assert says in result.output


def test_an_erasure_takes_past_requests_and_says_what_stays(school: School) -> None:
    """What was refused goes; what is in force stays and is said; the head's list shows it alone."""
    school.add("dpo-1", "data-protection-officer", by="head-1")
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    school.done("authorise", "refuse", asked(school), "--word", "No", by="head-1")
    stays = asked(school)
    school.done("authorise", "grant", stays, "--until", until, by="head-1")
    person = json.loads(school.done("authorise", "list", "--json", by="head-1"))[0]["person"]
    result = school.run("subject", "erase", person, "--identified", "in-person", "--yes", by="dpo-1")
    assert result.exit_code == 0, result.output
    assert ", 1 requests for access; receipt" in result.stdout
    assert "1 requests for access stay: they wait for an answer or are in force" in result.stderr
    left = json.loads(school.done("authorise", "list", "--json", by="head-1"))
    assert [(one["request"], one["standing"]) for one in left] == [(stays, "granted")]
