"""Anonymous totals of weeks that are over: all that stays of a week when its days are forgotten.

A week is added up once, when the first of its days is about to be forgotten, over its days that are over and not yet
added up: all seven wherever records live for a week or longer. A line (role, period, service, basis, verdict) is
stored only if at least 5 minutes and, on some one day, at least 5 different people or devices are in it. Lines that
are too small are put together over all roles; what is still too small is stored nowhere. No sum of everything is kept,
for what is missing from it would tell what was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from agent.core.totals import ALL_STAFF
from agent.store.database import Database
from agent.store.tables import COUNTS, TOTALLED, minutes, totals

FEWEST = 5
"""Fewer minutes than this, or fewer people on every day, are not stored."""

type Line = tuple[str, ...]
"""The values of `TOTALLED`."""


@dataclass(slots=True)
class Sums:
    """What is added up of a line: minutes, counts, and the most people or devices that were in it on one day."""

    minutes: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * len(COUNTS))
    people: int = 0

    @property
    def few(self) -> bool:
        """True if it is too small to be stored."""
        return self.minutes < FEWEST or self.people < FEWEST

    def add(self, other: Sums) -> None:
        """Sum the two. That the people are at least as many as in either is all that can be said."""
        self.minutes += other.minutes
        self.counts = [mine + its for mine, its in zip(self.counts, other.counts, strict=True)]
        self.people = max(self.people, other.people)


def week_of(day: date) -> str:
    """The ISO week, as 2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def add_up(database: Database, site: str, day: date, today: date) -> str | None:
    """Store the totals of the week of `day` up to yesterday, unless the day is in some already; the week if it did.

    The rows are read without holding up who writes them; those of a day that is over do not change any more.
    """
    monday = day - timedelta(days=day.weekday())
    last = min(monday + timedelta(days=6), today - timedelta(days=1))
    with database.reading() as connection:
        first = max(monday, _added_until(connection, site, week_of(day), monday))
        if not first <= day <= last:
            return None
        lines = _large(_week(connection, site, first, last))
    rows = [_row(site, first, last, line, sums) for line, sums in sorted(lines.items())]
    if not rows:
        return None
    with database.writing() as connection:
        connection.execute(insert(totals).on_conflict_do_nothing(), rows)
    return week_of(day)


def stored(connection: Connection, site: str) -> Iterator[tuple[str, Line, int, tuple[int, ...]]]:
    """Every line that stands: week, what it is of, minutes, and requests and bytes."""
    columns = [totals.c[name] for name in TOTALLED]
    query = select(
        totals.c.week, *columns, func.sum(totals.c.minutes), *(func.sum(totals.c[name]) for name in COUNTS)
    ).where(totals.c.site == site)
    for week, *rest in connection.execute(query.group_by(totals.c.week, *columns).order_by(totals.c.week, *columns)):
        line, summed = rest[: len(TOTALLED)], rest[len(TOTALLED) :]
        yield week, tuple(line), summed[0], tuple(summed[1:])


def _added_until(connection: Connection, site: str, week: str, monday: date) -> date:
    """The first day of the week that is in no totals yet."""
    query = select(func.max(totals.c.last)).where(totals.c.site == site, totals.c.week == week)
    last = connection.execute(query).scalar()
    return date.fromisoformat(last) + timedelta(days=1) if last else monday


def _week(connection: Connection, site: str, first: date, last: date) -> dict[Line, Sums]:
    found: dict[Line, Sums] = {}
    for number in range((last - first).days + 1):
        for line, sums in _day(connection, site, first + timedelta(days=number)):
            found.setdefault(line, Sums()).add(sums)
    return found


def _day(connection: Connection, site: str, day: date) -> Iterator[tuple[Line, Sums]]:
    """The lines of one day. Somebody's minute at a service is one, however often their devices asked in it."""
    who = func.hex(func.coalesce(minutes.c.person, minutes.c.device))  # of nobody in particular: one, not none
    line = [minutes.c[name] for name in TOTALLED]
    distinct = func.count(func.distinct(func.printf("%d/%s", minutes.c.minute, who)))
    sums = [func.sum(minutes.c[name]) for name in COUNTS]
    query = select(*line, distinct, func.count(func.distinct(who)), *sums)
    query = query.where(minutes.c.site == site, minutes.c.day == str(day)).group_by(*line)
    for row in connection.execute(query):
        values, (count, people, *counts) = row[: len(line)], row[len(line) :]
        yield tuple(values), Sums(count, list(counts), people)


def _large(lines: dict[Line, Sums]) -> dict[Line, Sums]:
    """The lines that are large enough, and those that become so over all roles."""
    shown = {line: sums for line, sums in lines.items() if not sums.few}
    together: dict[Line, Sums] = {}
    for line, sums in lines.items():
        if sums.few:
            together.setdefault((ALL_STAFF, *line[1:]), Sums()).add(sums)
    for line, sums in together.items():
        if not sums.few:
            shown.setdefault(line, Sums()).add(sums)
    return shown


def _row(site: str, first: date, last: date, line: Line, sums: Sums) -> dict[str, object]:
    row: dict[str, object] = {"site": site, "week": week_of(first), "first": str(first), "last": str(last)}
    row.update(zip(TOTALLED, line, strict=True))
    row.update(zip(COUNTS, sums.counts, strict=True))
    return row | {"minutes": sums.minutes}
