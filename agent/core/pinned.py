"""Apps that refuse our certificate: after repeated failures their host is ruled on by its name alone, for a while.

An app that pins its site's certificate can never be opened; to go on trying would break it and tell nothing.
"""

from __future__ import annotations

from typing import NamedTuple

FAILURES = 3
WITHIN_SECONDS = 10 * 60.0
LASTS_SECONDS = 60 * 60.0


class Pin(NamedTuple):
    """What refuses to be opened: a kind of device at a host entry of the catalogue; never one device."""

    kind: str
    entry: str


class Pinned:
    """Failures by kind of device and host entry, and those that are ruled on by the name alone."""

    __slots__ = ("_failed", "_limit", "_until")

    def __init__(self, limit: int = 2_000) -> None:
        self._failed: dict[Pin, tuple[float, ...]] = {}
        self._until: dict[Pin, float] = {}
        self._limit = limit

    def __len__(self) -> int:
        return len(self._until)

    def failed(self, kind: str, entry: str, now: float) -> bool:
        """A client refused our certificate; True if from now on the name alone is ruled on.

        Three failures within ten minutes do it, with no success between them, or one device without the CA
        would close a host to all others of its kind.
        """
        pin = Pin(kind, entry)
        recent = (*(t for t in self._failed.pop(pin, ()) if now - WITHIN_SECONDS < t <= now), now)
        if len(recent) < FAILURES:
            self._failed[pin] = recent
            if len(self._failed) > self._limit:
                del self._failed[next(iter(self._failed))]
            return False
        if len(self._until) >= self._limit:
            del self._until[next(iter(self._until))]
        self._until[pin] = now + LASTS_SECONDS
        return True

    def opened(self, kind: str, entry: str) -> None:
        """A client took our certificate: whatever failed before, it is not pinned."""
        self._failed.pop(Pin(kind, entry), None)

    def holds(self, kind: str, entry: str, now: float) -> bool:
        """True if this is not to be opened now."""
        return now < self._until.get(Pin(kind, entry), 0.0)

    def forget(self, now: float) -> tuple[Pin, ...]:
        """Drop what has lasted its hour, and say what that was: from now on it is tried again."""
        over = tuple(pin for pin, until in self._until.items() if until <= now)
        for pin in over:
            del self._until[pin]
        return over
