"""Netlink in small: messages to one part of the kernel's packet filter, attributes in, attributes out.

For what is asked too often, or of too many, to go through a library or a program: connections and counters.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator

ACK, DUMP = 0x4, 0x300
_REQUEST = 0x1
_ERROR, _DONE = 2, 3
_NETFILTER = 12
_NESTED, _KIND = 0x8000, 0x3FFF


class Netlink:
    """A socket to a part of the packet filter. Raises OSError without the right, or without that part."""

    def __init__(self, part: int) -> None:
        self._part = part
        self._number = 0
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER)
        self._socket.settimeout(5)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((0, 0))

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def ask(self, kind: int, flags: int, family: int, body: bytes) -> Iterator[bytes]:
        """Send a message; the attributes of each answer, to the last. Raises OSError with the kernel's number."""
        self._number += 1
        rest = struct.pack("BBH", family, 0, 0) + body
        head = struct.pack("=IHHII", 16 + len(rest), self._part << 8 | kind, _REQUEST | flags, self._number, 0)
        self._socket.send(head + rest)
        return self._answers(self._number)

    def _answers(self, number: int) -> Iterator[bytes]:
        while True:
            data = self._socket.recv(1 << 20)
            while len(data) >= 16:
                length, kind, _, answered, _ = struct.unpack_from("=IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3 :]
                if answered != number:
                    continue  # of a question that was given up
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    if code := -int.from_bytes(body[:4], sys.byteorder, signed=True):
                        raise OSError(code, "the kernel refused")
                    return
                yield body[4:]


def attribute(kind: int, content: bytes) -> bytes:
    """One attribute."""
    return struct.pack("=HH", 4 + len(content), kind) + content + b"\0" * (-len(content) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(attributes))


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by kind; what is cut short is left out."""
    found: dict[int, bytes] = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found[kind & _KIND] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found
