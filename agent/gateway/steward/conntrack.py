"""The kernel's table of connections: mark one, list those to a port, take one out.

A connection that slipped past is marked, so that the rules answer its next packet from either side with an end; a
QUIC flow that a new plan concerns is taken out, so that its next packet meets the rules as a new one. One connection
takes some microseconds; for a list the kernel chooses by port, and what is left is read.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from agent.gateway.steward.netlink import ACK, DUMP, Netlink, attribute, attributes, nested

TCP, UDP = 6, 17
_PART = 1
_NEW, _GET, _DELETE = 0, 1, 2
_TUPLE, _MARK, _MARK_MASK, _FILTER = 1, 8, 21, 25
_IP, _PROTO = 1, 2
_PROTOCOL, _SPORT, _DPORT = 1, 2, 3
_BY_PROTOCOL_AND_PORT = 1 << 3 | 1 << 5
_NONE = (2, 3)
"""ENOENT, ESRCH: there is no such connection any more."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as its client began it; addresses in their usual text."""

    protocol: int
    src: str
    sport: int
    dst: str
    dport: int


class Conntrack:
    """Every method may raise OSError: without CAP_NET_ADMIN, or where the kernel keeps no such table."""

    def __init__(self) -> None:
        self._netlink = Netlink(_PART)

    def close(self) -> None:
        """Let go of the kernel."""
        self._netlink.close()

    def mark(self, connection: Connection, mark: int, mask: int) -> bool:
        """Set the bits of `mask` of its mark; False if there is no such connection."""
        bits = attribute(_MARK, struct.pack(">I", mark)) + attribute(_MARK_MASK, struct.pack(">I", mask))
        return self._do(_NEW, connection, bits)

    def remove(self, connection: Connection) -> bool:
        """Take it out of the table; False if there is no such connection."""
        return self._do(_DELETE, connection, b"")

    def to_port(self, protocol: int, port: int) -> Iterator[Connection]:
        """Every connection to a port, of both families."""
        wanted = nested(_TUPLE, nested(_PROTO, *_proto(protocol, (_DPORT, port))))
        by = attribute(1, struct.pack("=I", _BY_PROTOCOL_AND_PORT)) + attribute(2, struct.pack("=I", 0))
        for family in (socket.AF_INET, socket.AF_INET6):
            for body in self._netlink.ask(_GET, DUMP, family, wanted + nested(_FILTER, by)):
                found = _read(body)
                if found is not None and (found.protocol, found.dport) == (protocol, port):
                    yield found  # older kernels do not choose

    def _do(self, kind: int, connection: Connection, more: bytes) -> bool:
        try:
            for _ in self._netlink.ask(kind, ACK, _family(connection.src), _tuple(connection) + more):
                pass
        except OSError as problem:
            if problem.errno in _NONE:
                return False
            raise
        return True


def ended(held: Collection[Connection], conntrack: Callable[[], Conntrack] = Conntrack) -> set[Connection]:
    """Those of these connections that the kernel has no more. Raises OSError where its table cannot be read."""
    table, there = conntrack(), set[Connection]()
    try:
        for protocol, port in {(one.protocol, one.dport) for one in held}:
            there.update(table.to_port(protocol, port))
    finally:
        table.close()
    return set(held) - there


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _tuple(connection: Connection) -> bytes:
    family = _family(connection.src)
    first = 3 if family == socket.AF_INET6 else 1
    ends = (connection.src, connection.dst)
    ip = [attribute(first + i, socket.inet_pton(family, end)) for i, end in enumerate(ends)]
    ports = (_SPORT, connection.sport), (_DPORT, connection.dport)
    return nested(_TUPLE, nested(_IP, *ip), nested(_PROTO, *_proto(connection.protocol, *ports)))


def _proto(protocol: int, *ports: tuple[int, int]) -> list[bytes]:
    return [attribute(_PROTOCOL, bytes([protocol])), *(attribute(kind, struct.pack(">H", n)) for kind, n in ports)]


def _read(body: bytes) -> Connection | None:
    """The connection of an answer; None for what has no ports."""
    whole = attributes(attributes(body).get(_TUPLE, b""))
    ip, proto = attributes(whole.get(_IP, b"")), attributes(whole.get(_PROTO, b""))
    src, dst = ip.get(1) or ip.get(3), ip.get(2) or ip.get(4)
    if not (src and dst and proto.keys() >= {_PROTOCOL, _SPORT, _DPORT}):
        return None
    family = socket.AF_INET if len(src) == 4 else socket.AF_INET6
    sport, dport = (int.from_bytes(proto[kind]) for kind in (_SPORT, _DPORT))
    return Connection(proto[_PROTOCOL][0], socket.inet_ntop(family, src), sport, socket.inet_ntop(family, dst), dport)
