"""An nftables log group (`log group N`) → the packets that its rules logged. Linux's own interface, NFNETLINK_LOG.

No library stands between: a batch of packets is one read from a netlink socket, and taking it apart is a walk
over lengths. libpcap could read the group too, but hands over packet by packet through two more layers.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from struct import error, pack, unpack_from

NETLINK_NETFILTER = 12
_SUBSYSTEM_LOG = 4 << 8
_PACKET, _CONFIG = _SUBSYSTEM_LOG | 0, _SUBSYSTEM_LOG | 1
_REQUEST_ACK = 0x1 | 0x4
_ERROR = 2
_PAYLOAD, _PREFIX = 9, 10
_COMMAND, _MODE, _BUFFER, _TIMEOUT, _THRESHOLD = 1, 2, 3, 4, 5
_BIND, _COPY_PACKET = 1, 2
_SO_RCVBUFFORCE = 33

COPY = 4096
"""Bytes of each packet that are copied: a hello with post-quantum keys, which a network card may have joined to one."""
BATCH = 32
"""So many packets are handed over together, or what there is after `DELAY` hundredths of a second."""
DELAY = 5
BATCH_BYTES = 128 * 1024
QUEUE_BYTES = 8 * 1024 * 1024


class NoGroup(Exception):
    """The log group cannot be read; the text says why."""


class LogGroup:
    """A bound log group. `lost` counts the times that the kernel had to drop packets because nobody read."""

    def __init__(self, number: int, copy: int = COPY) -> None:
        """Raises NoGroup: without the right to (CAP_NET_ADMIN), or if another process reads the group."""
        self.lost = 0
        try:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        except OSError as problem:
            raise NoGroup(f"this kernel has no netfilter netlink: {problem.strerror}") from problem
        try:
            self.socket.bind((0, 0))
            self._widen()
            self._configure(number, copy)
        except (OSError, error) as problem:
            self.socket.close()
            raise NoGroup(f"log group {number} cannot be read: {_why(problem)}") from problem
        self.socket.setblocking(False)

    def read(self) -> bytes:
        """One batch as it stands; b"" if there is none now."""
        try:
            return self.socket.recv(2 * BATCH_BYTES)
        except BlockingIOError:
            return b""
        except OSError:  # ENOBUFS: the queue overflowed; what is in it can still be read
            self.lost += 1
            return b""

    def close(self) -> None:
        """Unbind; the kernel then logs to nobody."""
        self.socket.close()

    def _widen(self) -> None:
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, QUEUE_BYTES)
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE_BYTES)

    def _configure(self, number: int, copy: int) -> None:
        self._ask(number, _attribute(_COMMAND, pack(">B", _BIND)))
        self._ask(
            number,
            _attribute(_MODE, pack(">IBB", copy, _COPY_PACKET, 0))
            + _attribute(_BUFFER, pack(">I", BATCH_BYTES))
            + _attribute(_TIMEOUT, pack(">I", DELAY))
            + _attribute(_THRESHOLD, pack(">I", BATCH)),
        )

    def _ask(self, number: int, attributes: bytes) -> None:
        """Send a setting and wait for the kernel's word on it. Raises OSError with its reason."""
        body = pack(">BBH", 0, 0, number) + attributes
        self.socket.send(pack("=IHHII", 16 + len(body), _CONFIG, _REQUEST_ACK, 0, 0) + body)
        while True:
            answer = self.socket.recv(BATCH_BYTES)
            kind = unpack_from("=H", answer, 4)[0]
            if kind == _ERROR:
                code = unpack_from("=i", answer, 16)[0]
                if code:
                    raise OSError(-code, "")
                return


def packets(batch: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The (datagram, rule's prefix) of each packet in a batch. What is not well formed ends it."""
    at, end = 0, len(batch)
    try:
        while at + 20 <= end:
            length, kind = unpack_from("=IH", batch, at)
            if length < 20:
                return
            if kind == _PACKET:
                payload, prefix = _told(batch, at + 20, min(at + length, end))
                if payload:
                    yield payload, prefix
            at += length + 3 & ~3
    except error:
        return


def _told(batch: bytes, at: int, end: int) -> tuple[bytes, bytes]:
    payload = prefix = b""
    while at + 4 <= end:
        length, kind = unpack_from("=HH", batch, at)
        if length < 4:
            break
        if kind == _PAYLOAD:
            payload = batch[at + 4 : at + length]
        elif kind == _PREFIX:
            prefix = batch[at + 4 : at + length].rstrip(b"\0")
        at += length + 3 & ~3
    return payload, prefix


def _attribute(kind: int, value: bytes) -> bytes:
    return pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _why(problem: Exception) -> str:
    if isinstance(problem, error):
        return "a log group is a number from 0 to 65535"
    if isinstance(problem, PermissionError):  # the kernel says so in both cases
        return "another process reads it, or this one lacks CAP_NET_ADMIN"
    return str(problem)
