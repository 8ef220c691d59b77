"""The front door: what the first bytes settle is settled there, anything else is handed on whole."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from addons.front import FirstBytes
from addons.layers import ACCESS_DENIED
from addons.relay import Relays
from agent.core.clients import Zone
from agent.core.decision import Verdict
from agent.core.engine import Action, Engine
from tests.addons.build import gateway, shipped_engine
from tests.addons.test_hello import client_hello

OPEN = {Zone.CLASSROOM: Verdict.ALLOW}
HELLO = client_hello("www.facebook.com")


@dataclass
class Door:
    """A client at the door, the site behind it, and what was handed on."""

    client: socket.socket
    site: socket.socket
    relays: Relays
    taken: list[tuple[bytes, Action | None]] = field(default_factory=list)

    async def say(self, data: bytes) -> None:
        """Something from the client."""
        await asyncio.get_running_loop().sock_sendall(self.client, data)

    async def hear(self) -> bytes:
        """All that the client is told until it is hung up on."""
        heard = b""
        while data := await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.client, 65536), 5):
            heard += data
        return heard

    async def site_hears(self) -> bytes:
        """What comes out behind the door."""
        loop = asyncio.get_running_loop()
        connection, _ = await asyncio.wait_for(loop.sock_accept(self.site), 5)
        with connection:
            return await asyncio.wait_for(loop.sock_recv(connection, 65536), 5)


def broken(on_error: dict[Zone, Verdict]) -> Engine:
    """An engine that cannot rule: what becomes of a connection is what its zone says."""
    engine = shipped_engine()
    return replace(engine, site=replace(engine.site, on_error=on_error), catalogue=None)  # type: ignore[arg-type]


def standing(
    engine: Engine, check: Callable[[Door], Awaitable[None]], target: tuple[str, int] | OSError | None = None
) -> None:
    """Stand at a door whose connections were going to the site; with `target` to the door, or nobody can tell."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        site = socket.create_server(("127.0.0.1", 0))
        with gateway(engine) as (addon, _):
            addon.service = SimpleNamespace(relays=Relays())  # type: ignore[assignment]
            door = Door(socket.socket(), site, addon.service.relays)

            async def take_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: FirstBytes) -> None:
                door.taken.append((await reader.read(65536), first.way.action if first.way else None))
                writer.close()

            def target_of(connection: socket.socket) -> tuple[str, int]:
                if isinstance(target, OSError):
                    raise target
                found: tuple[str, int] = site.getsockname() if target is None else connection.getsockname()
                return found

            server = await loop.create_server(lambda: FirstBytes(take_over, addon, loop, target_of), "127.0.0.1", 0)
            for end in (door.client, site):
                end.setblocking(False)
            await loop.sock_connect(door.client, server.sockets[0].getsockname())
            try:
                await check(door)
            finally:
                door.relays.sweep(0)
                server.close()
                door.client.close()
                site.close()
                await asyncio.sleep(0)

    asyncio.run(run())


def test_a_refused_client_gets_an_alert_and_nobody_is_contacted() -> None:
    """The alert, the end, and no connection behind the door."""

    async def check(door: Door) -> None:
        await door.say(HELLO)
        assert await door.hear() == ACCESS_DENIED
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.get_running_loop().sock_accept(door.site), 0.1)
        assert not len(door.relays)

    standing(broken({}), check)


def test_a_passed_connection_is_relayed_from_its_first_byte() -> None:
    """However the hello came in pieces."""

    async def check(door: Door) -> None:
        await door.say(HELLO[:50])
        await asyncio.sleep(0.02)
        assert not len(door.relays)
        await door.say(HELLO[50:])
        assert await door.site_hears() == HELLO

    standing(broken(OPEN), check)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        pytest.param(("", 0), "it would go round for ever", id="the door itself"),
        pytest.param(OSError("no such entry"), "nobody turned it here", id="not turned here"),
    ],
)
def test_who_comes_to_the_port_by_itself_is_hung_up_on(target: tuple[str, int] | OSError, why: str) -> None:
    """The port is for what the kernel turns there."""

    async def check(door: Door) -> None:
        try:
            await door.say(HELLO)
            assert await door.hear() == b"", why
        except ConnectionError:
            pass  # so much the clearer

    standing(broken(OPEN), check, target)


def test_clear_text_to_the_port_itself_is_not_handed_on() -> None:
    """It would be sent to this very port again, and again from there."""

    async def check(door: Door) -> None:
        with suppress(ConnectionError):
            await door.say(b"GET / HTTP/1.1\r\nHost: www.facebook.com\r\n\r\n")
            assert await door.hear() == b""
        assert not door.taken

    standing(shipped_engine(), check, ("", 0))


class Gone(asyncio.Transport):
    """A connection that its client reset before it was accepted: it has no other end."""

    aborted = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Nothing is known of it."""
        return default

    def abort(self) -> None:
        """Let it go."""
        self.aborted = True


def test_a_client_that_was_gone_before_is_let_go() -> None:
    """Nobody can say who it was; nothing fails over it."""

    async def take_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: FirstBytes) -> None:
        raise AssertionError("there is nothing to take over")

    loop, gone = asyncio.new_event_loop(), Gone()
    with gateway() as (addon, _):
        first = FirstBytes(take_over, addon, loop, lambda _: ("192.0.2.1", 443))
        first.connection_made(gone)
        first.connection_lost(None)
    loop.close()
    assert gone.aborted


def test_clear_text_is_handed_on_with_what_was_read() -> None:
    """Each of its requests is ruled on, so nothing is ruled here."""

    async def check(door: Door) -> None:
        await door.say(b"GET / HTTP/1.1\r\nHost: www.facebook.com\r\n\r\n")
        assert await door.hear() == b""
        assert door.taken == [(b"GET / HTTP/1.1\r\nHost: www.facebook.com\r\n\r\n", None)]

    standing(shipped_engine(), check)


def test_a_client_that_leaves_early_is_forgotten() -> None:
    """Nothing is ruled, nothing is left."""

    async def check(door: Door) -> None:
        await door.say(HELLO[:10])
        door.client.shutdown(socket.SHUT_WR)
        assert await door.hear() == b""
        assert not door.taken
        assert not len(door.relays)

    standing(shipped_engine(), check)
