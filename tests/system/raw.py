"""TLS and WebSocket clients that do what curl and browsers will not: odd hellos, held connections."""

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from OpenSSL import SSL
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Message, RejectConnection, Request, TextMessage


class Hello:
    """A TLS handshake over any socket, with any name or none, its first flight in pieces if wanted."""

    def __init__(self, connection: socket.socket, name: bytes = b"", piece: int = 0) -> None:
        self._socket = connection
        self._piece = piece
        self._tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        self._tls.set_connect_state()
        if name:
            self._tls.set_tlsext_host_name(name)

    def handshake(self) -> x509.Certificate:
        """The server's certificate, unverified; SSL.Error on an alert, ConnectionError on a plain end."""
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                self._flush()
                self._read()
            else:
                self._flush()
                break
        certificate = self._tls.get_peer_certificate(as_cryptography=True)
        assert certificate is not None
        return certificate

    def get(self, host: str, path: str = "/") -> bytes:
        """One HTTP/1.1 exchange after the handshake: the whole answer until the server closes."""
        self._tls.send(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        self._flush()
        answer = b""
        with suppress(SSL.ZeroReturnError, SSL.SysCallError, ConnectionError):
            while True:
                try:
                    answer += self._tls.recv(65536)
                except SSL.WantReadError:
                    self._read()
        return answer

    def _flush(self) -> None:
        with suppress(SSL.WantReadError):
            while data := self._tls.bio_read(65536):
                self._send(data)

    def _send(self, data: bytes) -> None:
        step = self._piece or len(data)
        for start in range(0, len(data), step):
            self._socket.sendall(data[start : start + step])
            if self._piece:
                time.sleep(0.01)
        self._piece = 0

    def _read(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("closed without a word")
        self._tls.bio_write(data)


def alert_of(error: SSL.Error) -> str:
    """OpenSSL's words for what went wrong, such as ``tlsv1 alert access denied``."""
    return " ".join(str(reason[-1]) for reason in error.args[0]) if error.args else ""


def secure(connection: socket.socket, name: str, ca: Path) -> ssl.SSLSocket:
    """Ordinary TLS (HTTP/1.1) over a connection, verified as strictly as Python does by default."""
    context = ssl.create_default_context(cafile=str(ca))
    return context.wrap_socket(connection, server_hostname=name)


def get(connection: socket.socket, host: str, path: str = "/", headers: dict[str, str] | None = None) -> int:
    """One keep-alive request over an open connection; its status, the body read and dropped."""
    lines = {"Host": host, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", **(headers or {})}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    connection.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


class Watched:
    """A long-lived connection read in a thread, which notes when bytes last came and when it ended."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.taken = 0
        self.ended: float | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_data(self, more: int = 1, seconds: float = 10) -> None:
        """Wait until `more` bytes came beyond what has come; AssertionError if they do not."""
        goal, last = self.taken + more, time.monotonic() + seconds
        while self.taken < goal:
            assert self.ended is None, "the connection ended"
            assert time.monotonic() < last, f"{self.taken} of {goal} bytes after {seconds} s"
            time.sleep(0.02)

    def close(self) -> None:
        """End the connection from this side."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self.connection.close()

    def _read(self) -> None:
        self.connection.settimeout(None)
        with suppress(OSError):
            while data := self.connection.recv(65536):
                self.taken += len(data)
        self.ended = time.monotonic()


def download(connection: socket.socket, host: str, path: str = "/slow") -> Watched:
    """Ask for an endless body and watch it come."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return Watched(connection)


def websocket(connection: socket.socket, host: str, path: str = "/ws") -> WSConnection:
    """Open a WebSocket; raises ConnectionError with the status if the server will not."""
    conversation = WSConnection(ConnectionType.CLIENT)
    connection.sendall(conversation.send(Request(host=host, target=path)))
    while True:
        conversation.receive_data(connection.recv(65536) or None)
        for event in conversation.events():
            if isinstance(event, AcceptConnection):
                return conversation
            if isinstance(event, RejectConnection):
                raise ConnectionError(f"WebSocket refused with {event.status_code}")


def say(connection: socket.socket, conversation: WSConnection, text: str) -> str:
    """Send a message and wait for its echo among the ticks; the echo."""
    connection.sendall(conversation.send(Message(data=text)))
    while True:
        conversation.receive_data(connection.recv(65536) or None)
        for event in conversation.events():
            if isinstance(event, TextMessage) and str(event.data).startswith("echo: "):
                return str(event.data)
