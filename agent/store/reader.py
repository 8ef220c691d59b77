"""The few questions that are asked of the record as a whole; none of them unseals anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, func, select

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey, Minutes
from agent.store import tables
from agent.store.database import Database
from agent.store.tables import COUNTS, DIMENSIONS, minutes

ROW = ("minute", *DIMENSIONS, *COUNTS)
"""The columns from which `minutes_in` makes active minutes."""


def days(connection: Connection, site: str | None) -> dict[date, int]:
    """Local day → number of rows, of one site or of all that are in the file."""
    query = select(minutes.c.day, func.count()).group_by(minutes.c.day)
    if site is not None:
        query = query.where(minutes.c.site == site)
    return {date.fromisoformat(day): held for day, held in connection.execute(query)}


def sites(connection: Connection) -> list[str]:
    """The sites that have rows: one, unless its name in the configuration was changed."""
    return _each(connection, select(func.min(minutes.c.site)), minutes.c.site)


def held_days(connection: Connection, site: str) -> list[date]:
    """The local days that have rows, in order: a look-up for each, however many rows it has."""
    query = select(func.min(minutes.c.day)).where(minutes.c.site == site)
    return [date.fromisoformat(day) for day in _each(connection, query, minutes.c.day)]


def _each(connection: Connection, least: Select[Any], column: Column[str]) -> list[str]:
    """Every value of the column, by asking for the least one beyond the last."""
    found: list[str] = []
    value = connection.execute(least).scalar()
    while value is not None:
        found.append(value)
        value = connection.execute(least.where(column > value)).scalar()
    return found


def count_of(connection: Connection, table: Table, site: str, day: date) -> int:
    """The number of rows of that day in a table."""
    query = select(func.count()).where(table.c.site == site, table.c.day == day.isoformat())
    return int(connection.execute(query).scalar_one())


def holds(connection: Connection, site: str, day: date) -> bool:
    """True if there is any row of that day."""
    query = select(1).where(minutes.c.site == site, minutes.c.day == day.isoformat()).limit(1)
    return connection.execute(query).first() is not None


def policies_of(connection: Connection, site: str, day: date) -> set[str]:
    """The policies that rows of that day name; reads the whole day."""
    query = select(minutes.c.policy).where(minutes.c.site == site, minutes.c.day == day.isoformat()).distinct()
    return set(connection.execute(query).scalars())


def holds_any(path: Path) -> bool:
    """True if the database at `path` holds any minute, or totals of weeks that are over; False where there is none.

    Makes nothing, mends nothing and needs no key. Raises StoreError.
    """
    if not path.exists():
        return False
    database = Database.looking(path)
    try:
        with database.reading() as connection:
            asked = (select(1).select_from(table).limit(1) for table in (minutes, tables.totals))
            return any(connection.execute(query).first() for query in asked)
    finally:
        database.close()


def recorded(path: Path, site: str, first: date, last: date) -> Iterator[Minutes]:
    """The active minutes of each local day from `first` to `last` that has any; none without a database at `path`.

    Makes nothing, mends nothing and needs no key. Raises StoreError.
    """
    if not path.exists():
        return
    database = Database(path)
    try:
        with database.reading() as connection:
            held = [day for day in held_days(connection, site) if first <= day <= last]
        for day in held:
            with database.reading() as connection:
                found = minutes_of(connection, site, day)
            yield found
    finally:
        database.close()


def minutes_of(connection: Connection, site: str, day: date) -> Minutes:
    """The active minutes of a day in order of time; `person` and `device` are pseudonyms in hex, or empty."""
    query = select(*(minutes.c[name] for name in ROW))
    query = query.where(minutes.c.site == site, minutes.c.day == day.isoformat())
    return minutes_in(connection.execute(query.order_by(minutes.c.minute, minutes.c.key)))


def minutes_in(rows: Iterable[Sequence[Any]]) -> Minutes:
    """Rows of the columns `ROW` as active minutes. What they have in common is made once."""
    alike: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    found: Minutes = {}
    for minute, *rest in rows:
        stored = tuple(rest[: -len(COUNTS)])
        dimensions = alike.get(stored)
        if dimensions is None:
            dimensions = alike[stored] = _dimensions(stored)
        found[MinuteKey._make((minute, *dimensions))] = Counts(*rest[-len(COUNTS) :])
    return found


def totals(connection: Connection, site: str, day: date | None) -> Counts:
    """The sums of the counts, of one day or of all."""
    query = select(*(func.coalesce(func.sum(minutes.c[name]), 0) for name in COUNTS))
    query = query.where(minutes.c.site == site)
    if day is not None:
        query = query.where(minutes.c.day == day.isoformat())
    return Counts(*connection.execute(query).one())


def _dimensions(stored: tuple[Any, ...]) -> tuple[Any, ...]:
    """The columns are made from the fields, in their order; six of them become what they are in memory."""
    values = list(stored)
    for place, made in _MADE:
        values[place] = made(values[place])
    return tuple(values)


def _hex(pseudonym: bytes | None) -> str:
    return pseudonym.hex() if pseudonym is not None else ""


_MAKERS: Mapping[str, Callable[[Any], Any]] = {
    "person": _hex,
    "device": _hex,
    "basis": Basis,
    "verdict": Verdict,
    "mode": Mode,
    "opened": bool,
}
_MADE = tuple((DIMENSIONS.index(name), maker) for name, maker in _MAKERS.items())
