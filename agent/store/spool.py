"""What of the record a forwarder has still to send: the seam between the gateway's file and a database elsewhere.

Every commit of `Store.write` marks the minutes that it changed in `touched`, in the same transaction. A forwarder
takes a batch of marks, reads those minutes whole, sends them with their absolute counts (an upsert that replaces the
counts, so that sending twice changes nothing), and then clears the marks that nobody touched meanwhile. Killed anywhere
on the way it sends again; nothing is lost and nothing counts twice.

    marks → rows + identities → upsert elsewhere → sent(marks)

Marks are made whether or not anything forwards them: at most one a minute of the days that are held. When a day is
forgotten its marks go with its rows (`retention.py`); what was sent must then be forgotten elsewhere too, and the
receipts say of which days. Keys never leave the machine, so what is elsewhere is unreadable as soon as they are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from sqlalchemy import Connection, func, select, tuple_

from agent.store.database import Database
from agent.store.tables import identities, minutes, touched

_ROWS = (
    f"SELECT {', '.join(minutes.c.keys())} FROM minutes INDEXED BY minutes_by_minute "  # noqa: S608  # names of columns
    "WHERE site = ? AND day = ? AND minute = ?"
)


class Mark(NamedTuple):
    """A minute that has changed. `day` is YYYY-MM-DD, `minute` counts from the epoch, `change` its changes."""

    day: str
    minute: int
    change: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits: minutes of the clock that have changed, and the oldest day among them."""

    minutes: int
    oldest: date | None


class Spool:
    """Reads one site's changed minutes from the file at `path`, which the gateway may be writing. One thread."""

    __slots__ = ("_database", "_path", "_site")

    def __init__(self, path: Path, site: str) -> None:
        self._path, self._site = path, site
        self._database = Database(path)

    def marks(self, limit: int, after: Mark | None = None) -> list[Mark]:
        """The oldest `limit` minutes that have changed since they were last sent; only those `after` one, if given."""
        query = select(touched.c.day, touched.c.minute, touched.c.change).where(touched.c.site == self._site)
        if after is not None:
            query = query.where(tuple_(touched.c.day, touched.c.minute) > (after.day, after.minute))
        with self._reading() as connection:
            found = connection.execute(query.order_by(touched.c.day, touched.c.minute).limit(limit))
            return [Mark(*row) for row in found]

    def rows(self, marks: Sequence[Mark]) -> list[tuple[object, ...]]:
        """Every row of these minutes, whole, in the order of the columns of `tables.minutes`, as the file has them."""
        found: list[tuple[object, ...]] = []
        with self._reading() as connection:
            for day, whole in _by_day(marks):
                for minute in whole:  # plain values by a plain look-up: Core's own rows would take three times as long
                    found += connection.exec_driver_sql(_ROWS, (self._site, day, minute)).cursor.fetchall()
        return found

    def identities(self, rows: Sequence[Sequence[object]]) -> list[tuple[object, ...]]:
        """The sealed identities that these rows of `minutes` name, in the order of `tables.identities`."""
        named: dict[object, set[object]] = {}
        for row in rows:
            named.setdefault(row[1], set()).update(value for value in row[4:6] if value is not None)
        found: list[tuple[object, ...]] = []
        with self._reading() as connection:
            for day, pseudonyms in named.items():
                query = select(identities).where(identities.c.site == self._site, identities.c.day == day)
                held = connection.execute(query)
                found += (tuple(row) for row in held if row.pseudonym in pseudonyms)
        return found

    def sent(self, marks: Sequence[Mark]) -> None:
        """Clear these marks, but for minutes that have changed again since they were read."""
        clear = "DELETE FROM touched WHERE site = ? AND day = ? AND minute = ? AND change = ?"
        if marks:
            with self._renewed().writing() as connection:
                connection.exec_driver_sql(clear, [(self._site, *mark) for mark in marks])

    def backlog(self) -> Backlog:
        """What still waits."""
        query = select(func.count(), func.min(touched.c.day)).where(touched.c.site == self._site)
        with self._reading() as connection:
            count, oldest = connection.execute(query).one()
        return Backlog(int(count), date.fromisoformat(oldest) if oldest else None)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._renewed().reading() as connection:
            yield connection

    def _renewed(self) -> Database:
        """The file that stands at its place now: the gateway may have set a damaged one aside."""
        if not self._database.in_place():
            self._database.close()
            self._database = Database(self._path)
        return self._database


def _by_day(marks: Sequence[Mark]) -> Iterator[tuple[str, list[int]]]:
    days: dict[str, list[int]] = {}
    for mark in marks:
        days.setdefault(mark.day, []).append(mark.minute)
    yield from days.items()
