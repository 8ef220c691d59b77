"""The record's rows of some days, counted for a report: without names, without keys, without holding up who writes.

Where the rows are forgotten, `totals_of` gives what stays of their week (totals.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, text

from agent.core.reported import Counted
from agent.store.database import Database
from agent.store.reader import held_days
from agent.store.totals import Line, stored
from agent.store.weeksql import Dialect, Rule, named, slices_in

_SQLITE = Dialect(minutes="minutes", nobody="x''", by_byte="", mark=":{}")


def counted(path: Path, site: str, first: date, last: date, over: Collection[Rule] = ()) -> Counted | None:
    """What the rows from `first` to `last` hold; None if the file has none of any of these days.

    `over` are the rules that block who is over the allowance. Makes and mends nothing. Raises StoreError.
    """
    with _looking(path) as connection:
        days = [day for day in held_days(connection, site) if first <= day <= last] if connection else []
        if connection is None or not days:
            return None
        found = [_day(connection, site, day, over) for day in days]
    return Counted(
        tuple(one for part in found for one in part.slices),
        {day: count for part in found for day, count in part.over.items()},
        frozenset(number for part in found for number in part.authorisations),
    )


def totals_of(path: Path, site: str, week: str) -> list[tuple[Line, int]]:
    """What stays of a week when its rows are forgotten: lines of many people, with their minutes. Raises StoreError."""
    with _looking(path) as connection:
        lines = stored(connection, site) if connection else ()
        return [(line, minutes) for name, line, minutes, _ in lines if name == week]


def weeks_of_totals(path: Path, site: str) -> list[str]:
    """The weeks of which totals stand, in order. Raises StoreError."""
    with _looking(path) as connection:
        return sorted({name for name, _, _, _ in stored(connection, site)}) if connection else []


def days_held(path: Path, site: str) -> list[date]:
    """The local days that have rows, in order. Raises StoreError."""
    with _looking(path) as connection:
        return held_days(connection, site) if connection else []


def _day(connection: Connection, site: str, day: date, over: Collection[Rule]) -> Counted:
    given = {"site": site, "day": day.isoformat()}
    slices = slices_in(day, connection.execute(text(_SQLITE.slices()), given))
    people = connection.execute(text(_SQLITE.over(len(over))), given | named(over)).scalar_one() if over else 0
    used = connection.execute(text(_SQLITE.used()), given).scalars()
    return Counted(tuple(slices), {day: people}, frozenset(used))


@contextmanager
def _looking(path: Path) -> Iterator[Connection | None]:
    """One consistent view, or None where there is no file."""
    if not path.exists():
        yield None
        return
    database = Database(path)
    try:
        with database.reading() as connection:
            yield connection
    finally:
        database.close()
