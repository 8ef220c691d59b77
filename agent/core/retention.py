"""How long a day is kept, and which days are due to be forgotten.

A day is kept for as many days as the policy says, itself counted: what was recorded on Monday with 28 days goes when
the Monday four weeks later begins, so nothing ever lives longer than that. A day that was recorded under several
policies is kept for as long as the shortest of them promised. A day of later date than today was written by a clock
that was ahead: it counts as of the day on which it was first seen, or it would live until the false date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

DEFAULT_DAYS = 28


@dataclass(frozen=True, slots=True)
class Keep:
    """Days by policy; `otherwise` is for rows of a policy that is no longer there."""

    otherwise: int = DEFAULT_DAYS
    by_policy: Mapping[str, int] = field(default_factory=dict)

    def days(self, policies: Iterable[str]) -> int:
        """How many days rows of these policies are kept: the fewest that any of them says."""
        return min((self.by_policy.get(policy, self.otherwise) for policy in policies), default=self.otherwise)

    @property
    def alike(self) -> bool:
        """True if it makes no difference which policy it was."""
        return set(self.by_policy.values()) <= {self.otherwise}

    @property
    def least(self) -> int:
        """The fewest days that any policy keeps."""
        return min(self.otherwise, *self.by_policy.values()) if self.by_policy else self.otherwise

    @property
    def most(self) -> int:
        """The most days that any policy keeps."""
        return max(self.otherwise, *self.by_policy.values()) if self.by_policy else self.otherwise


def forgotten_on(day: date, days: int, seen: date | None = None) -> date:
    """The first day on which `day` is no longer kept. `seen`: when it was first seen, if it was of a later date."""
    return (min(day, seen) if seen else day) + timedelta(days=days)


def seen_ahead(held: Iterable[date], before: Mapping[date, date], today: date) -> dict[date, date]:
    """The days of the record that are of a later date than tomorrow, or were when first seen → the day of that look.

    Tomorrow is left out: around midnight the record may be a minute ahead of whoever looks.
    """
    tomorrow = today + timedelta(days=1)
    return {day: before.get(day, today) for day in held if day in before or day > tomorrow}


def put_right(ahead: Mapping[date, date], leapt: float) -> dict[date, date]:
    """`ahead` after the time turned out to be so many seconds later than was thought: so were the looks before."""
    later = timedelta(days=leapt // 86_400)
    return {day: seen + later for day, seen in ahead.items()}


def due(kept: Mapping[date, int], ahead: Mapping[date, date], today: date) -> list[date]:
    """The days, of those that are kept so many days, that are to be forgotten by now, the oldest first."""
    return sorted(day for day, days in kept.items() if forgotten_on(day, days, ahead.get(day)) <= today)
