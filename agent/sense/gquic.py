"""Google QUIC before it became the IETF's: the CHLO message, which is sent in the clear (Q046 and before).

Its tags stand in a table after the header: four letters and the end of the value, counted from where the
values begin. Numbers are little-endian in every version.
"""

from __future__ import annotations

import re
from struct import error, unpack_from

from agent.sense.lines import QUIC
from agent.sense.reading import Reading, State, clean

_VERSION = re.compile(rb"Q0[0-9]{2}")
_HAS_VERSION, _HAS_CID = 0x01, 0x08
_MAX_TAGS = 128
_SEARCHED = 128
"""The message begins behind a packet number, a hash of 12 bytes and perhaps an ACK."""
CHLO, SNI = b"CHLO", b"SNI\0"


def is_google(datagram: bytes) -> bool:
    """True if a client's packet of Q043 or before, or of Q044 to Q049, begins so."""
    if len(datagram) < 20:
        return False
    first = datagram[0]
    if first & 0x80:
        return _VERSION.match(datagram, 1) is not None and datagram[3:4] == b"4"
    return first & _HAS_VERSION != 0 and first & _HAS_CID != 0 and _VERSION.match(datagram, 9) is not None


def read_datagram(datagram: bytes) -> Reading:
    """The name in a datagram that `is_google`."""
    at = datagram.find(CHLO, 0, _SEARCHED)
    return read_chlo(datagram[at:]) if at >= 0 else Reading(State.MORE, QUIC)


def read_chlo(message: bytes) -> Reading:
    """The name in a CHLO message from its first byte. MORE where the message ends before the name does."""
    try:
        count = int.from_bytes(message[4:6], "little")
        values = 8 + 8 * count
        if count > _MAX_TAGS:
            return Reading(State.OTHER, QUIC)
        begin = 0
        for i in range(count):
            tag, end = unpack_from("<4sI", message, 8 + 8 * i)
            if end < begin:
                return Reading(State.OTHER, QUIC)
            if tag == SNI:
                return _named(message[values + begin : values + end], end - begin)
            begin = end
    except error:
        return Reading(State.MORE, QUIC)
    return Reading(State.DONE, QUIC)


def _named(raw: bytes, length: int) -> Reading:
    return Reading(State.DONE, QUIC, clean(raw)) if len(raw) == length else Reading(State.MORE, QUIC)
