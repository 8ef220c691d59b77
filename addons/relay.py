"""A connection that is passed untouched: two transports that write to each other what they read.

Nothing of it is kept: while one side takes no more, the other is not read from.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from itertools import count
from struct import pack
from typing import cast

Meter = Callable[[int, int], None]
"""Takes bytes up and bytes down."""

Target = tuple[str, int]

AT_ONCE = pack("ii", 1, 0)
"""A socket closed with this lingering drops what it holds, and its other end hears of a reset."""

_numbers = count(1)


class Relays:
    """The connections that are passed at the moment, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Relay] = {}

    def add(self, relay: Relay) -> None:
        """Know it until it ends."""
        self._by_id[relay.id] = relay

    def remove(self, relay: Relay) -> None:
        """It has ended."""
        self._by_id.pop(relay.id, None)

    def cut(self, wanted: str) -> bool:
        """End the one of that id; False if there is none."""
        relay = self._by_id.get(wanted)
        if relay is not None:
            relay.abort()
        return relay is not None

    def sweep(self, most: int) -> None:
        """End those over which nothing has gone for more than so many sweeps."""
        for relay in list(self._by_id.values()):
            relay.silent += 1
            if relay.silent > most:
                relay.abort()

    def __len__(self) -> int:
        return len(self._by_id)


class Relay:
    """One connection of a client's, and its counterpart to the site."""

    __slots__ = ("_client", "_ends", "_gone", "_mine", "_relays", "_seen", "_server", "_task", "id", "meter", "silent")

    def __init__(self, relays: Relays, client: asyncio.Transport, gone: Callable[[str], None]) -> None:
        self.id = f"relay-{next(_numbers)}"
        self.silent = 0
        self.meter: Meter = nothing
        self._relays, self._client, self._gone = relays, client, gone
        self._server: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._mine = Side(self, from_client=True)
        self._seen = b""
        self._ends = 0

    def begin(self, loop: asyncio.AbstractEventLoop, target: Target, seen: bytes, meter: Meter) -> None:
        """Connect to the site, tell it what the client has said, and relay from then on."""
        self.meter, self._seen = meter, seen
        self._relays.add(self)
        self._client.pause_reading()
        self._client.set_protocol(self._mine)
        self._task = loop.create_task(self._connect(loop, target))

    def met(self, server: asyncio.Transport, theirs: Side) -> None:
        """The site is there. Both sides are tied at once: it may speak before whoever connected hears of it."""
        self._server = server
        if self._client.is_closing():
            server.abort()
            return
        self._mine.other, theirs.other = server, self._client
        self.meter(len(self._seen), 0)
        self._client.resume_reading()  # first: a site that takes no more pauses it again, and says so only once
        server.write(self._seen)
        self._seen = b""

    def half_closed(self) -> None:
        """One side will say no more; once neither will, it has ended."""
        self._ends += 1
        if self._ends == 2:
            self.close()

    def close(self) -> None:
        """End both sides; what was written to them still goes out."""
        for side in self._ending():
            side.close()

    def abort(self) -> None:
        """End both sides at once: a side that does not read must not go on with what waits for it."""
        for side in self._ending():
            if not side.is_closing():
                # Otherwise the kernel would go on sending what it holds, which is megabytes.
                side.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            side.abort()

    def lost(self) -> None:
        """A side has gone, and the other with it."""
        self.close()
        self._gone(self.id)

    def _ending(self) -> list[asyncio.Transport]:
        self._relays.remove(self)
        if self._task is not None:
            self._task.cancel()
        return [self._client] if self._server is None else [self._client, self._server]

    async def _connect(self, loop: asyncio.AbstractEventLoop, target: Target) -> None:
        try:
            await loop.create_connection(lambda: Side(self, from_client=False), *target)
        except OSError:
            self.close()
        finally:
            self._task = None


class Side(asyncio.Protocol):
    """What one side says goes to the other."""

    __slots__ = ("_from_client", "_relay", "other")

    def __init__(self, relay: Relay, from_client: bool) -> None:
        self._relay, self._from_client = relay, from_client
        self.other: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The site's side is there; the client's was there before."""
        self._relay.met(cast(asyncio.Transport, transport), self)  # uvloop's do not derive from it

    def data_received(self, data: bytes) -> None:
        """Count, then relay."""
        relay = self._relay
        relay.silent = 0
        if self._from_client:
            relay.meter(len(data), 0)
        else:
            relay.meter(0, len(data))
        if self.other is not None:
            self.other.write(data)

    def eof_received(self) -> bool:
        """This direction has ended; the other may go on."""
        if self.other is not None and not self.other.is_closing():
            self.other.write_eof()
        self._relay.half_closed()
        return True

    def connection_lost(self, failure: Exception | None) -> None:
        """See `Relay.lost`."""
        self._relay.lost()

    def pause_writing(self) -> None:
        """This side takes no more for now."""
        if self.other is not None and not self.other.is_closing():
            self.other.pause_reading()

    def resume_writing(self) -> None:
        """It does again."""
        if self.other is not None and not self.other.is_closing():
            self.other.resume_reading()


def nothing(up: int, down: int) -> None:
    """The meter of what is not counted."""
