"""Deleting much without holding anybody up: bites of some milliseconds, each a transaction, and a pause between them.

The writer of the gateway commits a few times a second and needs the same lock; between two bites it gets it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from sqlalchemy import Table, and_, delete, select, tuple_

from agent.store.database import Database

ROWS = 1_000
"""Rows of one bite: about three milliseconds."""
PAUSE = 0.002
"""Seconds between two bites: SQLite keeps no queue, so a lock that is never free for long may never be got."""


def delete_in_bites(database: Database, table: Table, where: Mapping[str, str]) -> int:
    """Delete the rows of `table` whose first key columns have these values; how many there were.

    `secure_delete` overwrites them where they lay. Killed between two bites, doing it again goes on.
    """
    done = 0
    while gone := _bite(database, table, where):
        done += gone
        time.sleep(PAUSE)
    return done


def _bite(database: Database, table: Table, where: Mapping[str, str]) -> int:
    """One transaction: the first rows in the order of the primary key, where they lie side by side."""
    same = and_(*(table.c[name] == value for name, value in where.items()))
    rest = [column for column in table.primary_key if column.name not in where]
    with database.writing() as connection:
        edge = select(*rest).where(same).order_by(*rest).limit(1).offset(ROWS)
        last = connection.execute(edge).first()
        below = tuple_(*rest) < tuple_(*last) if last else None
        chosen = same if below is None else and_(same, below)
        return int(connection.execute(delete(table).where(chosen)).rowcount)
