"""A load of its own: connections to several sites in fixed shares, each with a full handshake and one small answer.

Run inside a namespace as a program, so it knows the standard library alone. It prints one line of JSON.

    visits.py mix COUNT ADDRESS=NAME=PERMILLE ...      as fast as they come, 8 at a time
    visits.py paced SECONDS RATE ADDRESS=NAME          so many a second; each is timed from when it was due
    visits.py kept SECONDS RATE ADDRESS=NAME           the same over 4 connections that stay
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

AT_ONCE, KEPT = 8, 4
PATIENCE = 15.0
SIZE = 1024


@dataclass
class Seen:
    """What happened."""

    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def said(self, seconds: float) -> str:
        """For the benchmark."""
        order = sorted(self.took) or [0.0]
        ranks = {f"p{rank}": 1000 * order[min(len(order) - 1, len(order) * rank // 100)] for rank in (50, 99)}
        return json.dumps({"done": len(self.took), "seconds": seconds, "errors": self.errors[:3], **ranks})


class Site:
    """One site: where it is and what it is called."""

    def __init__(self, text: str) -> None:
        self.address, self.name, *rest = text.split("=")
        self.share = int(rest[0]) if rest else 1000
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE

    def connect(self) -> ssl.SSLSocket:
        """A connection, its handshake done in full."""
        plain = socket.create_connection((self.address, 443), timeout=PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(plain, server_hostname=self.name)

    def ask(self, connection: ssl.SSLSocket, last: bool) -> None:
        """Ask for 1 KB and read it. Raises OSError."""
        ending = "Connection: close\r\n" if last else ""
        connection.sendall(f"GET /1k HTTP/1.1\r\nHost: {self.name}\r\n{ending}\r\n".encode())
        got = b""
        while not (b"\r\n\r\n" in got and len(got.partition(b"\r\n\r\n")[2]) >= SIZE):
            data = connection.recv(65536)
            if not data:
                raise OSError(f"cut after {len(got)} bytes")
            got += data
        if b" 200 " not in got[:16]:
            raise OSError(f"answered {got[:16]!r}")

    def visit(self) -> None:
        """One connection and one request. Raises OSError."""
        with self.connect() as connection:
            self.ask(connection, last=True)


def mixed(sites: list[Site], count: int) -> list[Site]:
    """The sites in their shares, in an order that is the same each time."""
    order = [site for site in sites for _ in range(count * site.share // 1000)]
    random.Random(4).shuffle(order)
    return order


def in_threads(work: Callable[[int], None], count: int) -> float:
    """Do it so many times side by side; the seconds it took."""
    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def mix(sites: list[Site], count: int) -> str:
    """Every visit as soon as one of the eight is free."""
    seen, left = Seen(), iter(mixed(sites, count))
    lock = threading.Lock()

    def work(_: int) -> None:
        while True:
            with lock:
                site = next(left, None)
            if site is None:
                return
            timed(seen, time.perf_counter(), site.visit)

    return seen.said(in_threads(work, AT_ONCE))


def paced(site: Site, seconds: float, rate: float) -> str:
    """A new connection whenever one is due, whatever became of those before."""
    seen, start = Seen(), time.perf_counter() + 0.05

    def work(number: int) -> None:
        for due in dues(start, seconds, rate, number, AT_ONCE):
            timed(seen, due, site.visit)

    return seen.said(in_threads(work, AT_ONCE))


def kept(site: Site, seconds: float, rate: float) -> str:
    """A request whenever one is due, over connections that stay."""
    seen, start = Seen(), time.perf_counter() + 0.3

    def work(number: int) -> None:
        with site.connect() as connection:
            for due in dues(start, seconds, rate, number, KEPT):
                timed(seen, due, lambda: site.ask(connection, last=False))

    return seen.said(in_threads(work, KEPT))


def dues(start: float, seconds: float, rate: float, number: int, of: int) -> Iterator[float]:
    """The moments at which one of `of` threads is due, each awaited."""
    for turn in range(number, int(seconds * rate), of):
        due = start + turn / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        yield due


def timed(seen: Seen, since: float, do: Callable[[], None]) -> None:
    """Do it, and note how long it took or how it failed."""
    try:
        do()
        seen.took.append(time.perf_counter() - since)
    except OSError as failure:
        seen.errors.append(f"{type(failure).__name__}: {failure}")


def main(kind: str, *given: str) -> str:
    """Run a load and say how it went."""
    if kind == "mix":
        return mix([Site(text) for text in given[1:]], int(given[0]))
    run = paced if kind == "paced" else kept
    return run(Site(given[2]), float(given[0]), float(given[1]))


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
