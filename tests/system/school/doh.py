"""A resolver that answers over HTTPS, behind nginx. A program: ``python doh.py SOCKET SERVER``.

Takes ``/dns-query`` by GET and POST on a Unix socket and asks a plain resolver.
"""

import asyncio
import base64
import socket
import sys
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import h11

TYPE = b"application/dns-message"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: str) -> None:
    """One connection, one query."""
    with suppress(ConnectionError, h11.RemoteProtocolError):
        query = await _query(reader)
        answer = await asyncio.to_thread(_ask, server, query)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (TYPE, len(answer))
        writer.write(head + answer)
        await writer.drain()
    writer.close()


async def _query(reader: asyncio.StreamReader) -> bytes:
    parser, target, body = h11.Connection(h11.SERVER), b"", b""
    while not isinstance(event := parser.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            parser.receive_data(await reader.read(1 << 16))
        elif isinstance(event, h11.Request):
            target = event.target
        elif isinstance(event, h11.Data):
            body += event.data
    asked = parse_qs(urlsplit(target.decode()).query).get("dns")
    return base64.urlsafe_b64decode(asked[0] + "==") if asked else body


def _ask(server: str, query: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(3)
        made.sendto(query, (server, 53))
        return made.recv(4096)


async def main(path: str, server: str) -> None:
    """Listen until killed."""
    listening = await asyncio.start_unix_server(lambda r, w: serve(r, w, server), path)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
