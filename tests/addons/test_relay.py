"""A passed connection: what one side says the other hears, until both have said all, or it is cut."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

import pytest
import uvloop

from addons.relay import Relay, Relays

LARGE = bytes(64 << 20)


@dataclass
class Passed:
    """A relay at work: the client's end, the site's end, and what is told of it."""

    relays: Relays
    relay: Relay
    client: socket.socket
    site: socket.socket
    gone: list[str]
    up: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)

    async def client_reads(self, size: int = 65536) -> bytes:
        """What the client hears."""
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.client, size), 5)

    async def site_reads(self, size: int = 65536) -> bytes:
        """What the site hears."""
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.site, size), 5)


class Taken(asyncio.Protocol):
    """The front door: hands its transport over."""

    def __init__(self, taken: asyncio.Future[asyncio.Transport]) -> None:
        self._taken = taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client."""
        self._taken.set_result(cast(asyncio.Transport, transport))


def relayed(
    check: Callable[[Passed], Awaitable[None]], seen: bytes = b"hello", listening: bool = True, greeting: bytes = b""
) -> None:
    """Pass one connection over loopback and look at it; a `greeting` is all that the site says, and says at once."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        taken: asyncio.Future[asyncio.Transport] = loop.create_future()
        server = await loop.create_server(lambda: Taken(taken), "127.0.0.1", 0)
        site = socket.create_server(("127.0.0.1", 0))
        target = site.getsockname()
        if not listening:
            site.close()
        client = socket.create_connection(server.sockets[0].getsockname()[:2])
        client.setblocking(False)
        gone: list[str] = []
        relays = Relays()
        relay = Relay(relays, await taken, gone.append)
        passed = Passed(relays, relay, client, site, gone)

        def meter(up: int, down: int) -> None:
            passed.up.append(up)
            passed.down.append(down)

        relay.begin(loop, target, seen, meter)
        if greeting:
            await asyncio.sleep(0)  # it is connecting; the loop hears of that when the greeting is there as well
            site.settimeout(5)
            passed.site, _ = site.accept()
            passed.site.sendall(greeting)
            passed.site.shutdown(socket.SHUT_WR)
            passed.site.setblocking(False)
        elif listening:
            site.setblocking(False)
            passed.site, _ = await asyncio.wait_for(loop.sock_accept(site), 5)
        try:
            await check(passed)
        finally:
            relay.close()
            for end in (client, site, passed.site):
                end.close()
            server.close()
            await asyncio.sleep(0)

    asyncio.run(run(), loop_factory=uvloop.new_event_loop)  # as in a worker


async def settled(look: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(5):
        while not look():
            await asyncio.sleep(0.005)


async def still(counts: list[int]) -> None:
    """Wait until nothing is counted any more."""
    before = -1
    while before != (before := sum(counts)):
        await asyncio.sleep(0.1)


def test_what_was_read_before_goes_first() -> None:
    """The site hears the hello that the ruling was made on, then the rest; every byte is counted."""

    async def check(passed: Passed) -> None:
        assert await passed.site_reads() == b"hello"
        passed.client.sendall(b"more")
        assert await passed.site_reads() == b"more"
        passed.site.sendall(b"answer")
        assert await passed.client_reads() == b"answer"
        assert (sum(passed.up), sum(passed.down)) == (9, 6)

    relayed(check)


def test_a_site_that_speaks_at_once_is_heard() -> None:
    """Its greeting and its end, also where they are there as soon as the connection."""

    async def check(passed: Passed) -> None:
        assert await passed.client_reads() == b"220 ready"
        assert await passed.client_reads() == b""
        assert await passed.site_reads() == b"hello"
        assert len(passed.relays) == 1

    relayed(check, greeting=b"220 ready")


def test_each_direction_ends_by_itself() -> None:
    """A side that has said all may still be told more; once neither says more, both are closed."""

    async def check(passed: Passed) -> None:
        assert await passed.site_reads() == b"hello"
        passed.client.shutdown(socket.SHUT_WR)
        assert await passed.site_reads() == b""
        passed.site.sendall(b"late answer")
        assert await passed.client_reads() == b"late answer"
        assert len(passed.relays) == 1
        passed.site.shutdown(socket.SHUT_WR)
        assert await passed.client_reads() == b""
        await settled(lambda: not len(passed.relays) and bool(passed.gone))

    relayed(check)


def test_a_side_that_does_not_read_holds_the_other_back() -> None:
    """What is on the way stays small however much is sent, and all of it arrives in the end."""

    async def check(passed: Passed) -> None:
        loop = asyncio.get_running_loop()
        await passed.site_reads()
        sending = loop.create_task(loop.sock_sendall(passed.site, LARGE))
        await still(passed.down)
        assert sum(passed.down) < len(LARGE)
        assert not sending.done()
        got = 0
        while got < len(LARGE):
            got += len(await passed.client_reads(1 << 20))
        await sending
        assert sum(passed.down) == got == len(LARGE)

    relayed(check)


def test_a_site_that_does_not_take_the_hello_holds_the_client_back() -> None:
    """Also where it was full before the client was read from."""

    async def check(passed: Passed) -> None:
        loop = asyncio.get_running_loop()
        sending = loop.create_task(loop.sock_sendall(passed.client, LARGE))
        await still(passed.up)
        assert sum(passed.up) < len(LARGE)
        assert not sending.done()
        sending.cancel()

    relayed(check, seen=LARGE[: len(LARGE) // 4])


def test_what_is_cut_goes_no_further() -> None:
    """A client that stalls has no more of it than its own machine holds, and the site hears at once."""

    async def check(passed: Passed) -> None:
        loop = asyncio.get_running_loop()
        await passed.site_reads()
        sending = loop.create_task(loop.sock_sendall(passed.site, LARGE))
        await still(passed.down)
        assert passed.relays.cut(passed.relay.id)
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(sending, 5)
        got = 0
        with suppress(ConnectionError):
            while heard := await passed.client_reads(1 << 20):
                got += len(heard)
        assert got < sum(passed.down) / 2

    relayed(check)


@pytest.mark.parametrize("leaves", ["client", "site"])
def test_one_that_breaks_off_takes_the_other_along(leaves: str) -> None:
    """A reset on one side ends both, and the connection is forgotten."""

    async def check(passed: Passed) -> None:
        await passed.site_reads()
        ends = {"client": passed.client, "site": passed.site}
        ends.pop(leaves).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        (passed.client if leaves == "client" else passed.site).close()
        await settled(lambda: not len(passed.relays) and bool(passed.gone))
        (left,) = ends.values()
        assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(left, 10), 5) == b""
        assert set(passed.gone) == {passed.relay.id}

    relayed(check)


def test_a_site_that_is_not_there_ends_the_connection() -> None:
    """The client is hung up on, and nothing is counted."""

    async def check(passed: Passed) -> None:
        assert await passed.client_reads() == b""
        await settled(lambda: bool(passed.gone))
        assert not passed.up
        assert not len(passed.relays)

    relayed(check, listening=False)


def test_one_can_be_cut_by_its_id() -> None:
    """At the bell; an id that is none of ours is somebody else's business."""

    async def check(passed: Passed) -> None:
        await passed.site_reads()
        assert not passed.relays.cut("another")
        assert passed.relays.cut(passed.relay.id)
        for reads in (passed.client_reads, passed.site_reads):
            with pytest.raises(ConnectionResetError):
                await reads()
        assert not passed.relays.cut(passed.relay.id)

    relayed(check)


def test_what_is_silent_for_too_long_is_swept() -> None:
    """Only sweeps between which nothing went are counted."""

    async def check(passed: Passed) -> None:
        await passed.site_reads()
        passed.relays.sweep(2)
        passed.relays.sweep(2)
        passed.site.sendall(b"still here")
        assert await passed.client_reads() == b"still here"
        for left in (1, 1, 0):
            passed.relays.sweep(2)
            assert len(passed.relays) == left
        with pytest.raises(ConnectionResetError):
            await passed.client_reads()

    relayed(check)
