"""A real HTTPS server on loopback, with a certificate authority of its own, for lists to be fetched from."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from tests.system.certificates import new_authority, new_leaf, pem


@dataclass
class Page:
    """What an address answers. `claimed` is the length that it says, if another than the true one.

    The last byte waits until `go` is set.
    """

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    claimed: int | None = None
    go: Event | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up, or does not trust us, is part of the tests."""


@dataclass
class Https:
    """`pages` by path; `asked` are the paths with the status that each was answered."""

    url: str
    authority: Path
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def put(self, path: str, content: bytes | str, **headers: str) -> str:
        """Offer content with its ETag; return its address."""
        whole = content.encode() if isinstance(content, str) else content
        self.pages[path] = Page(whole, headers={"ETag": f'"{sha256(whole).hexdigest()[:8]}"', **headers})
        return f"{self.url}{path}"

    def context(self) -> ssl.SSLContext:
        """Trusts this server's authority alone."""
        return ssl.create_default_context(cafile=str(self.authority))


@contextmanager
def serving(folder: Path) -> Iterator[Https]:
    """Serve while inside; the server has ended afterwards."""
    authority = new_authority("Lists of the tests")
    (folder / "ca.pem").write_bytes(pem(authority.certificate))
    chain, key = new_leaf(authority, ("localhost",))
    (folder / "leaf.pem").write_bytes(chain + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem")
    made = Https("", folder / "ca.pem")
    server = _Server(("127.0.0.1", 0), _handler(made))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made.url = f"https://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(made: Https) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 20

        def do_GET(self) -> None:
            page = made.pages.get(self.path, Page(status=404))
            etag = page.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                page = Page(status=304)
            made.asked.append((self.path, page.status))
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.content) if page.claimed is None else page.claimed))
            self.end_headers()
            if page.go is not None:
                self.wfile.write(page.content[:-1])
                page.go.wait(20)
            self.wfile.write(page.content if page.go is None else page.content[-1:])

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
