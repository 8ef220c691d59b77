"""Handing over to a real mail server: TLS verified, signing in, what waits and what is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.core.post import MailServer, Transport
from agent.mail.letter import Attachment, Letter
from agent.mail.outbox import Delivery, MailError, Outbox
from agent.mail.smtp import session
from tests.mail.server import SENDER, free_port, mail_server

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LEAD = "lead@school.example"


def letter(number: int = 1, to: str = LEAD) -> Letter:
    """A letter of that number."""
    return Letter(f"letter-{number}", to, "Breaktime: a concern", "Read it – on the gateway.\n", AT)


def outbox_with(folder: Path, *letters: Letter) -> Outbox:
    """An outbox that holds these."""
    outbox = Outbox(folder / "mail")
    for one in letters:
        outbox.put(one)
    return outbox


def deliver(outbox: Outbox, server: MailServer) -> Delivery:
    """One try."""
    try:
        with session(server, patience=30) as hand_over:
            return outbox.deliver(hand_over)
    except MailError as problem:
        return Delivery(trouble=str(problem))


@pytest.mark.parametrize("transport", [Transport.STARTTLS, Transport.TLS], ids=str)
def test_a_letter_arrives_over_verified_tls(tmp_path: Path, transport: Transport) -> None:
    """With the school's own CA named, the server is trusted, signed in to, and given the letter whole."""
    with mail_server(tmp_path, transport) as (server, mailbox):
        outbox = outbox_with(tmp_path, letter(), letter(2, "deputy@school.example"))
        assert deliver(outbox, server) == Delivery(sent=2)
    assert mailbox.signed_in == [True, True]
    found = mailbox.letters[0]
    assert (found["From"], found["To"], found["Subject"]) == (SENDER, LEAD, "Breaktime: a concern")
    assert found["Message-ID"] == "<letter-1@school.example>"
    payload = found.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "Read it – on the gateway."
    assert outbox.waiting() == ()


def test_a_server_on_this_machine_may_do_without_tls(tmp_path: Path) -> None:
    """`none` hands over in clear text, with a file if one goes along."""
    report = Attachment("week.pdf", "application/pdf", b"%PDF-1.7")
    with mail_server(tmp_path, Transport.NONE, signs_in=False) as (server, mailbox):
        assert deliver(outbox_with(tmp_path, replace(letter(), attachments=(report,))), server) == Delivery(sent=1)
    parts = list(mailbox.letters[0].walk())
    assert [part.get_filename() for part in parts if part.get_filename()] == ["week.pdf"]


def _stranger(server: MailServer, folder: Path) -> MailServer:
    return replace(server, authority="")


def _no_password(server: MailServer, folder: Path) -> MailServer:
    return replace(server, password_file=str(folder / "nothing"))


def _wrong_password(server: MailServer, folder: Path) -> MailServer:
    Path(server.password_file).write_text("another\n")
    return server


def _open_password(server: MailServer, folder: Path) -> MailServer:
    Path(server.password_file).chmod(0o644)
    return server


def _not_utf8(server: MailServer, folder: Path) -> MailServer:
    Path(server.password_file).write_bytes(b"\xff\xfe\n")
    return server


def _away(server: MailServer, folder: Path) -> MailServer:
    return replace(server, port=free_port())


def _no_such_ca(server: MailServer, folder: Path) -> MailServer:
    return replace(server, authority=str(folder / "none.pem"))


def _no_ca_in_it(server: MailServer, folder: Path) -> MailServer:
    (folder / "empty.pem").write_text("nothing\n")
    return replace(server, authority=str(folder / "empty.pem"))


def _tls_at_once(server: MailServer, folder: Path) -> MailServer:
    return replace(server, transport=Transport.TLS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(_stranger, "its certificate is not trusted", id="a CA that nobody named"),
        pytest.param(_no_password, "holds the mail server's password", id="no password file"),
        pytest.param(_wrong_password, "refuses user or password (it answered 535)", id="the wrong password"),
        pytest.param(_open_password, "chmod 600", id="a password that others may read"),
        pytest.param(_not_utf8, "no text in UTF-8", id="a password in another encoding"),
        pytest.param(_away, "cannot be reached (Connection refused)", id="nothing listens"),
        pytest.param(_no_such_ca, "none.pem: cannot be read", id="no such CA file"),
        pytest.param(_no_ca_in_it, "empty.pem: cannot be read", id="no certificate in the CA file"),
        pytest.param(_tls_at_once, "port 587 is usually `starttls`", id="TLS where STARTTLS is spoken"),
    ],
)
def test_trouble_leaves_the_letter_where_it_is(
    tmp_path: Path, change: Callable[[MailServer, Path], MailServer], says: str
) -> None:
    """Whatever is wrong with the way there is said, without the letter's words, and the letter waits."""
    with mail_server(tmp_path, Transport.STARTTLS) as (server, mailbox):
        outbox = outbox_with(tmp_path, letter())
        outcome = deliver(outbox, change(server, tmp_path))
    assert says in outcome.trouble
    assert LEAD not in outcome.trouble
    assert [one.id for one in outbox.waiting()] == ["letter-1"]
    assert mailbox.letters == []


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    """A certificate of a trusted CA counts only for the name that site.yaml has."""
    with mail_server(tmp_path, Transport.STARTTLS, name="mail.elsewhere.example") as (server, mailbox):
        outcome = deliver(outbox_with(tmp_path, letter()), server)
    assert "its certificate is not trusted" in outcome.trouble
    assert mailbox.letters == []


def test_a_server_that_offers_no_tls_is_told_nothing(tmp_path: Path) -> None:
    """Where the site asks for STARTTLS, clear text is never fallen back to."""
    with mail_server(tmp_path, Transport.NONE, signs_in=False) as (server, mailbox):
        asked = replace(server, transport=Transport.STARTTLS)
        outcome = deliver(outbox_with(tmp_path, letter()), asked)
    assert "does not offer what site.yaml asks for" in outcome.trouble
    assert mailbox.letters == []


def test_an_address_refused_for_good_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    """550 puts that letter into refused/, 450 leaves it waiting; `again` puts the refused back."""
    with mail_server(tmp_path, Transport.STARTTLS) as (server, mailbox):
        mailbox.says = {"gone@school.example": "550 no such address", "later@school.example": "450 come again"}
        outbox = outbox_with(tmp_path, letter(1, "gone@school.example"), letter(2), letter(3, "later@school.example"))
        outcome = deliver(outbox, server)
        assert (outcome.sent, outcome.refused, outcome.waiting) == (1, 1, 1)
        assert "it answered 450" in outcome.trouble
        assert {one.id: one.refused for one in outbox.waiting()} == {"letter-1": True, "letter-3": False}
        mailbox.says = {}
        assert outbox.again() == 1
        assert deliver(outbox, server) == Delivery(sent=2)


def test_letters_survive_a_server_that_is_away(tmp_path: Path) -> None:
    """What was put while nothing listened goes out, once, when the server is there again."""
    outbox = outbox_with(tmp_path, *(letter(number) for number in range(5)))
    port = free_port()
    away = MailServer("localhost", port, Transport.NONE, SENDER)
    assert deliver(outbox, away).waiting == 5
    with mail_server(tmp_path, Transport.NONE, signs_in=False) as (server, mailbox):
        assert deliver(Outbox(outbox.folder), server) == Delivery(sent=5)
        assert deliver(outbox, server) == Delivery()
    assert sorted(str(one["Message-ID"]) for one in mailbox.letters) == [
        f"<letter-{number}@school.example>" for number in range(5)
    ]
