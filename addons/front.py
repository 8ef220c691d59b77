"""Transparent mode's front door: what the first bytes settle never becomes a connection of mitmproxy's.

A connection that is passed or refused costs a fraction of what mitmproxy's layers take for it. What is opened, and
clear-text HTTP, is handed on to them, with the bytes read so far and the way that was ruled.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, cast

from mitmproxy import ctx, platform
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.modes import TransparentProxy
from mitmproxy.proxy.mode_servers import AsyncioServerInstance
from mitmproxy.proxy.mode_specs import TransparentMode

from addons import hello
from addons.clienthello import Records
from addons.gateway import Gateway, Way
from addons.handler import Handler
from addons.layers import ACCESS_DENIED
from addons.relay import Relay
from addons.translate import is_inside
from agent.core.engine import Action

BACKLOG = 1024
SWEEP = 60.0
"""Seconds between two looks for connections over which nothing goes any more."""


TakeOver = Callable[[asyncio.StreamReader, asyncio.StreamWriter, "FirstBytes"], Awaitable[None]]


class SteeredMode(TransparentMode):
    """mitmproxy's transparent mode by a name of its own, `steered`, under which its server is ours."""


class SteeredInstance(AsyncioServerInstance[SteeredMode]):
    """Listens, and gives every connection to `FirstBytes`."""

    async def listen(self, host: str, port: int) -> list[Any]:
        """One server for every family of the host."""
        loop = asyncio.get_running_loop()
        gateway = ctx.master.addons.get("breaktime")
        loop.call_later(SWEEP, self._sweep, loop, gateway)
        return [
            await loop.create_server(lambda: FirstBytes(self.take_over, gateway, loop), host, port, backlog=BACKLOG)
        ]

    def make_top_layer(self, context: Context) -> TransparentProxy:
        """As in mitmproxy's transparent mode."""
        return TransparentProxy(context)

    async def take_over(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: FirstBytes) -> None:
        """Let mitmproxy's layers have a connection."""
        handler = Handler(ctx.master, reader, writer, ctx.options, self.mode)
        context = handler.layer.context
        handler.under(self.make_top_layer(context), first.gateway.hooks)
        context.client.sockname = context.server.address = first.target
        client, settled = context.client.id, first.gateway.settled
        if first.way is not None:
            settled[client] = first.way
        try:
            with self.manager.register_connection(client, handler):
                await handler.handle_client()
        finally:
            settled.pop(client, None)

    def _sweep(self, loop: asyncio.AbstractEventLoop, gateway: Gateway) -> None:
        loop.call_later(SWEEP, self._sweep, loop, gateway)
        gateway.service.relays.sweep(int(ctx.options.tcp_timeout / SWEEP))


class FirstBytes(asyncio.Protocol):
    """A connection of which nothing is decided yet."""

    __slots__ = (
        "_loop",
        "_peer",
        "_records",
        "_seen",
        "_take_over",
        "_target_of",
        "_timer",
        "_transport",
        "gateway",
        "target",
        "way",
    )

    def __init__(
        self,
        take_over: TakeOver,
        gateway: Gateway,
        loop: asyncio.AbstractEventLoop,
        target_of: Callable[[socket.socket], tuple[str, int]] | None = None,
    ) -> None:
        self._take_over, self.gateway, self._loop = take_over, gateway, loop
        self._target_of = target_of or original_target
        self._seen, self._records = b"", Records()
        self._timer: asyncio.TimerHandle | None = None
        self.target: tuple[str, int] = ("", 0)
        self.way: Way | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Learn who it is and where it was going; one that says nothing ends as one over which nothing goes."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's do not derive from it
        peer = transport.get_extra_info("peername")
        if peer is None or not self._was_turned_here():  # gone before it was accepted, or come to this very port
            self._transport.abort()
            return
        self._peer = str(peer[0])
        self._timer = self._loop.call_later(ctx.options.tcp_timeout, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        """Decide as soon as the name is there."""
        self._seen += data
        first = hello.read(self._seen, b"", self._records)
        if first.kind is hello.Kind.MORE:
            return
        self._stop_waiting()
        if first.kind is hello.Kind.HTTP:
            self._hand_on()
        else:
            self._go(first)

    def connection_lost(self, failure: Exception | None) -> None:
        """It went before it had said enough."""
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _was_turned_here(self) -> bool:
        """Learn where it was going. False for this very port: a connection there would come here again, for ever."""
        try:
            self.target = self._target_of(self._transport.get_extra_info("socket"))
        except OSError:
            return False
        own: tuple[str, int] = self._transport.get_extra_info("sockname")[:2]
        return own != self.target

    def _go(self, first: hello.Hello) -> None:
        gone = self.gateway.worker.gone
        relay = Relay(self.gateway.service.relays, self._transport, gone)
        self.way = way = self.gateway.first_bytes(relay.id, self._peer, self.target[0], first)
        if way.action is Action.OPEN:
            self._hand_on()
        elif way.action is Action.PASS and self._may_be_reached():
            relay.begin(self._loop, self.target, self._seen, way.meter)
        else:
            if first.kind is hello.Kind.TLS and way.action is Action.REFUSE:
                self._transport.write(ACCESS_DENIED)
            gone(relay.id)
            self._transport.close()

    def _may_be_reached(self) -> bool:
        """Not what listens for the gateway alone."""
        return not is_inside(self.target[0]) or is_inside(self._peer)

    def _hand_on(self) -> None:
        """From here on it is a stream of mitmproxy's, which reads again what was read here."""
        reader = asyncio.StreamReader(loop=self._loop)
        reader.feed_data(self._seen)
        protocol = asyncio.StreamReaderProtocol(
            reader, lambda source, sink: self._take_over(source, sink, self), loop=self._loop
        )
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)


def original_target(connection: socket.socket) -> tuple[str, int]:
    """Where the client was going before the rules turned it here. Raises OSError."""
    assert platform.original_addr is not None, "Linux has one"
    return platform.original_addr(connection)
