"""What the mail needs to know of the site: the server that takes it, and in whose name it goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Transport(StrEnum):
    """How the way to the mail server is kept private; `none` only to a server on this machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


USUAL_PORTS = {Transport.STARTTLS: 587, Transport.TLS: 465, Transport.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes the school's mail. `user` is "" where it asks for none.

    `password_file` and `authority` are paths: a password on one line, and further CA certificates (PEM), or "".
    """

    host: str
    port: int
    transport: Transport
    sender: str
    user: str = ""
    password_file: str = ""
    authority: str = ""
