"""A TLS ClientHello → its name and its protocols, at a tenth of what mitmproxy's general parser takes.

It finds what that parser finds, and fails where it fails: what is read here is what the connection is ruled on, and
a hello that two readers understand differently would be a way round (tests/addons/test_clienthello.py compares them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mitmproxy.net.check import is_valid_host
from mitmproxy.net.tls import starts_like_tls_record

SERVER_NAME, PROTOCOLS = 0, 16
_PLAIN_NAME = re.compile(rb"(?!.*xn--)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+", re.IGNORECASE)


class ClientHello(NamedTuple):
    """What a hello says."""

    sni: str | None
    alpn: tuple[bytes, ...]


class Records:
    """The first handshake message, put together from as many records as it takes; none of them is read twice."""

    __slots__ = ("_at", "_gathered")

    def __init__(self) -> None:
        self._at, self._gathered = 0, bytearray()

    def message(self, data: bytes) -> bytes | None:
        """Without its header; None if `data`, which begins as it did the time before, needs more."""
        while len(data) >= self._at + 5:
            at = self._at
            if not starts_like_tls_record(data[at : at + 3]):
                raise ValueError("not a handshake record")
            size = int.from_bytes(data[at + 3 : at + 5])
            if not size:
                raise ValueError("an empty record")
            if len(data) < at + 5 + size:
                return None
            self._gathered += data[at + 5 : at + 5 + size]
            self._at = at + 5 + size
            end = 4 + int.from_bytes(self._gathered[1:4])
            if len(self._gathered) >= max(4, end):
                return bytes(self._gathered[4:end])
        return None


def parse(data: bytes, records: Records | None = None) -> ClientHello | None:
    """The hello in a run of TLS records; None if more is needed. Raises ValueError for what is none.

    Whoever asks again with more of the same gives the same `records`: a hello of tiny ones would cost its square.
    """
    message = (records or Records()).message(data)
    if message is None:
        return None
    sni, alpn = None, None
    for kind, body in _extensions(message):
        if kind == SERVER_NAME:
            name = _name(body)  # a broken one is one, also after a good one
            sni = sni or name
        elif kind == PROTOCOLS:
            offered = tuple(_strings(body, 2))
            alpn = offered if alpn is None else alpn
    return ClientHello(sni, alpn or ())


def _extensions(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Every extension by its number; they go on to the end, whatever length is told."""
    at = 34  # version 2, random 32
    at += 1 + _number(message, at, 1)  # session
    at += 2 + _number(message, at, 2) // 2 * 2  # cipher suites
    at += 1 + _number(message, at, 1)  # compression methods
    if at == len(message):
        return
    _number(message, at, 2)
    at += 2
    while at < len(message):
        kind, size = _number(message, at, 2), _number(message, at + 2, 2)
        yield kind, _bytes(message, at + 4, size)
        at += 4 + size


def _name(body: bytes) -> str | None:
    """The host name of a server_name extension that has one name and nothing else."""
    _number(body, 0, 2)
    at, names = 2, []
    while at < len(body):
        kind, size = _number(body, at, 1), _number(body, at + 1, 2)
        names.append((kind, _bytes(body, at + 3, size)))
        at += 3 + size
    if len(names) != 1 or names[0][0] != 0:
        return None
    raw = names[0][1]
    if (_PLAIN_NAME.fullmatch(raw) and len(raw) <= 255) or is_valid_host(raw):
        return raw.decode("ascii")
    return None


def _strings(body: bytes, at: int) -> Iterator[bytes]:
    _number(body, 0, at)
    while at < len(body):
        size = body[at]
        yield _bytes(body, at + 1, size)
        at += 1 + size


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(_bytes(data, at, size))


def _bytes(data: bytes, at: int, size: int) -> bytes:
    found = data[at : at + size]
    if len(found) != size:
        raise ValueError("a hello that is cut")
    return found
