"""A client that asks for names by itself: which server, which type of record, over UDP; so that each answer is seen."""

import ipaddress
import socket
import time
from dataclasses import dataclass

from ..lab import Lab, family_of

A, AAAA, HTTPS = 1, 28, 65
OK, NO_SUCH_NAME = 0, 3
TRIES, PATIENCE = 5, 1.0
"""As a stub resolver does it: again after a second."""
PAUSE = 0.2
"""Seconds before the next try where the last one was refused at once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: its code, and each record as type and data."""

    code: int
    answers: tuple[tuple[int, bytes], ...]

    @property
    def addresses(self) -> list[str]:
        """The addresses among the records."""
        return [str(ipaddress.ip_address(data)) for kind, data in self.answers if kind in (A, AAAA)]


def question(name: str, kind: int = A, number: int = 7) -> bytes:
    """The packet that asks."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return number.to_bytes(2) + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0" + kind.to_bytes(2) + b"\0\1"


def ask(lab: Lab, place: str, server: str, name: str, kind: int = A) -> Reply:
    """Ask from a namespace. Raises OSError if no answer comes after all tries.

    Each try has a port of its own, as stub resolvers do it: the kernel goes on sending what comes from one port to
    where it sent the first packet, be it to a resolver that ended a moment ago.
    """
    for _ in range(TRIES - 1):
        try:
            return _once(lab, place, server, question(name, kind))
        except TimeoutError:
            continue
        except OSError:
            time.sleep(PAUSE)
    return _once(lab, place, server, question(name, kind))


def _once(lab: Lab, place: str, server: str, packet: bytes) -> Reply:
    with lab.inside(place, lambda: socket.socket(family_of(server), socket.SOCK_DGRAM)) as made:
        made.settimeout(PATIENCE)
        made.connect((server, 53))
        made.send(packet)
        return read(made.recv(4096))


def ask_tcp(lab: Lab, place: str, server: str, name: str, kind: int = A) -> Reply:
    """The same over TCP, once."""
    with lab.connect(place, (server, 53)) as made:
        asked = question(name, kind)
        made.sendall(len(asked).to_bytes(2) + asked)
        with made.makefile("rb") as answer:
            return read(answer.read(int.from_bytes(answer.read(2))))


def read(packet: bytes) -> Reply:
    """An answer's bytes, names skipped. Raises IndexError for what is none."""
    count = int.from_bytes(packet[6:8])
    at = _after_name(packet, 12) + 4
    answers = []
    for _ in range(count):
        at = _after_name(packet, at)
        kind, size = int.from_bytes(packet[at : at + 2]), int.from_bytes(packet[at + 8 : at + 10])
        answers.append((kind, packet[at + 10 : at + 10 + size]))
        at += 10 + size
    return Reply(packet[3] & 15, tuple(answers))


def _after_name(packet: bytes, at: int) -> int:
    while packet[at]:
        if packet[at] >= 0xC0:
            return at + 2
        at += packet[at] + 1
    return at + 1
