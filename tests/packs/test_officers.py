"""The sections `officers:`, `concerns:` and `mail:` of a site: what they make; what is refused is in the bad files."""

from __future__ import annotations

import pytest

from agent.app.build import Built, build
from agent.core.officeholders import Officeholder
from agent.core.offices import Office
from agent.core.post import MailServer, Transport
from agent.packs.officers import ConcernSettings
from tests.packs.bad import shipped, small


def built(sections: str) -> Built:
    """What the small site makes with these sections in the place of its own."""
    files = small()
    text = files["site.yaml"].decode()
    text = text[: text.index("officers:\n")] + text[text.index("gateway:\n") :] + sections
    return build(files | {"site.yaml": text.encode()}, None)


def test_a_site_without_the_sections_has_nobody_and_no_mail() -> None:
    """All three may be left out; a closed concern is then kept for 90 days."""
    made = built("")
    assert made.problems == ()
    assert (made.officers.all, made.mail, made.concerns) == ((), None, ConcernSettings(90))


def test_the_officers_as_written() -> None:
    """One table or a list of them under an office; a domain is written in one way only."""
    made = built(
        "officers:\n  headteacher: {email: head@SCHOOL.example, person: head-01, phone: 01234 567890}\n"
        "  safeguarding-lead: [{email: a.b+c@school.example}, {email: deputy@school.example, title: the deputy}]\n"
        "concerns: {days: 30, designated-officer: the council}\n"
    )
    assert made.problems == ()
    assert made.officers.all == (
        Officeholder(Office.HEADTEACHER, "head@school.example", "", "head-01", "01234 567890"),
        Officeholder(Office.SAFEGUARDING_LEAD, "a.b+c@school.example"),
        Officeholder(Office.SAFEGUARDING_LEAD, "deputy@school.example", "the deputy"),
    )
    assert made.concerns == ConcernSettings(30, "the council")


@pytest.mark.parametrize(
    ("section", "server"),
    [
        pytest.param(
            "{host: smtp.school.example, from: b@school.example}",
            MailServer("smtp.school.example", 587, Transport.STARTTLS, "b@school.example"),
            id="the least: STARTTLS on 587",
        ),
        pytest.param(
            "{host: smtp.school.example, tls: tls, from: b@school.example, user: b, password-file: /pw, ca: /c.pem}",
            MailServer("smtp.school.example", 465, Transport.TLS, "b@school.example", "b", "/pw", "/c.pem"),
            id="TLS from the start, signing in, its own CA",
        ),
        pytest.param(
            "{host: localhost, tls: none, from: b@school.example}",
            MailServer("localhost", 25, Transport.NONE, "b@school.example"),
            id="a server on this machine",
        ),
        pytest.param(
            '{host: "::1", tls: none, port: 2525, from: b@school.example}',
            MailServer("::1", 2525, Transport.NONE, "b@school.example"),
            id="the same by address, on a port of its own",
        ),
    ],
)
def test_the_mail_server_as_written(section: str, server: MailServer) -> None:
    """Ports follow the kind of TLS unless one is named."""
    made = built(f"mail: {section}\n")
    assert made.problems == ()
    assert made.mail == server


def test_the_shipped_site_names_whom_every_concern_needs() -> None:
    """Each office that a concern may go to is held, and the page knows how the designated officer is reached."""
    made = build(shipped(), None)
    wanted = {
        Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS, Office.SAFEGUARDING_LEAD,
        Office.DATA_PROTECTION_OFFICER, Office.SOCIAL_MEDIA_MANAGER,
    }  # fmt: skip
    assert {officer.office for officer in made.officers.all} >= wanted
    assert made.concerns.designated
