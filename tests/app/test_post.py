"""The post of a site: what waits is delivered each round of a running gateway, and trouble is said once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.app import concerns, errands
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.post import Courier, Post, examine
from agent.clock import Clock
from agent.core.concerns import ConcernKind, Form
from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office
from agent.core.post import MailServer, Transport
from agent.mail.letter import Letter
from agent.mail.outbox import Delivery, MailError, Outbox
from agent.store.errors import StoreError
from tests.mail.server import free_port, mail_server
from tests.packs.bad import small

HEAD = Officeholders.of_each((Officeholder(Office.HEADTEACHER, "head@school.example"),))
LETTER = Letter("one", "head@school.example", "s", "t\n", datetime(2026, 11, 23, tzinfo=UTC))


def post(folder: Path, server: MailServer | None) -> Post:
    """A post with that server."""
    return Post(Outbox(folder / "mail"), server, HEAD)


def test_without_a_server_letters_wait_and_it_is_said(tmp_path: Path) -> None:
    """Nothing is lost: the letter waits for the day on which a server is named."""
    at = post(tmp_path, None)
    at.put([LETTER])
    outcome = at.deliver()
    assert (outcome.sent, outcome.waiting) == (0, 1)
    assert "no `mail:` section" in outcome.trouble
    assert post(tmp_path / "empty", None).deliver() == Delivery()
    assert at.addresses(Office.HEADTEACHER) == ("head@school.example",)
    assert at.addresses(Office.GOVERNOR) == ()


def test_a_round_delivers_and_says_trouble_once(tmp_path: Path) -> None:
    """While the server is away it is said once, not each minute; when it is back the letter goes, and only then."""
    port, said = free_port(), list[str]()
    away = MailServer("localhost", port, Transport.NONE, "b@school.example")
    at = post(tmp_path, away)
    at.put([LETTER])
    courier = Courier(lambda: at, said.append, lambda: None)
    courier.round()
    courier.round()
    assert len(said) == 1
    assert "cannot be reached" in said[0]
    with mail_server(tmp_path, Transport.NONE, signs_in=False, port=port) as (_, mailbox):
        courier.round()
        assert len(mailbox.letters) == 1
    at.put([LETTER])
    courier.round()
    assert len(said) == 2, "trouble that came back is said again"


def test_what_cannot_be_written_keeps_no_letter_back(tmp_path: Path) -> None:
    """A concern that is damaged is said, and the letters that wait go out in the same round."""
    said = list[str]()

    def before() -> None:
        raise StoreError("is damaged", tmp_path / "one", "restore it from a backup")

    with mail_server(tmp_path, Transport.NONE, signs_in=False) as (server, mailbox):
        at = post(tmp_path, server)
        at.put([LETTER])
        Courier(lambda: at, said.append, before).round()
        assert len(mailbox.letters) == 1
    assert len(said) == 1
    assert "restore it from a backup" in said[0]


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        pytest.param(MailError("the outbox is full"), "mail waits: the outbox is full", id="known trouble"),
        pytest.param(RuntimeError("teacher-01"), "mail waits: the post stopped (RuntimeError)", id="any other"),
    ],
)
def test_nothing_that_goes_wrong_ends_the_gateway(tmp_path: Path, problem: Exception, says: str) -> None:
    """What is done before a delivery may fail in any way: it is said without its words, and tried again."""
    said = list[str]()

    def before() -> None:
        raise problem

    courier = Courier(lambda: post(tmp_path, None), said.append, before)
    courier.round()
    assert said == [says]


def test_it_goes_round_until_it_is_cancelled(tmp_path: Path) -> None:
    """One round after another, with a pause between."""
    rounds = 0

    def before() -> None:
        nonlocal rounds
        rounds += 1

    async def pause(seconds: float) -> None:
        if rounds == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Courier(lambda: post(tmp_path, None), print, before).run(pause))
    assert rounds == 3


def test_the_doctor_says_how_the_post_stands(tmp_path: Path) -> None:
    """No server is a hint as long as nothing waits; what waits wants mending."""
    folder = tmp_path / "config"
    for name, text in small().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    config, data = read(folder), DataFolder(tmp_path / "data")
    assert isinstance(config, Configuration)
    assert (examine(config, data).good, "mail:" in examine(config, data).mend) == (True, True)
    Outbox(data.root / "mail").put(LETTER)
    assert (examine(config, data).good, examine(config, data).what) == (
        False,
        "no mail server is named; 1 letter(s) wait",
    )


def test_a_running_gateway_does_the_errands(tmp_path: Path) -> None:
    """One round announces what nobody was told of, forgets nothing before its day, and finishes an erasure."""
    folder, data = tmp_path / "config", DataFolder(tmp_path / "data")
    for name, text in small().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    config = read(folder)
    assert isinstance(config, Configuration)
    desk = concerns.desk_of(config, data, Clock().now)
    kept = desk.take(Form(ConcernKind.OTHER, "t", words="x"))
    said = list[str]()
    errands.courier(lambda: config, data, said.append).round()
    assert [one.id for one in Outbox(data.root / "mail").waiting()] == [f"{kept.id}-1"]
    assert desk.files.ids() == [kept.id]
    assert [text.startswith("mail waits: site.yaml has no `mail:`") for text in said] == [True]
