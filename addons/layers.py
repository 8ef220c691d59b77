"""What mitmproxy's core does with a connection that is not opened: relay it untouched, or refuse it."""

from __future__ import annotations

from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events, layer, layers
from mitmproxy.proxy.context import Context

from addons.hello import Hello
from addons.relay import Meter

# RFC 8446: a fatal (2) alert (record type 21) `access_denied` (49), in a TLS 1.2 record.
ACCESS_DENIED = bytes([21, 3, 3, 0, 2, 2, 49])


class PassLayer(layers.TCPLayer):
    """Relays a connection as it is and tells a meter how much went which way."""

    def __init__(self, context: Context, meter: Meter) -> None:
        super().__init__(context, ignore=True)
        self._meter = meter

    def relay_messages(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Count, then relay."""
        if isinstance(event, events.DataReceived):
            if event.connection == self.context.client:
                self._meter(len(event.data), 0)
            else:
                self._meter(0, len(event.data))
        yield from super().relay_messages(event)


class KnownHello(layers.ClientTLSLayer):
    """TLS with a client whose hello has been read: mitmproxy would read it again, and ask the addons about it."""

    def __init__(self, context: Context, hello: Hello) -> None:
        super().__init__(context)
        self._hello = hello

    def receive_handshake_data(self, data: bytes) -> layer.CommandGenerator[tuple[bool, str | None]]:
        """Begin with the hello's first bytes: OpenSSL waits for the others."""
        if not self.client_hello_parsed:
            self.client_hello_parsed = True
            self.conn.sni, self.conn.alpn_offers = self._hello.sni, self._hello.alpn
            yield from self.start_tls()
            if not self.conn.connected:
                return False, "connection closed early"
        return (yield from super().receive_handshake_data(data))


class RefuseLayer(layer.Layer):
    """Ends a connection before anything was contacted: a TLS client gets a clean, instant alert."""

    def __init__(self, context: Context, tls: bool) -> None:
        super().__init__(context)
        self._tls = tls
        self._done = False

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if self._done:
            return
        self._done = True
        client: Connection = self.context.client
        if self._tls:
            yield commands.SendData(client, ACCESS_DENIED)
        yield commands.CloseConnection(client)
