"""TLS ClientHello → server name, and whether Encrypted ClientHello may hide the true one (RFC 8446, 6066, 9849).

Reads what is there: a hello that is cut answers with what its first part says. GREASE needs no care, since what
is not known is stepped over.
"""

from __future__ import annotations

from struct import error, unpack_from
from typing import NamedTuple

from agent.sense.lines import TLS
from agent.sense.reading import Reading, State, clean

HANDSHAKE = 0x16
OTHER_RECORDS = frozenset({0x14, 0x15, 0x17})
CLIENT_HELLO, SERVER_HELLO = 1, 2
SERVER_NAME = 0
HIDING = frozenset({0xFFCE, *range(0xFE08, 0xFE0E)})
"""encrypted_client_hello with its drafts, and encrypted_server_name before it."""
MAX_RECORD = (1 << 14) + 2048
MAX_MESSAGE = 1 << 16


class Hello(NamedTuple):
    """What a ClientHello says; `whole` is false where it was cut."""

    name: str | None
    hidden: bool
    whole: bool


def starts_like_record(data: bytes) -> bool:
    """True if a TLS record could begin with these bytes; less than three are not enough to say."""
    return len(data) > 2 and data[1] == 3 and data[2] <= 4 and (data[0] == HANDSHAKE or data[0] in OTHER_RECORDS)


def read_stream(data: bytes) -> Reading:
    """A client's TCP bytes from the first one, which `starts_like_record` accepted."""
    if data[0] != HANDSHAKE:
        return Reading(State.OTHER, TLS)
    message = unwrap(data)
    if not message:
        return Reading(State.MORE if len(data) < 6 else State.OTHER, TLS)
    if message[0] != CLIENT_HELLO:
        return Reading(State.SERVER if message[0] == SERVER_HELLO else State.OTHER, TLS)
    hello = client_hello(message)
    return Reading(State.DONE if hello.whole else State.MORE, TLS, hello.name, hello.hidden)


def unwrap(data: bytes) -> bytes:
    """The handshake bytes in a run of TLS records, as far as they go."""
    length = int.from_bytes(data[3:5])
    if len(data) <= 5 + length:  # one record, whole or not: the usual case
        return data[5:] if length <= MAX_RECORD else b""
    parts, at = [], 0
    while at + 5 < len(data) and data[at] == HANDSHAKE and data[at + 1] == 3:
        length = int.from_bytes(data[at + 3 : at + 5])
        if length > MAX_RECORD:
            break
        parts.append(data[at + 5 : at + 5 + length])
        at += 5 + length
    return b"".join(parts)


def client_hello(message: bytes) -> Hello:
    """A ClientHello with its header of 4 bytes, from its first byte; more may follow it, and its end may lack."""
    end = 4 + int.from_bytes(message[1:4])
    if end > MAX_MESSAGE:
        return Hello(None, False, True)  # no hello is so long: nothing is worth waiting for
    whole = len(message) >= end
    at = _extensions(message)
    if at is None:
        return Hello(None, False, whole)
    name, hidden = _look_through(message, at + 2, min(end, at + 2 + int.from_bytes(message[at : at + 2])))
    return Hello(name, hidden, whole)


def _extensions(message: bytes) -> int | None:
    """Where the length of the extensions stands; None if the message ends before."""
    try:
        at = 39 + message[38]  # header 4, version 2, random 32, then the session
        at += 2 + int.from_bytes(message[at : at + 2])  # cipher suites
        at += 1 + message[at]  # compression methods
    except IndexError:
        return None
    return at if at + 2 <= len(message) else None


def _look_through(message: bytes, at: int, end: int) -> tuple[str | None, bool]:
    name, hidden = None, False
    try:
        while at + 4 <= end:
            kind, length = unpack_from(">HH", message, at)
            at += 4
            if kind == SERVER_NAME and name is None:
                name = _server_name(message[at : min(at + length, end)])
            elif kind in HIDING:
                hidden = True
            at += length
    except error:
        pass  # the end lacks
    return name, hidden


def _server_name(data: bytes) -> str | None:
    """The host name in a server_name extension, where its list has one; a cut name is none."""
    at = 2
    while at + 3 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 3])
        raw = data[at + 3 : at + 3 + length]
        if data[at] == 0:
            return clean(raw) if len(raw) == length else None
        at += 3 + length
    return None
