"""How often something may fail before nobody is heard any more: so many times in so many seconds, by name.

Pure: instants are handed in, in seconds that never go back. At most `room` names are remembered; the one that failed
longest ago is forgotten for a new one.
"""

from __future__ import annotations


class Throttle:
    """Failures by name within a sliding time."""

    __slots__ = ("_failed", "_most", "_room", "_within")

    def __init__(self, most: int, within: float, room: int = 10_000) -> None:
        """`most` failures in `within` seconds are heard; the next is not."""
        self._most, self._within, self._room = most, within, room
        self._failed: dict[str, list[float]] = {}

    def wait(self, name: str, now: float) -> float:
        """Seconds until that name is heard again; 0 if it is heard now."""
        recent = self._recent(name, now)
        return 0.0 if len(recent) < self._most else recent[-self._most] + self._within - now

    def failed(self, name: str, now: float) -> None:
        """Note a failure."""
        recent = [*self._recent(name, now), now][-self._most :]
        self._failed.pop(name, None)
        if len(self._failed) >= self._room:
            del self._failed[next(iter(self._failed))]
        self._failed[name] = recent

    def succeeded(self, name: str) -> None:
        """Forget that name's failures."""
        self._failed.pop(name, None)

    def _recent(self, name: str, now: float) -> list[float]:
        return [at for at in self._failed.get(name, ()) if now - at < self._within]
