"""Everybody's minutes of a day, as numbers without names: what one person's are compared with.

No key is needed and none is used; pseudonyms never leave the query.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select

from agent.core.search import Filter
from agent.store.database import DATABASE, Database
from agent.store.reader import held_days
from agent.store.tables import minutes

_SETS = ("services", "categories", "activities", "verdicts", "periods", "zones")
_COLUMNS = ("service", "category", "activity", "verdict", "period", "zone")


def minutes_a_person(data: Path, site: str, wanted: Filter, zone: ZoneInfo) -> Iterator[tuple[date, list[int]]]:
    """For each local day, the minutes that fit of each person who had any, in no order. Raises StoreError."""
    if not (data / DATABASE).exists():
        return
    database = Database(data / DATABASE)
    try:
        with database.reading() as connection:
            days = [day for day in held_days(connection, site) if wanted.on(day)]
        for day in days:
            query = select(func.count(distinct(minutes.c.minute))).group_by(minutes.c.person)
            query = query.where(minutes.c.site == site, minutes.c.day == day.isoformat(), minutes.c.person.is_not(None))
            with database.reading() as connection:
                yield day, sorted(connection.execute(query.where(*_conditions(wanted, day, zone))).scalars())
    finally:
        database.close()


def _conditions(wanted: Filter, day: date, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    for name, column in zip(_SETS, _COLUMNS, strict=True):
        if words := getattr(wanted, name):
            yield minutes.c[column].in_(sorted(words))
    if wanted.since is None and wanted.until is None:
        return
    begins, ends = _minute(day, wanted.since or time.min, zone), _minute(day, wanted.until or time.min, zone)
    after, before = minutes.c.minute >= begins, minutes.c.minute < ends
    if wanted.until is None:
        yield after
    else:
        yield and_(after, before) if (wanted.since or time.min) <= wanted.until else or_(after, before)


def _minute(day: date, clock: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, clock, zone).timestamp()) // 60
