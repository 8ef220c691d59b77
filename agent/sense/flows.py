"""The table of flows that are being read: packets in, each flow's reading out, once.

Bounded on every side: flows half read and flows spoken of, both by number and by age; what a single flow may
hold is bounded by `streams` and `datagrams`. Ages are seconds of any clock that the caller keeps to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from agent.sense.datagrams import Datagrams
from agent.sense.lines import HTTP, QUIC, TLS, Seen
from agent.sense.reading import Reading, State
from agent.sense.streams import Stream
from agent.sense.wire import ACK, SYN, Packet, ends, reverse

NAMEABLE = frozenset({TLS, QUIC, HTTP})


@dataclass(frozen=True, slots=True)
class Limits:
    """How many flows are held, and for how many seconds: half read, and after they were spoken of."""

    half_read: int = 2048
    spoken: int = 32768
    patience: float = 3.0
    memory: float = 60.0


class _Half(NamedTuple):
    """One direction of a flow that is not read yet."""

    since: float
    reader: Stream | Datagrams
    prefix: str


class Flows:
    """Reads flows by their packets. `evicted` counts those given up because too many were half read."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self.evicted = 0
        self._half: dict[bytes, _Half] = {}
        self._spoken: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._half)

    def packet(self, packet: Packet, now: float, prefix: str = "") -> Seen | None:
        """Take a packet; the flow's line if this packet completes it."""
        key = packet.key
        if packet.tcp and packet.flags & SYN and not packet.flags & ACK:
            self._opens(packet)
        elif key in self._spoken:
            return None
        half = self._half.get(key)
        if half is None:
            half = self._begun(packet, now, prefix)
            if half is None:
                return None
        reading = half.reader.feed(packet)
        return self._judged(key, half, reading, now) if reading is not None else None

    def expire(self, now: float) -> Iterator[Seen]:
        """What can be said of flows that were waited for long enough; older ones are forgotten."""
        while self._half:
            key, half = next(iter(self._half.items()))
            if half.since > now - self.limits.patience:
                break
            yield from self._given_up(key, half, now)
        while self._spoken:
            key, since = next(iter(self._spoken.items()))
            if since > now - self.limits.memory:
                break
            del self._spoken[key]

    def end(self, now: float = 0.0) -> Iterator[Seen]:
        """What can be said of every flow that is still half read."""
        while self._half:
            key, half = next(iter(self._half.items()))
            yield from self._given_up(key, half, now)

    def make_room(self, now: float) -> Iterator[Seen]:
        """What can be said of the oldest flows, while too many are half read."""
        while len(self._half) > self.limits.half_read:
            self.evicted += 1
            key, half = next(iter(self._half.items()))
            yield from self._given_up(key, half, now)

    def _opens(self, packet: Packet) -> None:
        """A SYN: whatever was known between these ends was another connection."""
        key = packet.key
        half = self._half.get(key)
        if half is not None and isinstance(half.reader, Stream) and half.reader.is_of(packet):
            return  # the same SYN again
        self._half.pop(key, None)
        if self._spoken.pop(key, None) is not None:
            self._spoken.pop(reverse(key), None)

    def _begun(self, packet: Packet, now: float, prefix: str) -> _Half | None:
        """A direction that was not seen before; None if it is a server's."""
        key = packet.key
        if packet.tcp and packet.flags & SYN and packet.flags & ACK:
            self._remember(key, now)
            return None
        half = self._half[key] = _Half(now, Stream() if packet.tcp else Datagrams(), prefix)
        return half

    def _judged(self, key: bytes, half: _Half, reading: Reading, now: float) -> Seen | None:
        self._half.pop(key, None)
        if reading.state is not State.SERVER:
            return self._line(key, half, reading, now)
        self._remember(key, now)
        other = reverse(key)
        client = self._half.get(other)
        said = client.reader.settled() if client and isinstance(client.reader, Stream) else None
        if client is None or said is None or said.state is State.SERVER:
            return None
        return self._line(other, client, said, now)  # the server answers: its client has said what it had to

    def _given_up(self, key: bytes, half: _Half, now: float) -> Iterator[Seen]:
        del self._half[key]
        reading = half.reader.settled()
        if reading is not None and reading.state is not State.SERVER:
            yield self._line(key, half, reading, now)

    def _line(self, key: bytes, half: _Half, reading: Reading, now: float) -> Seen:
        other = reverse(key)
        for direction in (key, other):
            self._half.pop(direction, None)
            self._remember(direction, now)
        who = ends(key)
        # Without a whole hello it is not sure who the client is: servers have the lower port.
        if reading.name is None and reading.state is not State.DONE and who.sport < who.dport:
            who = ends(other)
        return Seen(reading.protocol, reading.name, *who, reading.hidden, half.prefix)

    def _remember(self, key: bytes, now: float) -> None:
        if len(self._spoken) >= self.limits.spoken:
            del self._spoken[next(iter(self._spoken))]
        self._spoken[key] = now
