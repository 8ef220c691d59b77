"""Which lines a report has at all: by the configuration, never by who was there, or a line would tell of somebody.

timetable, inventory, catalogue ─► Places ─► counting.py
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from agent.core.engine import Engine
from agent.core.timetable import PeriodKind, Timetable

_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_ORDER = (
    PeriodKind.BEFORE_SCHOOL,
    PeriodKind.REGISTRATION,
    PeriodKind.ASSEMBLY,
    PeriodKind.LESSON,
    PeriodKind.BREAK,
    PeriodKind.LUNCH,
    PeriodKind.TRAINING,
    PeriodKind.AFTER_SCHOOL,
    PeriodKind.CLOSED,
)
"""As a day goes."""


@dataclass(frozen=True, slots=True)
class Places:
    """The names of every table of one week, in the order in which they are shown.

    `periods` are of each day, `kinds` what each day is to the school; `services` are of each category.
    """

    periods: Mapping[date, tuple[str, ...]]
    kinds: tuple[str, ...]
    services: Mapping[str, tuple[str, ...]]
    zones: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def every_period(self) -> tuple[str, ...]:
        """The periods that any day of the week has."""
        there = {period for periods in self.periods.values() for period in periods}
        return tuple(period for period in _ORDER if period in there)


def days_of(week: str) -> tuple[date, ...]:
    """Monday to Sunday of an ISO week, `2026-W47`. Raises ValueError."""
    if not _WEEK.fullmatch(week):
        raise ValueError("this is no week")
    year, _, number = week.partition("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return tuple(monday + timedelta(days=offset) for offset in range(7))


def week_name(day: date) -> str:
    """The ISO week of a day, as 2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def places(engine: Engine, days: Sequence[date]) -> Places:
    """What there may be in those days, by the configuration."""
    calendar = engine.timetable.calendar
    return Places(
        {day: tuple(_periods(engine.timetable, day)) for day in days},
        tuple(calendar.day_kind(day).value for day in days),
        _services(engine),
        _zones(engine),
        _roles(engine),
    )


def _periods(timetable: Timetable, day: date) -> Iterator[str]:
    """The periods that any bell has on a day: free periods are breaks, which may be a person's own."""
    bells = timetable.bells.values()
    there = {moment.period for bell in bells for moment in timetable.times(day, bell, None).moments}
    return (period.value for period in _ORDER if period in there)


def _services(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Every category with its services as they are recorded, those that have shut down too."""
    found: dict[str, set[str]] = {}
    for service in engine.catalogue.services.values():
        category = "social-media" if service.sensitive else str(service.category)
        found.setdefault(category, set()).add(service.recorded_as)
    return {category: tuple(sorted(found[category])) for category in sorted(found)}


def _zones(engine: Engine) -> tuple[str, ...]:
    return _sorted(place.zone for place in engine.directory.places)


def _roles(engine: Engine) -> tuple[str, ...]:
    """The roles of everybody in the inventory, and those that a place gives whoever is there."""
    directory = engine.directory
    people = [*directory.persons.values(), *(directory.live.people.values() if directory.live else ())]
    return _sorted(one.role for one in (*people, *directory.places) if one.role.is_staff)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(name) for name in names}))
