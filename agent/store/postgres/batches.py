"""One batch into the database: rows and sealed identities, in one transaction that also notes the batch's number.

    COPY into a table of the session → upsert into the record → the number → commit

Counts are absolute and only ever grow, so the larger one is the truth: a batch that is sent twice, late, or after a
newer one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agent.store.postgres.errors import SetBackError, explained
from agent.store.postgres.server import Session
from agent.store.tables import COUNTS, LEAD_BYTES, identities, minutes

type Row = Sequence[object]

_MINUTES = ", ".join(column.name for column in minutes.columns)
_IDENTITIES = ", ".join(column.name for column in identities.columns)
_TYPES = {"minute": "int4", "opened": "int2", "day": "date"} | dict.fromkeys(COUNTS, "int8")
_BINARY = ("key", "person", "device", "pseudonym", "sealed")


def _type(name: str) -> str:
    return "bytea" if name in _BINARY else _TYPES.get(name, "text")


def _staged(table: str, names: str) -> str:
    columns = ", ".join(f"{name} {_type(name)}" for name in names.split(", "))
    return f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({columns}) ON COMMIT DELETE ROWS"


# SQLite has no truth values, only 0 and 1; and what leads a key is there for the gateway's own file alone.
_GIVEN = _MINUTES.replace("opened", "opened <> 0").replace(" key", f" substr(key, {LEAD_BYTES + 1})")
_LARGER = ", ".join(f"{name} = GREATEST(held.{name}, EXCLUDED.{name})" for name in COUNTS)
_STAGE = (_staged("sent_minutes", _MINUTES), _staged("sent_identities", _IDENTITIES))
_UPSERT = (  # names of columns alone, our own
    f"INSERT INTO breaktime.minutes AS held ({_MINUTES}) SELECT {_GIVEN} FROM pg_temp.sent_minutes "  # noqa: S608
    f"ON CONFLICT (site, day, minute, key) DO UPDATE SET {_LARGER}"
)
_UPSERT_IDENTITIES = (
    f"INSERT INTO breaktime.identities ({_IDENTITIES}) SELECT {_IDENTITIES} FROM pg_temp.sent_identities "  # noqa: S608
    "ON CONFLICT DO NOTHING"
)
_COPY = f"COPY pg_temp.sent_minutes ({_MINUTES}) FROM STDIN (FORMAT BINARY)"
_COPY_IDENTITIES = f"COPY pg_temp.sent_identities ({_IDENTITIES}) FROM STDIN (FORMAT BINARY)"
_BEGIN = "INSERT INTO breaktime.received (site, spool, batch, at) VALUES (%s, %s, 0, now()) ON CONFLICT DO NOTHING"
_NOTE = "UPDATE breaktime.received SET batch = %s, at = now() WHERE site = %s AND spool = %s AND batch = %s"
_RECEIVED = "SELECT batch FROM breaktime.received WHERE site = %s AND spool = %s"


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of `minutes` and `identities` of one site, in the order of their columns; days as YYYY-MM-DD.

    It follows the batch of the number before, or the database was set back meanwhile.
    """

    site: str
    spool: str
    number: int
    rows: Sequence[Row]
    sealed: Sequence[Row]


def send(session: Session, where: str, batch: Batch, meanwhile: Callable[[], None]) -> None:
    """Everything of the batch, or nothing. `meanwhile` is done while the database works.

    Raises DatabaseError; DayMissingError if a day was not begun, SetBackError if the database lacks the batch before.
    """
    with explained(where), session.transaction():
        for statement in _STAGE:
            session.execute(statement)
        _copy(session, _COPY, _MINUTES, batch.rows)
        _copy(session, _COPY_IDENTITIES, _IDENTITIES, batch.sealed)
        with session.pipeline() as pipeline:
            session.execute(_UPSERT)
            session.execute(_UPSERT_IDENTITIES)
            noted = session.execute(_NOTE, (batch.number, batch.site, batch.spool, batch.number - 1))
            meanwhile()
            pipeline.sync()
        if noted.rowcount != 1:
            raise SetBackError("the database was set back", where, "what it lost is sent again")


def received(session: Session, where: str, site: str, spool: str) -> int:
    """The last batch of this spool that the database has; 0 if it knew nothing of it, and from now on it does."""
    with explained(where):
        session.execute(_BEGIN, (site, spool))
        found = session.execute(_RECEIVED, (site, spool)).fetchone()
    return int(found[0]) if found else 0


def last_of(session: Session, where: str, site: str) -> datetime | None:
    """When the database took the last batch of the site; None if it never did."""
    with explained(where):
        found = session.execute(
            "SELECT max(at) FROM breaktime.received WHERE site = %s AND batch > 0", (site,)
        ).fetchone()
    return found[0] if found else None


def _copy(session: Session, statement: str, names: str, rows: Sequence[Row]) -> None:
    days = {day: date.fromisoformat(str(day)) for day in {row[1] for row in rows}}
    with session.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_type(name) for name in names.split(", ")])
        for row in rows:
            copy.write_row((row[0], days[row[1]], *row[2:]))
