"""The made-up term: thirteen weeks until a Friday, with half-term, an INSET day, a closed day and wet breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

WEEKS = 13
_WET = 0.2


@dataclass(frozen=True, slots=True)
class Term:
    """The days of the term. `change` is the day on which the policy changes; `wet` are days with breaks indoors."""

    first: date
    last: date
    half_term: tuple[date, date]
    inset: date
    closed: date
    change: date
    wet: frozenset[date]

    @property
    def days(self) -> tuple[date, ...]:
        """Every day from the first to the last."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


def last_friday(today: date) -> date:
    """The last Friday that is over."""
    return today - timedelta(days=(today.weekday() - 4) % 7 or 7)


def term_until(last: date, seed: int, weeks: int = WEEKS) -> Term:
    """The term of so many weeks that ends in the week of `last`, on its Friday at the latest.

    Half-term is in the middle, and the policy changes after it.
    """
    first = last - timedelta(days=last.weekday(), weeks=weeks - 1)
    half = first + timedelta(weeks=weeks // 2)
    chance = Random(f"{seed} weather")  # noqa: S311 - a made-up school needs no secrets
    days = (first + timedelta(days=number) for number in range(7 * weeks))
    wet = frozenset(day for day in days if chance.random() < _WET)
    change = half + timedelta(weeks=1)
    half_term = (half, half + timedelta(days=4))
    return Term(first, last, half_term, first, change + timedelta(weeks=2, days=2), change, wet)
