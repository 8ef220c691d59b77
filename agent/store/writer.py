"""The record as the gateway writes it: once a second all that has become an active minute, in one commit.

tally → `Store.write` → breaktime.db. When `write` returns, all of it is on the disk; when it raises, none of
it stands and the same minutes can be given again, together with those that came since.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from agent.core.tally import Counts, MinuteKey, Minutes
from agent.store import reader
from agent.store.database import DATABASE, Database, Report
from agent.store.errors import DamagedError, KeyMissingError, StoreError
from agent.store.keys import DayKeys
from agent.store.retention import forgotten_days
from agent.store.rows import DayRows, Row
from agent.store.sealing import DayKey
from agent.store.tables import COUNTS, identities, minutes, touched

__all__ = ["DATABASE", "Store"]

_DAYS_REMEMBERED = 2  # around midnight two days are written side by side
_ATTEMPTS = 3


class Store:
    """The open record of one site. Safe between threads; several processes may write at once."""

    __slots__ = ("_database", "_days", "_keys", "_lock", "_report", "_site", "_zone")

    def __init__(self, database: Database, keys: DayKeys, site: str, zone: ZoneInfo, report: Report) -> None:
        self._database, self._keys, self._site, self._zone = database, keys, site, zone
        self._report = report
        self._days: dict[date, DayRows] = {}
        self._lock = Lock()

    @classmethod
    def open(
        cls,
        folder: Path,
        site: str,
        zone: ZoneInfo,
        *,
        report: Report | None = None,
        thorough: bool = False,
    ) -> Store:
        """The record in the data folder, made if there is none.

        `zone` says which local day a minute belongs to. `report` is told of a damaged file that was set aside
        (else the log is). `thorough` looks for damage through the whole file, about a second for a gigabyte:
        for the start of the gateway. Raises StoreError with what is wrong, where, and what to do.
        """
        told = report or logging.getLogger(__name__).error
        return cls(Database.open(folder / DATABASE, told, thorough), DayKeys.of_data(folder), site, zone, told)

    def write(self, minutes: Mapping[MinuteKey, Counts]) -> int:
        """Add the counts to the record in one transaction; the number of active minutes written.

        Returns once they are on the disk, in the file that stands at its place. Raises StoreError, and then
        nothing was written.
        """
        with self._lock:
            for _ in range(_ATTEMPTS if minutes else 0):
                if self._written(minutes):
                    return len(minutes)
        if minutes:
            raise StoreError("was moved away again and again", self._database.path, "find out what moves it")
        return 0

    def days(self) -> dict[date, int]:
        """The local days that are held, each with its number of rows."""
        with self._database.reading() as connection:
            return reader.days(connection, self._site)

    def minutes_of(self, day: date) -> Minutes:
        """The minutes of a local day, with pseudonyms (hex) in the place of persons and devices."""
        with self._database.reading() as connection:
            return reader.minutes_of(connection, self._site, day)

    def totals(self, day: date | None = None) -> Counts:
        """Requests and bytes of a day, or of all that is held."""
        with self._database.reading() as connection:
            return reader.totals(connection, self._site, day)

    def problem(self) -> str | None:
        """What a full check of the open file finds, or None."""
        return self._database.problem()

    def let_go(self) -> None:
        """Drop from memory the keys of days that have been forgotten."""
        with self._lock:
            for day in [day for day in self._days if not self._keys.holds(day)]:
                del self._days[day]

    def close(self) -> None:
        """Let go of the file and of every key."""
        with self._lock:
            self._days.clear()
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _written(self, minutes: Mapping[MinuteKey, Counts]) -> bool:
        """Try once; False if the file had to be renewed, so that it must be tried again."""
        try:
            self._commit(minutes)
        except DamagedError:
            self._renew(damaged=True)
            return False
        if not self._database.in_place():  # what was committed went to a file that nobody will look at
            self._renew(damaged=False)
            return False
        self._settle()
        return True

    def _commit(self, minutes: Mapping[MinuteKey, Counts]) -> None:
        rows = sorted(self._rows(minutes), key=_PLACE)
        sealed = [row for day in self._days.values() for row in day.identities()]
        marks = [(site, day, minute, 1) for site, day, minute in {row[:3] for row in rows}]
        with self._database.writing() as connection:
            connection.exec_driver_sql(_UPSERT, rows)
            connection.exec_driver_sql(_TOUCH, marks)
            if sealed:
                connection.exec_driver_sql(_INSERT_IDENTITY, sealed)

    def _rows(self, minutes: Mapping[MinuteKey, Counts]) -> list[Row]:
        days = {minute: self._day(self._date(minute)) for minute in {key.minute for key in minutes}}
        return [days[key.minute].row(key, counts) for key, counts in minutes.items()]

    def _settle(self) -> None:
        for day in self._days.values():
            day.settle()
        for old in sorted(self._days)[:-_DAYS_REMEMBERED]:
            del self._days[old]

    def _renew(self, damaged: bool) -> None:
        self._days.clear()  # the new file knows no identities yet
        self._database = self._database.renewed(damaged, self._report)

    def _date(self, minute: int) -> date:
        return datetime.fromtimestamp(minute * 60, self._zone).date()

    def _day(self, day: date) -> DayRows:
        held = self._days.get(day)
        if held is None or not self._keys.holds(day):  # a key that was destroyed must not live on in memory
            held = self._days[day] = DayRows(self._site, self._key(day))
        return held

    def _key(self, day: date) -> DayKey:
        """The day's key, made if there is none; but never a second one for rows of a day that is being forgotten.

        Rows without a key are those of a backup, which never has keys: nobody can name them any more, and what comes
        now must not wait for them.
        """
        try:
            return self._keys.of(day)
        except KeyMissingError:
            with self._database.reading() as connection:
                known = reader.holds(connection, self._site, day)
            if known and day in forgotten_days(self._database.path.parent):
                return self._keys.of(day)  # says what is missing, unless another process has made it by now
            return self._keys.make(day)


def _prepared(statement: sqlite.Insert, table: Table) -> str:
    """SQL for rows of plain values in the order of the columns: Core's own binding would halve the rate."""
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    assert compiled.positiontup == [column.name for column in table.columns]
    return str(compiled)


def _upsert() -> sqlite.Insert:
    new = insert(minutes)
    sums = {name: minutes.c[name] + new.excluded[name] for name in COUNTS}
    return new.on_conflict_do_update(index_elements=list(minutes.primary_key), set_=sums)


def _touch() -> sqlite.Insert:
    new = insert(touched)
    again = {"change": touched.c.change + new.excluded.change}
    return new.on_conflict_do_update(index_elements=list(touched.primary_key), set_=again)


_PLACE = itemgetter(1, 3, 2)
"""Day, key, minute: in the order in which they lie in the table."""
_UPSERT = _prepared(_upsert(), minutes)
_TOUCH = _prepared(_touch(), touched)
_INSERT_IDENTITY = _prepared(insert(identities).on_conflict_do_nothing(), identities)
