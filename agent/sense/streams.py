"""One direction of a TCP connection, until its first bytes are read."""

from __future__ import annotations

from agent.sense import clear, hello, tunnels
from agent.sense.lines import HTTP, TCP
from agent.sense.pieces import joined
from agent.sense.reading import Reading, State
from agent.sense.wire import SYN, Packet

MAX_SEGMENTS = 32
MAX_BYTES = 32 * 1024
UNSURE_SEGMENTS = 4
"""So many segments are waited for where the connection's first byte may not have been seen."""


def read_stream(data: bytes) -> Reading:
    """What a TCP connection begins with, by the client's bytes from the first one; `data` is not empty."""
    if hello.starts_like_record(data):
        return hello.read_stream(data)
    if clear.starts_like_request(data):
        return clear.read_stream(data)
    if data.startswith(b"HTTP/1."):
        return Reading(State.SERVER, HTTP)
    if len(data) < 3 or clear.may_become_request(data):
        return Reading(State.MORE, tunnels.of_stream(data))
    return Reading(State.OTHER, tunnels.of_stream(data))


class Stream:
    """Gathers segments: out of order, repeated, cut. Bounded: 32 segments, 32 KiB together, and the last one whole."""

    __slots__ = ("_begin", "_last", "_segments", "_size")

    def __init__(self) -> None:
        self._begin: int | None = None
        self._segments: list[tuple[int, bytes]] = []
        self._size = 0
        self._last: Reading | None = None

    def is_of(self, packet: Packet) -> bool:
        """False if this SYN opens another connection between the same ends."""
        return self._begin is None or self._begin == _after_syn(packet)

    def feed(self, packet: Packet) -> Reading | None:
        """The reading once it stands, else None."""
        if packet.flags & SYN:
            self._begin = _after_syn(packet)
        if not packet.payload:
            return None
        at = _after_syn(packet) if packet.flags & SYN else packet.seq
        self._segments.append((at, packet.payload))
        self._size += len(packet.payload)
        data = self._beginning()
        if data:
            self._last = reading = read_stream(data)
            if reading.state in (State.DONE, State.SERVER):
                return reading
            if reading.state is State.OTHER and self._sure():
                return reading
        return self.settled() if self._full() else None

    def settled(self) -> Reading | None:
        """The best that can be said without more; None if nothing came."""
        if not self._segments:
            return None
        return self._last or Reading(State.OTHER, TCP)

    def _beginning(self) -> bytes:
        segments = self._segments
        if self._begin is None:
            if len(segments) == 1:
                return segments[0][1]
            first = segments[0][0]
            begin = first + min(_distance(at, first) for at, _ in segments)
        else:
            begin = self._begin
        return joined((gone, data) for at, data in segments if (gone := _distance(at, begin)) >= 0)

    def _sure(self) -> bool:
        return self._begin is not None or len(self._segments) >= UNSURE_SEGMENTS

    def _full(self) -> bool:
        return len(self._segments) >= MAX_SEGMENTS or self._size >= MAX_BYTES


def _after_syn(packet: Packet) -> int:
    return (packet.seq + 1) & 0xFFFFFFFF


def _distance(at: int, begin: int) -> int:
    """How far `at` lies behind `begin`, around the end of sequence numbers; negative if before it."""
    return ((at - begin + 0x80000000) & 0xFFFFFFFF) - 0x80000000
