"""The way to the school's mail server: one connection for all that waits, its certificate verified.

TLS is 1.2 or later; a server that offers none where the site asks for it is not spoken to. What the server answers is
kept as a number only: its words may repeat an address.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from agent.core.post import MailServer, Transport
from agent.mail.outbox import MailError, Refused

PATIENCE = 20.0
"""Seconds that the server has for each answer."""


@contextmanager
def session(server: MailServer, patience: float = PATIENCE) -> Iterator[Callable[[str, EmailMessage], None]]:
    """What hands one letter over, connecting at the first; it raises MailError to wait, Refused to give up."""
    connection: list[smtplib.SMTP] = []

    def hand_over(letter_id: str, message: EmailMessage) -> None:
        with _explained(server):
            if not connection:
                connection.append(_connect(server, patience))
            _send(connection[0], server, letter_id, message)

    try:
        yield hand_over
    finally:
        for one in connection:
            _leave(one)


def _connect(server: MailServer, patience: float) -> smtplib.SMTP:
    domain = server.sender.rpartition("@")[2]
    if server.transport is Transport.TLS:
        context = _context(server)
        made: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, domain, timeout=patience, context=context)
    else:
        made = smtplib.SMTP(server.host, server.port, domain, timeout=patience)
    try:
        if server.transport is Transport.STARTTLS:
            made.starttls(context=_context(server))
            made.ehlo()
        if server.user:
            _sign_in(made, server)
    except BaseException:
        made.close()
        raise
    return made


def _sign_in(connection: smtplib.SMTP, server: MailServer) -> None:
    try:
        connection.login(server.user, _password(Path(server.password_file)))
    except smtplib.SMTPAuthenticationError as problem:
        why = f"it refuses user or password (it answered {problem.smtp_code})"
        hint = "see `mail: user` in site.yaml and the password file"
        raise MailError(f"{server.host}:{server.port}: {why}; {hint}") from None


def _context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.authority:
        try:
            context.load_verify_locations(server.authority)
        except OSError as problem:  # ssl.SSLError is one
            why = problem.strerror or "no certificate in it"
            raise MailError(f"{server.authority}: cannot be read ({why}); `mail: ca` in site.yaml names it") from None
    return context


def _password(path: Path) -> str:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise MailError(f"{path}: others may read it; chmod 600 {path}")
            return file.readline(1000).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise MailError(f"{path}: this is no text in UTF-8; write the password on one line") from None
    except OSError as problem:
        raise MailError(f"{path}: cannot be read ({problem.strerror}); it holds the mail server's password") from None


def _send(connection: smtplib.SMTP, server: MailServer, letter_id: str, message: EmailMessage) -> None:
    del message["From"], message["Message-ID"]
    message["From"] = server.sender
    message["Message-ID"] = f"<{letter_id}@{server.sender.rpartition('@')[2]}>"
    try:
        connection.send_message(message, server.sender, [str(message["To"])])
    except smtplib.SMTPRecipientsRefused as problem:
        _by_code(server, next(iter(problem.recipients.values()))[0])
    except smtplib.SMTPDataError as problem:
        _by_code(server, problem.smtp_code)


def _by_code(server: MailServer, code: int) -> None:
    """The server's no to one letter: for good from 500 on, else for now."""
    if code >= 500:
        raise Refused(str(code))
    raise MailError(f"{server.host}:{server.port} asks to come again later (it answered {code})")


@contextmanager
def _explained(server: MailServer) -> Iterator[None]:
    where = f"{server.host}:{server.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as problem:
        hint = "name the school's own CA under `mail: ca` in site.yaml, or mend the server's certificate"
        raise MailError(f"{where}: its certificate is not trusted ({problem.verify_message}); {hint}") from None
    except ssl.SSLError:
        hint = "port 587 is usually `starttls`, 465 `tls`"
        raise MailError(f"{where}: no TLS came about; see `mail: tls` and `port` in site.yaml: {hint}") from None
    except smtplib.SMTPNotSupportedError:
        raise MailError(f"{where}: it does not offer what site.yaml asks for (STARTTLS, or signing in)") from None
    except smtplib.SMTPResponseException as problem:
        raise MailError(f"{where}: it refuses (it answered {problem.smtp_code})") from None
    except smtplib.SMTPException:
        raise MailError(f"{where}: it ended the conversation; the letters wait") from None
    except OSError as problem:
        why = problem.strerror or "no answer in time"
        raise MailError(f"{where}: it cannot be reached ({why}); the letters wait") from None


def _leave(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()
