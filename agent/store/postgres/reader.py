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

_QUESTION = sql.SQL(
    "SELECT found.* FROM unnest(%s::date[], %s::bytea[]) AS asked (day, person), LATERAL ("
    "SELECT {} FROM breaktime.minutes WHERE site = %s AND day = asked.day AND person = asked.person OFFSET 0"
    ") AS found ORDER BY minute"
).format(sql.SQL(", ").join(map(sql.Identifier, ROW)))
"""`OFFSET 0` keeps the planner to it: for each day one look-up, by the index, in that day's partition alone."""


def minutes_of_person(session: Session, where: str, site: str, pseudonyms: Mapping[date, bytes]) -> Minutes:
    """The minutes of these days in order of time; persons and devices are pseudonyms in hex. Raises DatabaseError."""
    with explained(where):
        given = (list(pseudonyms), list(pseudonyms.values()), site)
        return minutes_in(session.execute(_QUESTION, given, binary=True).fetchall())
