"""Minutes of personal use against an allowance: one number a person, in memory only, gone with the process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(slots=True)
class _Count:
    span: date
    minutes: int
    last_minute: int


class Usage:
    """Counts each person's distinct minutes of personal use in the current day or week.

    A minute counts once, on however many devices or services. Nothing here is ever written anywhere.
    """

    __slots__ = ("_counts", "_weekly")

    def __init__(self, weekly: bool = False) -> None:
        self._weekly = weekly
        self._counts: dict[str, _Count] = {}

    def used(self, person: str | None, at: datetime) -> int:
        """Minutes used so far in the span that `at` (local) falls in."""
        count = self._counts.get(person or "")
        return count.minutes if count and count.span == self._span(at) else 0

    def add(self, person: str, at: datetime) -> bool:
        """Count the minute of `at` for this person; True if it had not been counted yet."""
        span, minute = self._span(at), int(at.timestamp()) // 60
        count = self._counts.get(person)
        if count is None or count.span != span:
            self._counts[person] = _Count(span, 1, minute)
            return True
        if minute <= count.last_minute:
            return False
        count.minutes, count.last_minute = count.minutes + 1, minute
        return True

    def set(self, person: str, at: datetime, minutes: int) -> None:
        """Take over a total counted elsewhere (another worker); it never lowers one's own."""
        current = self.used(person, at)
        self._counts[person] = _Count(self._span(at), max(current, minutes), int(at.timestamp()) // 60)

    def _span(self, at: datetime) -> date:
        day = at.date()
        return day - timedelta(days=day.weekday()) if self._weekly else day


def span_end(at: datetime, weekly: bool) -> date:
    """The first local day on which an allowance counted at `at` begins anew."""
    return at.date() + timedelta(days=7 - at.weekday() if weekly else 1)
