"""HTTP/3 for the sites of the internet. A program: ``python http3.py CERTIFICATE KEY ADDRESS...``.

Answers every request with ``origin NAME HTTP/3 from ADDRESS``, as nginx does for the other versions. `fetch` is
the client's side.
"""

import asyncio
import ssl
import sys
from pathlib import Path
from typing import cast

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent


class Site(QuicConnectionProtocol):
    """The server's side of one connection."""

    _http: H3Connection | None = None

    def quic_event_received(self, event: QuicEvent) -> None:
        """Answer each request when its headers are there."""
        self._http = self._http or H3Connection(self._quic)
        for one in self._http.handle_event(event):
            if isinstance(one, HeadersReceived):
                self._answer(self._http, one)
        self.transmit()

    def _answer(self, http: H3Connection, asked: HeadersReceived) -> None:
        name = dict(asked.headers)[b":authority"].decode()
        peer = self._quic._network_paths[0].addr[0]
        body = f"<!doctype html><title>{name}</title><p>origin {name} HTTP/3 from {peer}\n".encode()
        headers = [(b":status", b"200"), (b"content-type", b"text/html"), (b"content-length", b"%d" % len(body))]
        http.send_headers(asked.stream_id, headers)
        http.send_data(asked.stream_id, body, end_stream=True)


class Browser(QuicConnectionProtocol):
    """The client's side: one request."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.http = H3Connection(self._quic)
        self.body, self.done = b"", asyncio.Event()

    def quic_event_received(self, event: QuicEvent) -> None:
        """Collect what the site answers."""
        for one in self.http.handle_event(event):
            self._take(one)

    def _take(self, event: H3Event) -> None:
        if isinstance(event, DataReceived):
            self.body += event.data
        if isinstance(event, DataReceived | HeadersReceived) and event.stream_ended:
            self.done.set()

    async def get(self, name: str) -> str:
        """The body of ``/``."""
        stream = self._quic.get_next_available_stream_id()
        headers = [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", name.encode()), (b":path", b"/")]
        self.http.send_headers(stream, headers, end_stream=True)
        self.transmit()
        await self.done.wait()
        return self.body.decode()


async def fetch(address: str, name: str, ca: str, seconds: float = 5) -> str:
    """A site's page over HTTP/3. Raises TimeoutError or ConnectionError if it does not come."""
    configuration = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN, server_name=name)
    configuration.load_verify_locations(ca)
    configuration.verify_mode = ssl.CERT_REQUIRED
    async with asyncio.timeout(seconds):
        async with connect(address, 443, configuration=configuration, create_protocol=Browser) as browser:
            return await cast(Browser, browser).get(name)


async def main(certificate: str, key: str, addresses: list[str]) -> None:
    """Serve at each address until killed."""
    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
    configuration.load_cert_chain(Path(certificate), Path(key))
    for address in addresses:
        await serve(address, 443, configuration=configuration, create_protocol=Site)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
