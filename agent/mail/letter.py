"""A letter: to one officer, with a subject, a text and perhaps files; and the same as a message of RFC 5322."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `media_type` such as `application/pdf`."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one address. `id` tells it from every other: a letter that is put twice is one letter.

    Letters, digits, dots and hyphens make an id. `written` is an aware instant. `html` is the same text for who reads
    pages, or "".
    """

    id: str
    to: str
    subject: str
    text: str
    written: datetime
    attachments: tuple[Attachment, ...] = ()
    html: str = ""


def as_message(letter: Letter) -> EmailMessage:
    """The message without what is known only at the handing-over: sender and Message-ID. Raises ValueError."""
    message = EmailMessage(SMTP)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.written)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note comes back
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for one in letter.attachments:
        kind, _, subtype = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    return message


def paragraphs(texts: Iterable[str]) -> str:
    """Paragraphs with an empty line between them, ending in one line end."""
    return "\n\n".join(text.strip() for text in texts if text.strip()) + "\n"
