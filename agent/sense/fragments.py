"""Fragments of IP datagrams → the datagrams, for captures: live packets come whole from the kernel's own tracking.

Bounded: so many datagrams wait for their rest, the oldest gives way. Where the rest never comes, the first fragment is
read as far as it goes: it holds the ports, and often the name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error, unpack_from
from typing import NamedTuple

from agent.sense.pieces import joined
from agent.sense.wire import fragment_header

MAX_WAITING = 256
MAX_PIECES = 64
MAX_SIZE = 0xFFFF
_MORE, _OFFSET = 0x2000, 0x1FFF


class _Piece(NamedTuple):
    """One fragment: whose it is, where its `data` begins, whether more follows, and the head before it."""

    key: bytes
    offset: int
    more: bool
    head: bytes
    data: bytes


@dataclass(slots=True)
class _Waiting:
    first: _Piece | None = None
    end: int = 0
    pieces: list[tuple[int, bytes]] = field(default_factory=list)


class Fragments:
    """Puts together what came in fragments."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: dict[bytes, _Waiting] = {}

    def whole(self, datagram: bytes) -> bytes | None:
        """The datagram if it is no fragment, the whole if this completes it; None while its rest is not here."""
        piece = _piece(datagram)
        if piece is None:
            return datagram
        waiting = self._waiting.setdefault(piece.key, _Waiting())
        _take(waiting, piece)
        found = _complete(waiting)
        if found is not None:
            del self._waiting[piece.key]
        elif len(self._waiting) > MAX_WAITING:
            return self._given_up(next(iter(self._waiting)))
        return found

    def rest(self) -> Iterator[bytes]:
        """At the end: the first fragments of what never became whole."""
        for key in list(self._waiting):
            found = self._given_up(key)
            if found is not None:
                yield found

    def _given_up(self, key: bytes) -> bytes | None:
        """The beginning of a datagram, as far as it is known; its header says that more was sent."""
        waiting = self._waiting.pop(key)
        return None if waiting.first is None else _headed(waiting.first.head, joined(waiting.pieces), lacks=8)


def _take(waiting: _Waiting, piece: _Piece) -> None:
    if len(waiting.pieces) < MAX_PIECES and piece.offset + len(piece.data) <= MAX_SIZE:
        waiting.pieces.append((piece.offset, piece.data))
    if piece.offset == 0:
        waiting.first = piece
    if not piece.more:
        waiting.end = piece.offset + len(piece.data)


def _complete(waiting: _Waiting) -> bytes | None:
    if waiting.first is None or not waiting.end:
        return None
    data = joined(waiting.pieces)
    if len(data) < waiting.end:
        return None
    return _headed(waiting.first.head, data[: waiting.end])


def _headed(head: bytes, data: bytes, lacks: int = 0) -> bytes:
    """The datagram with its length, of which so many bytes lack, and no word of fragments that anybody would heed."""
    size = len(head) + len(data) + lacks
    if head[0] >> 4 == 4:
        return head[:2] + _length(size) + head[4:6] + b"\0\0" + head[8:] + data
    return head[:4] + _length(size - 40) + head[6:-6] + b"\0\0" + head[-4:] + data


def _length(size: int) -> bytes:
    return min(size, MAX_SIZE).to_bytes(2)


def _piece(datagram: bytes) -> _Piece | None:
    """What a fragment says; None for a datagram that is none, or not whole enough to say."""
    try:
        version = datagram[0] >> 4
        if version == 4:
            return _piece_4(datagram)
        return _piece_6(datagram) if version == 6 else None
    except (IndexError, error):
        return None


def _piece_4(data: bytes) -> _Piece | None:
    total, _, where = unpack_from(">HHH", data, 2)
    if not where & (_MORE | _OFFSET):
        return None
    size = (data[0] & 15) * 4
    key = data[4:6] + data[9:10] + data[12:20]
    return _Piece(key, (where & _OFFSET) * 8, bool(where & _MORE), data[:size], data[size:total])


def _piece_6(data: bytes) -> _Piece | None:
    at = fragment_header(data)
    if at is None:
        return None
    end = 40 + int.from_bytes(data[4:6])
    where = int.from_bytes(data[at + 2 : at + 4])
    key = data[at + 4 : at + 8] + data[8:40]
    return _Piece(key, where & ~7, bool(where & 1), data[: at + 8], data[at + 8 : end])
