"""Days in the database: begun before the first row comes, and forgotten as soon as the gateway has forgotten them.

A site deletes its own rows; the partition of a day that no site holds any more is dropped by its owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from psycopg import errors as pg

from agent.store.postgres.errors import explained
from agent.store.postgres.server import Session

_PARTITIONS = (
    "SELECT DISTINCT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent IN "
    "('breaktime.minutes'::regclass, 'breaktime.identities'::regclass)"
)
_NAME = re.compile(r"(?:minutes|identities)_(\d{4})_(\d\d)_(\d\d)")
_HELD = (
    "SELECT d FROM unnest(%s::date[]) d WHERE EXISTS (SELECT FROM breaktime.minutes WHERE site = %s AND day = d) "
    "OR EXISTS (SELECT FROM breaktime.identities WHERE site = %s AND day = d) ORDER BY d"
)


def begin(session: Session, where: str, days: Iterable[date]) -> None:
    """Make a place for each of the days, where there is none. Raises DatabaseError."""
    with explained(where):
        for day in sorted(days):
            session.execute("SELECT breaktime.begin_day(%s)", (day,))


def partitions(session: Session, where: str) -> set[date]:
    """The days that have a place, whoever holds them."""
    with explained(where):
        names = [str(name) for (name,) in session.execute(_PARTITIONS)]
    found = (_NAME.fullmatch(name) for name in names)
    return {date(int(one[1]), int(one[2]), int(one[3])) for one in found if one}


def held(session: Session, where: str, site: str, days: Iterable[date]) -> list[date]:
    """Those of the days of which the database holds anything of the site."""
    with explained(where):
        return [day for (day,) in session.execute(_HELD, (sorted(days), site, site))]


def forget(session: Session, where: str, site: str, day: date) -> None:
    """Delete all that the site has of a day. Raises DatabaseError.

    Where others hold the day its place stays, and what was deleted is overwritten in PostgreSQL's own time.
    """
    with explained(where), session.transaction():
        session.execute("DELETE FROM breaktime.minutes WHERE site = %s AND day = %s", (site, day))
        session.execute("DELETE FROM breaktime.identities WHERE site = %s AND day = %s", (site, day))


def end(session: Session, where: str, day: date) -> bool:
    """Drop the place of a day that nobody holds any more; False if somebody does, or the tables are in use just now."""
    with explained(where):
        try:
            found = session.execute("SELECT breaktime.end_day(%s)", (day,)).fetchone()
        except (pg.LockNotAvailable, pg.DeadlockDetected):
            return False
    return bool(found and found[0])
