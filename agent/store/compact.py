"""Giving back what forgetting freed, and emptying SQLite's log, a little at a time.

`secure_delete` has overwritten freed pages already; giving them back makes the file smaller. The log may still hold
pages as they were written weeks ago, so it is folded in and cut to nothing.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

from agent.store.database import Database
from agent.store.errors import explained

PAGES = 100
"""Pages that one bite gives back: some ten milliseconds."""
PAUSE = 0.005
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many bytes were given back, and whether the log could be emptied (a reader may need it)."""

    freed: int
    emptied: bool


def compact(database: Database) -> Compacted:
    """Give free pages back, then empty the log. Safe beside a gateway that writes; may be done again at any time."""
    with database.bare() as connection:
        size = _number(connection, "page_size")
        before = _number(connection, "page_count")
    while _bite(database):
        time.sleep(PAUSE)
    emptied = any(_emptied(database) for _ in range(_ATTEMPTS))
    with database.bare() as connection:
        after = _number(connection, "page_count")
    return Compacted(max(0, before - after) * size, emptied)


def _bite(database: Database) -> bool:
    """Give some pages back; False if there are none left."""
    with database.bare() as connection, explained(database.path):
        if not _number(connection, "freelist_count"):
            return False
        connection.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()  # each row fetched frees a page
        return True


def _emptied(database: Database) -> bool:
    with database.bare() as connection, explained(database.path):
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        time.sleep(PAUSE)
    return not busy


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
