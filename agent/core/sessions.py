"""How long somebody stays signed in: so long without a request, so long altogether. Pure: instants are handed in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

IDLE = 30 * 60.0
"""Seconds without a request after which a session ends."""
LONGEST = 10 * 3600.0
"""Seconds after which it ends whatever happens: a long day at school."""
MOST_REFUSALS = 30
"""Refusals in a session after which it ends: nobody meets so many by accident."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's session. `began` and `seen` are seconds that never go back; `by` is how they signed in."""

    user: str
    by: str
    began: float
    seen: float
    refusals: int = 0
    said: str = field(default="", repr=False)
    """What the next page says first."""

    def over(self, now: float) -> bool:
        """True if it has ended."""
        return now - self.seen >= IDLE or now - self.began >= LONGEST or self.refusals >= MOST_REFUSALS

    def used(self, now: float) -> Session:
        """The same after a request."""
        return replace(self, seen=now)

    def refused(self) -> Session:
        """The same after a refusal."""
        return replace(self, refusals=self.refusals + 1)
