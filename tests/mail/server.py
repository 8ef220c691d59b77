"""A real mail server on the loopback, with its own certificate authority: what the school's would be."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from agent.core.post import MailServer, Transport
from tests.system.certificates import new_authority, new_leaf, pem

USER, PASSWORD = "breaktime", "correct horse"
SENDER = "breaktime@school.example"


@dataclass(slots=True)
class Mailbox:
    """What arrived, and what the server says to whom: an address → a line that refuses it."""

    letters: list[Message] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    signed_in: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address, or say what `says` has for it."""
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the letter, and whether its sender had signed in."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.letters.append(message_from_bytes(content))
        self.signed_in.append(bool(session.authenticated))
        return "250 taken"


def free_port() -> int:
    """A port of the loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(
    folder: Path, transport: Transport, name: str = "localhost", signs_in: bool = True, port: int = 0
) -> Iterator[tuple[MailServer, Mailbox]]:
    """The settings that lead to a running server, and its mailbox. Its certificate is for `name`."""
    authority = new_authority("The school's own CA")
    (folder / "ca.pem").write_bytes(pem(authority.certificate))
    certificate, key = new_leaf(authority, (name,))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    (folder / "leaf.pem").write_bytes(certificate + key)
    context.load_cert_chain(folder / "leaf.pem")
    password = folder / "password"
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    mailbox = Mailbox()
    controller = Controller(mailbox, "127.0.0.1", port or free_port(), **_kind(transport, context, signs_in))
    controller.start()
    try:
        user = USER if signs_in else ""
        trusted = "" if transport is Transport.NONE else str(folder / "ca.pem")
        yield (
            MailServer("localhost", controller.port, transport, SENDER, user, str(password) if user else "", trusted),
            mailbox,
        )
    finally:
        controller.stop()


def _kind(transport: Transport, context: ssl.SSLContext, signs_in: bool) -> dict[str, Any]:
    kind: dict[str, Any] = {}
    if transport is Transport.STARTTLS:
        kind = {"tls_context": context, "require_starttls": True}
    elif transport is Transport.TLS:
        kind = {"ssl_context": context}
    if signs_in:
        starttls = transport is Transport.STARTTLS  # the library does not see that a connection was TLS from the start
        kind |= {
            "auth_exclude_mechanism": ["LOGIN"],
            "authenticator": _authenticator(),
            "auth_required": starttls,
            "auth_require_tls": starttls,
        }
    return kind


def _authenticator() -> Callable[..., AuthResult]:
    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    return authenticate
