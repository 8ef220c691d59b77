"""QUIC datagram → its Initial packets, and Initial frames → pieces of the ClientHello (RFC 9000, 9369 and drafts)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agent.sense.quickeys import DRAFT_22, DRAFT_23, DRAFT_29, Q050, T050, T051, V1, V2, V2_DRAFT, Scheme

LONG_HEADER = 0x80
MAX_CID = 20
MAX_PACKETS = 8
"""In one datagram."""

_VERSIONS: dict[int, tuple[Scheme, ...]] = {
    0x00000001: (V1,),
    0x6B3343CF: (V2,),
    0x709A50C4: (V2, V2_DRAFT),
    0xFACEB001: (DRAFT_22,),  # mvfst has numbers of its own for what others call drafts
    0xFACEB002: (DRAFT_23, V1),
    0xFACEB003: (V1,),
    0xFACEB00E: (DRAFT_23, V1, DRAFT_29),
    0x51303530: (Q050,),
    0x54303530: (T050,),
    0x54303531: (T051,),
}
_GUESSES = (V1, DRAFT_29, DRAFT_23)
_V2_TYPES = frozenset({0x6B3343CF, 0x709A50C4})
_GOOGLE_CRYPTO, _CRYPTO = 0x08, 0x06
_PADDING = re.compile(rb"\x00+")


class Initial(NamedTuple):
    """One Initial packet: `packet` ends where it does, its number stands at `number_at`."""

    version: int
    dcid: bytes
    packet: bytes
    number_at: int
    cut: bool


def known(version: int) -> bool:
    """True if the version is one of QUIC's, or one that is sent so that the server may offer others."""
    if version in _VERSIONS or version & 0x0F0F0F0F == 0x0A0A0A0A:
        return True
    return 0xFF000016 <= version <= 0xFF000022 or version >> 16 == 0xFF02


def schemes(version: int) -> tuple[Scheme, ...]:
    """How a version may derive its keys, the likeliest first. One that is not known is tried as the usual ones."""
    found = _VERSIONS.get(version)
    if found:
        return found
    draft = version - 0xFF000000
    if 22 <= draft <= 34:
        return (DRAFT_22,) if draft == 22 else (DRAFT_23,) if draft < 29 else (DRAFT_29,) if draft < 33 else (V1,)
    return (V2, V2_DRAFT) if version >> 16 == 0xFF02 else _GUESSES


def version_of(datagram: bytes) -> int | None:
    """The version in a long header; None if there is none. 0 asks for other versions."""
    if len(datagram) < 7 or not datagram[0] & LONG_HEADER:
        return None
    return int.from_bytes(datagram[1:5])


def initials(datagram: bytes, cut: bool) -> Iterator[Initial]:
    """The Initial packets of a datagram in their order; what is not well formed ends it."""
    at = 0
    for _ in range(MAX_PACKETS):
        version = version_of(datagram[at : at + 7])
        if not version:
            return
        found = _long_packet(datagram, at, version, cut)
        if found is None:
            return
        initial, at = found
        if initial is not None:
            yield initial


def _long_packet(datagram: bytes, at: int, version: int, cut: bool) -> tuple[Initial | None, int] | None:
    """The packet at `at` if it is an Initial, and where the next one begins; None at a fault."""
    kind = datagram[at] >> 4 & 3
    is_initial = kind == (1 if version in _V2_TYPES or version >> 16 == 0xFF02 else 0)
    size = datagram[at + 5]
    dcid = datagram[at + 6 : at + 6 + size]
    here = at + 6 + size
    if size > MAX_CID or here >= len(datagram) or datagram[here] > MAX_CID:
        return None
    here += 1 + datagram[here]
    if is_initial:
        token, here = varint(datagram, here)
        here += token
    length, here = varint(datagram, here)
    end = here + length
    if here < 0 or (end > len(datagram) and not cut) or length < 4:
        return None
    if not is_initial:
        return None, end
    return Initial(version, dcid, datagram[at:end], here - at, end > len(datagram)), end


def crypto(frames: bytes) -> list[tuple[int, bytes]] | None:
    """The pieces (offset, bytes) in the frames of an Initial packet; None if they are not such frames.

    Google's versions with these headers have a frame of their own for the same. A piece that was cut counts
    as far as it goes.
    """
    found: list[tuple[int, bytes]] = []
    at, end = 0, len(frames)
    while at < end:
        kind = frames[at]
        at += 1
        if kind == 0:
            padding = _PADDING.match(frames, at)
            at = padding.end() if padding else at
        elif kind in (_CRYPTO, _GOOGLE_CRYPTO):
            offset, at = varint(frames, at)
            length, at = varint(frames, at)
            if at < 0:
                return found or None
            found.append((offset, frames[at : at + length]))
            at += length
        elif kind in (2, 3):
            at = _after_ack(frames, at, kind == 3)
            if at < 0:
                return found or None
        elif kind != 1:
            return found or None  # a client says no more here than that it closes
    return found


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of 1 to 8 bytes at `at`, and what follows it; (0, -1) if the data ends before it does."""
    if not 0 <= at < len(data):
        return 0, -1
    first = data[at]
    if first < 0x40:
        return first, at + 1
    size = 1 << (first >> 6)
    if at + size > len(data):
        return 0, -1
    return int.from_bytes(data[at : at + size]) & ((1 << (8 * size - 2)) - 1), at + size


def _after_ack(frames: bytes, at: int, counts: bool) -> int:
    """Where an ACK frame ends; -1 if the data ends before."""
    _, at = varint(frames, at)
    _, at = varint(frames, at)
    ranges, at = varint(frames, at)
    numbers = 1 + 2 * ranges + (3 if counts else 0)
    while numbers and at >= 0:
        _, at = varint(frames, at)
        numbers -= 1
    return at
