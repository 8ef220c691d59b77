"""Asking for access on the gateway's page: who may, what is handed on, and the answer on the same page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from prometheus_client import CollectorRegistry

from addons.asking import PER_HOUR
from addons.desk import Asked, Desk, Said
from addons.worker import Worker
from agent.clock import Clock
from agent.core import access
from agent.core.access import Asking, Permits, Standing
from agent.metrics import WorkerMetrics
from tests.addons.build import shipped_engine

LAPTOP, OTHER, SHARED, STRANGER = "10.20.10.12", "10.20.10.13", "10.20.10.17", "10.20.10.200"
PAGE = "breaktime.example-primary"
LESSON = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass
class Ties:
    """A worker on the shipped site, in a lesson."""

    worker: Worker
    requests: list[Asking] = field(default_factory=list)

    def acknowledged(self, device: str, notice: str) -> None:
        """Nobody does."""

    def asked(self, asking: Asking) -> None:
        """The supervisor hears of it."""
        self.requests.append(asking)


@pytest.fixture
def ties() -> Ties:
    """A worker."""
    clock = Clock.starting_at(LESSON)
    return Ties(Worker(shipped_engine(), clock, WorkerMetrics(CollectorRegistry()), lambda client: None))


@pytest.fixture
def desk(ties: Ties) -> Desk:
    """Its desk."""
    return Desk(ties)


def ask(
    desk: Desk,
    address: str = LAPTOP,
    service: str = "facebook",
    form: dict[str, str] | None = None,
    origin: str = f"http://{PAGE}",
) -> Said:
    """What is answered to somebody at an address; with a form, to the form."""
    client, query = shipped_engine().directory.identify(address), urlencode({"service": service})
    body = urlencode(form or {}).encode()
    method = "POST" if form is not None else "GET"
    return desk.say(Asked(client, method, "/ask", address, "10.20.10.1", PAGE, origin, query, body))


def test_the_form_quotes_the_rule(desk: Desk) -> None:
    """Whoever may ask is shown what blocks them and by which paragraph."""
    said = ask(desk)
    text = said.content.decode()
    assert said.status == 200
    assert "Access to Facebook" in text
    assert "<textarea" in text
    assert 'name="name"' not in text
    assert "script" not in text
    assert "form-action 'self'" in said.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("address", "service", "status"),
    [
        pytest.param(STRANGER, "facebook", 200, id="a device that nobody knows"),
        pytest.param(SHARED, "facebook", 200, id="nobody of the staff"),
        pytest.param(LAPTOP, "tinder", 404, id="a sensitive service"),
        pytest.param(LAPTOP, "no-such", 404, id="no service"),
        pytest.param(LAPTOP, "<script>", 404, id="not even a word"),
    ],
)
def test_no_form_where_it_would_not_help(desk: Desk, ties: Ties, address: str, service: str, status: int) -> None:
    """They are told whom to ask instead, and a form that is sent all the same is not handed on."""
    said = ask(desk, address, service)
    assert said.status == status
    assert b"<form" not in said.content
    assert b"<script" not in said.content
    ask(desk, address, service, {"purpose": "x", "name": "x"})
    assert ties.requests == []


def test_asked_and_waiting(desk: Desk, ties: Ties) -> None:
    """Who asks comes from the directory, whatever the form says; the page then shows that it waits."""
    said = ask(desk, form={"purpose": "The school's\u202e page", "name": "Somebody else", "person": "head-01"})
    assert (said.status, said.headers["location"]) == (303, "/ask?service=facebook")
    [asking] = ties.requests
    assert (asking.device, asking.person, asking.name) == ("laptop-02", "teacher-02", "")
    assert (asking.service, asking.purpose) == ("facebook", "The school's page")
    assert asking.rule
    assert asking.clause
    page = ask(desk).content.decode()
    assert "has not answered yet" in page
    assert "<form" not in page
    assert "<form" in ask(desk, OTHER).content.decode()


@pytest.mark.parametrize(
    ("form", "origin", "status"),
    [
        pytest.param({"purpose": ""}, f"http://{PAGE}", 400, id="no purpose"),
        pytest.param({"purpose": "x" * 501}, f"http://{PAGE}", 400, id="too long"),
        pytest.param({"purpose": "x"}, "http://elsewhere.example", 403, id="sent by another site"),
        pytest.param({"purpose": "x"}, "", 403, id="sent by no browser"),
    ],
)
def test_what_is_not_handed_on(desk: Desk, ties: Ties, form: dict[str, str], origin: str, status: int) -> None:
    """It is said what to mend, or that it did not come from the page."""
    assert ask(desk, form=form, origin=origin).status == status
    assert ties.requests == []


def test_not_too_often(desk: Desk, ties: Ties) -> None:
    """A device that asks over and over is heard a few times an hour."""
    answers = [ask(desk, form={"purpose": "x"}).status for _ in range(PER_HOUR + 2)]
    assert answers == [303] * PER_HOUR + [400] * 2
    assert len(ties.requests) == PER_HOUR


@pytest.mark.parametrize(
    ("standing", "until", "word", "says", "again"),
    [
        pytest.param(Standing.GRANTED, LESSON, "Until four", "Granted", False, id="granted"),
        pytest.param(Standing.REFUSED, None, "<b>Not now</b>", "Refused", True, id="refused"),
        pytest.param(Standing.REVOKED, None, "", "by the headteacher", True, id="revoked"),
        pytest.param(Standing.ENDED, LESSON, "", "as it was granted", True, id="ended"),
        pytest.param(Standing.LAPSED, None, "", "no longer waits", True, id="lapsed"),
    ],
)
def test_the_answer_stands_on_the_same_page(
    desk: Desk, ties: Ties, standing: Standing, until: datetime | None, word: str, says: str, again: bool
) -> None:
    """For whoever asked, and nobody else; where it holds no more it can be asked for again."""
    said = access.Said("laptop-02", "teacher-02", "facebook", standing, LESSON, until, word)
    ties.worker.permits = Permits(said=(said,))
    page = ask(desk).content.decode()
    assert says in page
    assert "<b>Not" not in page
    assert ("<form" in page) is again
    assert says not in ask(desk, OTHER).content.decode()
