"""One person's weeks from the database, by the pseudonyms of the days: for casework over what is held there.

Who a pseudonym is only the gateway's keys say; so the caller brings one for each day, and has written the look into
the audit log first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from psycopg import sql

from agent.core.tally import Minutes
from agent.store.postgres.errors import explained
from agent.store.postgres.server import Session
from agent.store.reader import ROW, minutes_in

_COLUMNS = sql.SQL(", ").join(map(sql.Identifier, ROW))
_DAY = sql.SQL("SELECT {} FROM breaktime.minutes WHERE site = %s AND day = %s AND person = %s").format(_COLUMNS)
_ORDER = sql.SQL(" ORDER BY minute")


def minutes_of_person(session: Session, where: str, site: str, pseudonyms: Mapping[date, bytes]) -> Minutes:
    """The minutes of these days in order of time; persons and devices are pseudonyms in hex. Raises DatabaseError.

    Each day is a look-up of its own in its own partition, all in one question.
    """
    if not pseudonyms:
        return {}
    query = sql.SQL(" UNION ALL ").join([_DAY] * len(pseudonyms)) + _ORDER
    values = [value for day, person in sorted(pseudonyms.items()) for value in (site, day, person)]
    with explained(where):
        rows = session.execute(query, values, binary=True).fetchall()
    return minutes_in(rows)
