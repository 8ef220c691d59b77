"""What nginx hands on in the pretended internet: endless downloads, uploads, WebSockets. A program.

Run as ``python backend.py SOCKET``: plain HTTP/1.1 on a Unix socket. ``/slow`` sends 4 KB every
100 ms for ever, ``/upload`` says how many bytes it took, ``/ws`` sends a tick every 100 ms and
answers each message with ``echo: ...``.
"""

import asyncio
import sys
from contextlib import suppress

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage

TICK = 0.1
BLOCK = b"breaktime " * 400


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """The request line and headers as they came."""
    return await reader.readuntil(b"\r\n\r\n")


async def slow(writer: asyncio.StreamWriter) -> None:
    """An endless chunked answer."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n")
    writer.write(b"transfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK))
        await writer.drain()
        await asyncio.sleep(TICK)


async def upload(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Count the body's bytes and keep none."""
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    parser.receive_data(head)
    taken = 0
    while not isinstance(event := parser.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            parser.receive_data(await reader.read(1 << 18))
        elif isinstance(event, h11.Data):
            taken += len(event.data)
    text = b"%d\n" % taken
    writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))
    await writer.drain()


async def websocket(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Tick for ever, echo what comes."""
    socket = WSConnection(ConnectionType.SERVER)
    socket.receive_data(head)
    ticking = asyncio.create_task(tick(socket, writer))
    try:
        while answer(socket, writer):
            data = await reader.read(1 << 16)
            if not data:
                break
            socket.receive_data(data)
    finally:
        ticking.cancel()


def answer(socket: WSConnection, writer: asyncio.StreamWriter) -> bool:
    """Deal with all that has come; False when the other side said goodbye."""
    for event in socket.events():
        if isinstance(event, Request):
            writer.write(socket.send(AcceptConnection()))
        elif isinstance(event, TextMessage):
            writer.write(socket.send(TextMessage(data=f"echo: {event.data}")))
        elif isinstance(event, CloseConnection):
            writer.write(socket.send(event.response()))
            return False
    return True


async def tick(socket: WSConnection, writer: asyncio.StreamWriter) -> None:
    """The server's side of the conversation."""
    with suppress(ConnectionError):
        for number in range(1_000_000):
            await asyncio.sleep(TICK)
            writer.write(socket.send(TextMessage(data=f"tick {number}")))
            await writer.drain()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, one request."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        head = await read_head(reader)
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/slow"):
            await slow(writer)
        elif path.startswith(b"/upload"):
            await upload(head, reader, writer)
        else:
            await websocket(head, reader, writer)
    writer.close()


async def main(path: str) -> None:
    """Listen until killed."""
    server = await asyncio.start_unix_server(serve, path)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
