"""Which device held an address, and when: what leases, sessions and sightings come to (`leases` makes it of them).

A `Directory` looks an instant up here, so that a flow is its device's of that instant whatever has happened since.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import inf
from typing import Any, NamedTuple


class Held(NamedTuple):
    """Who held an address from `starts` until just before `ends` (epoch seconds).

    `mac` is "" where two devices claimed it at once. `sources` are those that agree, joined by `+`. `point` is the
    access point (`aa:bb:cc:dd:ee:ff/SSID`, either half may lack), `interface` the gateway's, `person` who signed in.
    """

    starts: float
    ends: float
    mac: str
    sources: str
    point: str = ""
    interface: str = ""
    person: str = ""

    @property
    def contested(self) -> bool:
        """True if two devices claim the address."""
        return not self.mac


class Line[T]:
    """The pieces of one address in order, and an answer for each, worked out when it is first asked for."""

    __slots__ = ("answers", "ends", "pieces", "starts")

    def __init__(self, pieces: Sequence[Held]) -> None:
        self.pieces = tuple(pieces)
        self.starts = tuple(piece.starts for piece in self.pieces)
        self.ends = tuple(piece.ends for piece in self.pieces)
        self.answers: list[T | None] = [None] * len(self.pieces)

    def index(self, at: float) -> int:
        """The piece that holds at an instant; -1 in a gap between two, before the first and after the last."""
        i = bisect_right(self.starts, at) - 1
        return i if i >= 0 and at < self.ends[i] else -1

    def until(self, at: float) -> float:
        """The next instant at which another piece, or none, holds; infinite if none is in sight."""
        i = bisect_right(self.starts, at)
        if i > 0 and at < self.ends[i - 1]:
            return self.ends[i - 1]
        return self.starts[i] if i < len(self.starts) else inf


def is_random(mac: str) -> bool:
    """True for an address that a device made up (the locally administered bit): phones do so for their privacy."""
    try:
        return bool(int(mac[:2], 16) & 2)
    except ValueError:
        return False


def plain_mac(text: str) -> str | None:
    """A MAC address as `aa:bb:cc:dd:ee:ff`, however it is written; None if it is none, or nobody's own.

    With colons, hyphens or dots, or without; addresses of groups and the zero are nobody's.
    """
    digits = text.strip().lower().translate(_NO_MARKS)
    if len(digits) != 12 or not set(digits) <= _DIGITS or digits == "0" * 12 or int(digits[:2], 16) & 1:
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


_NO_MARKS = str.maketrans("", "", ":-.")
_DIGITS = frozenset("0123456789abcdef")


def as_held(rows: Sequence[Sequence[Any]]) -> tuple[Held, ...]:
    """Pieces that went through JSON."""
    return tuple(Held(*row) for row in rows)
