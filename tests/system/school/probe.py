"""A single QUIC packet that any server answers: the cheapest way to see what becomes of QUIC."""

import socket
from contextlib import suppress
from enum import StrEnum

from ..lab import Lab, family_of

PROBE = b"\xc0\x1a\x2a\x3a\x4a\x08" + bytes(8) + b"\x08" + bytes(8)
"""The start of a QUIC packet of a version that nobody speaks: every server answers it, and keeps nothing."""


class Quic(StrEnum):
    """What became of a QUIC packet."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    SILENCE = "silence"


def quic(lab: Lab, place: str, address: str) -> Quic:
    """Send a QUIC packet; ask again as browsers do, for a second at most."""
    made = lab.inside(place, lambda: socket.socket(family_of(address), socket.SOCK_DGRAM))
    with made:
        made.settimeout(0.25)
        try:
            made.connect((address, 443))
            for _ in range(4):
                made.send(PROBE.ljust(1200, b"\0"))
                with suppress(TimeoutError):
                    made.recv(2000)
                    return Quic.ANSWERED
        except OSError:
            return Quic.REJECTED
    return Quic.SILENCE
