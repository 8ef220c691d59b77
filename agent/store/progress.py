"""How far forwarding came, written in the gateway's own file: batch after batch, by number.

The database writes the number of a batch in the transaction that takes it; the gateway writes it here afterwards. If
the database then knows of fewer batches than are written here, or of none, it was set back (an old backup, a new
server): everything that is held is marked as changed and sent again. If it knows of more, the gateway was killed in
between: the marks are still there and are sent again, which changes nothing.

    mark() → send in one transaction of the database → acknowledged(batch)
"""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from sqlalchemy import Connection, select

from agent.store.database import Database
from agent.store.forms import form_of
from agent.store.reader import days, held_days
from agent.store.tables import forwarded

_KNOW = "INSERT OR IGNORE INTO forwarded VALUES (?, ?, 0)"
_NOTE = "UPDATE forwarded SET batch = ? WHERE site = ?"
_MARK_DAY = (
    "INSERT INTO touched SELECT DISTINCT site, day, minute, 1 FROM minutes WHERE site = ? AND day = ? "
    "ON CONFLICT DO UPDATE SET change = change + 1"
)


class Progress:
    """One site's line of it, in an open file."""

    __slots__ = ("_database", "_site", "spool")

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._site = database, site
        with database.writing() as connection:
            connection.exec_driver_sql(_KNOW, (site, uuid4().hex))
            self.spool = str(self._line(connection)[0])

    @property
    def batch(self) -> int:
        """The last batch that the database is known to have."""
        with self._database.reading() as connection:
            return int(self._line(connection)[1])

    def acknowledged(self, batch: int) -> None:
        """The database has everything up to this batch."""
        with self._database.writing() as connection:
            connection.exec_driver_sql(_NOTE, (batch, self._site))

    def _line(self, connection: Connection) -> tuple[str, int]:
        query = select(forwarded.c.spool, forwarded.c.batch).where(forwarded.c.site == self._site)
        spool, batch = connection.execute(query).one()
        return spool, batch


def mark_all(database: Database, site: str) -> int:
    """Mark every minute that is held as changed, a day at a time; the number of days.

    The gateway goes on writing meanwhile. Killed on the way it is done again; a mark too many is harmless.
    """
    with database.reading() as connection:
        held = held_days(connection, site)
    for day in held:
        with database.writing() as connection:
            connection.exec_driver_sql(_MARK_DAY, (site, day.isoformat()))
    return len(held)


def known(database: Database, site: str) -> tuple[int, dict[date, int]]:
    """The form of the file, and the days that it holds with their rows."""
    with database.reading() as connection:
        return form_of(connection), days(connection, site)
