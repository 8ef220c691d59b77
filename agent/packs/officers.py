"""The `officers:`, `concerns:` and `mail:` sections of site.yaml → Officeholders, ConcernSettings, MailServer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from agent.core.hosts import Host
from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office
from agent.core.post import USUAL_PORTS, MailServer, Transport
from agent.packs.nodes import say
from agent.packs.references import Known, refer
from agent.packs.scalars import ID, TEXT, integer
from agent.packs.shapes import At, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Mapped, Row, Some, fields
from agent.problems import Problems

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST = 254
CLOSED_CONCERN_DAYS = 90


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    try:
        known = Host.parse(domain).name if at else ""
    except ValueError:
        known = ""
    if not known or len(text) > _LONGEST or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        raise ValueError(f"{shown(text)} is not an e-mail address")
    return f"{local}@{known}"


def _server(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    try:
        return Host.parse(text).name
    except ValueError:
        raise ValueError(f"{shown(text)} is not a host name or an address") from None


def _absolute(text: str) -> str:
    if not text.startswith("/") or len(text) > 1000:
        raise ValueError(f"{shown(text)} is not a path from the root on")
    return text


EMAIL_ADDRESS = Scalar(_email, {"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"}, "such as office@school.example")
_HOST = Scalar(_server, {"type": "string", "minLength": 1}, "a host name or an address, without a port")
_PATH = Scalar(_absolute, {"type": "string", "pattern": "^/"}, "a path such as /etc/breaktime/mail.password")

_NO_PERSON: Located[str] | None = None
EMAIL = Field("email", EMAIL_ADDRESS, says="Where mail for this officer goes.")
TITLE = Field("title", TEXT, "", says="What the school calls the office, such as Executive Principal.")
PERSON: Field[Located[str] | None] = Field(
    "person", At(ID), _NO_PERSON, says="The officer's id in people.csv, so that nobody decides on their own case."
)
PHONE = Field("phone", TEXT, "", says="A number that a page may show.")
_NO_OFFICERS: dict[Office, tuple[Row, ...]] = {}
OFFICERS = Field(
    "officers",
    Mapped(one_of(*Office), Some(fields(EMAIL, TITLE, PERSON, PHONE))),
    _NO_OFFICERS,
    says="Who holds which office: one table each, or a list of them where several do.",
)

DAYS = Field("days", integer(1, 3660), CLOSED_CONCERN_DAYS, says="How long a closed concern is kept.")
DESIGNATED = Field(
    "designated-officer", TEXT, "", says="How the local authority's designated officer (LADO) is reached, for the page."
)
CONCERNS: Field[Row | None] = Field(
    "concerns", fields(DAYS, DESIGNATED), None, says="What becomes of concerns that were raised."
)

HOST_FIELD = Field("host", _HOST, says="The server that takes the school's mail.")
TLS = Field("tls", one_of(*Transport), Transport.STARTTLS, says="none is for a server on this machine only.")
PORT: Field[int | None] = Field("port", integer(1, 65535), None, says="587 for starttls, 465 for tls, 25 for none.")
USER = Field("user", TEXT, "", says="The user that the server asks for.")
PASSWORD_FILE = Field("password-file", _PATH, "", says="A file (mode 600) with the password on one line.")
FROM = Field("from", EMAIL_ADDRESS, says="The address that mail comes from.")
AUTHORITY = Field("ca", _PATH, "", says="Further CA certificates to trust for this server (PEM).")
MAIL: Field[Row | None] = Field(
    "mail",
    fields(HOST_FIELD, PORT, TLS, USER, PASSWORD_FILE, FROM, AUTHORITY),
    None,
    says="How mail leaves; without this section nobody is told of anything by mail.",
)


def load_officers(found: Mapping[Office, tuple[Row, ...]], known: Known, problems: Problems) -> Officeholders:
    """Every officer who could be read; a person must stand in people.csv, an address once an office."""
    officers = []
    for office, rows in found.items():
        taken: set[str] = set()
        for row in rows:
            officer = _officer(office, row, known, problems)
            if officer is None:
                continue
            if officer.email in taken:
                say(problems, row.at("email"), f"{shown(officer.email)} stands under this office already")
            taken.add(officer.email)
            officers.append(officer)
    return Officeholders.of_each(officers)


def _officer(office: Office, row: Row, known: Known, problems: Problems) -> Officeholder | None:
    person = row.get(PERSON, None)
    ids = refer([person] if person else [], known.persons, "person", problems)
    try:
        return Officeholder(office, row[EMAIL], row.get(TITLE, ""), next(iter(ids), ""), row.get(PHONE, ""))
    except Unread:
        return None


@dataclass(frozen=True, slots=True)
class ConcernSettings:
    """For how many days a closed concern is kept, and how the designated officer is reached, or ""."""

    days: int = CLOSED_CONCERN_DAYS
    designated: str = ""


def load_concerns(row: Row | None) -> ConcernSettings:
    """What the site says of concerns; what it does not say, and what could not be read, is the default."""
    found = row.get(CONCERNS, None) if row else None
    if found is None:
        return ConcernSettings()
    return ConcernSettings(found.get(DAYS, CLOSED_CONCERN_DAYS), found.get(DESIGNATED, ""))


def load_mail(row: Row | None, problems: Problems) -> MailServer | None:
    """The server that takes the mail; None if there is no such section, or it could not be read."""
    found = row.get(MAIL, None) if row else None
    if found is None:
        return None
    try:
        transport = found[TLS]
        host, port = found[HOST_FIELD], found[PORT] or USUAL_PORTS[transport]
        user, password = found[USER], found[PASSWORD_FILE]
        server = MailServer(host, port, transport, found[FROM], user, password, found[AUTHORITY])
    except Unread:
        return None
    _check(server, found, problems)
    return server


def _check(server: MailServer, row: Row, problems: Problems) -> None:
    if server.transport is Transport.NONE and not _on_this_machine(server.host):
        what = f"mail would go to {server.host} in clear text; `none` is for a server on this machine"
        say(
            problems,
            row.at("tls"),
            what,
            "write `tls: starttls`, or `tls: tls` where the server wants it from the start",
        )
    if server.user and not server.password_file:
        say(problems, row.at("user"), "a user without a password", "name a file with the password: `password-file: /…`")
    if server.password_file and not server.user:
        say(problems, row.at("password-file"), "a password without a user", "write `user:` beside it")
    if server.authority and server.transport is Transport.NONE:
        say(problems, row.at("ca"), "without TLS no certificate is looked at", "leave `ca` out")


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
