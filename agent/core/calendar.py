"""The school's year as data: terms, half-terms, INSET days, holidays, early closing, in the school's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class DayKind(StrEnum):
    """What a day is to the school."""

    SCHOOL = "school"
    INSET = "inset"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Calendar:
    """The year: a day in a term is a school day unless something else says what it is.

    `early_closing` gives the minute of the day at which school ends early.
    """

    zone: ZoneInfo
    terms: tuple[DateRange, ...]
    half_terms: tuple[DateRange, ...] = ()
    inset: frozenset[date] = frozenset()
    holidays: frozenset[date] = frozenset()
    early_closing: Mapping[date, int] = field(default_factory=dict)

    def day_kind(self, day: date) -> DayKind:
        """The kind of a local date. An INSET day is one whatever the terms say; a weekend stays a weekend."""
        if day.weekday() >= 5:
            return DayKind.WEEKEND
        if day in self.inset:
            return DayKind.INSET
        if day in self.holidays or any(day in half for half in self.half_terms):
            return DayKind.HOLIDAY
        return DayKind.SCHOOL if any(day in term for term in self.terms) else DayKind.HOLIDAY

    def normalise(self, local: datetime) -> datetime:
        """The same instant with a wall clock that exists; skipped minutes move forward with the clock."""
        return local.astimezone(UTC).astimezone(self.zone)
