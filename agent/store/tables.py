"""The form of the record: all that is kept about anybody stands on this page, nothing else is kept.

`minutes` holds the active minutes, `identities` who a pseudonym was, sealed under the day's key. Every key
is led by `site` and then `day`, so that a school of a trust sees its own, a day lies side by side, and a day can be
forgotten without looking at another. `touched` tells a forwarder which minutes changed (spool.py), `forwarded` how far
it came (progress.py); `totals` are the anonymous sums of weeks that are over (totals.py); `holds`, `held_days` and
`held` are what an approved case keeps back from being forgotten, all of it sealed under the case's own key (holds.py).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from agent.core.tally import MinuteKey

SCHEMA_VERSION = 4

DIMENSIONS = MinuteKey._fields[1:]
"""What tells minutes of the same time apart, in the order of their columns."""

COUNTS = ("requests", "bytes_up", "bytes_down")

LEAD_BYTES = 6
"""So much of a person's pseudonym leads the key of each of their minutes, zeros where nobody is known."""

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _site() -> Column[str]:
    return Column("site", Text, primary_key=True)


def _day(name: str = "day", key: bool = True) -> Column[str]:
    return Column(name, String(10), primary_key=key, nullable=False)  # the local date, YYYY-MM-DD


minutes = Table(
    "minutes",
    metadata,
    _text("site"),
    _day(key=False),
    Column("minute", Integer, nullable=False),  # whole minutes since the epoch, UTC
    Column("key", LargeBinary, nullable=False),  # the lead, then a digest of the dimensions: a short key to upsert by
    Column("person", LargeBinary(16)),  # that day's pseudonym; NULL if unknown
    Column("device", LargeBinary(16)),
    _text("zone"),
    _text("role"),
    _text("owner"),
    _text("device_kind"),
    _text("pupils"),
    _text("service"),
    _text("category"),
    _text("activity"),
    _text("basis"),
    _text("account"),
    _text("verdict"),
    _text("mode"),
    _text("rule"),
    _text("clause"),
    _text("authorisation"),
    _text("period"),
    _text("policy"),
    _text("revision"),
    Column("opened", Boolean, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("bytes_up", BigInteger, nullable=False),
    Column("bytes_down", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "day", "key", "minute"),
    sqlite_with_rowid=False,  # the primary key is the table: a person's minutes of a day lie side by side
)

identities = Table(
    "identities",
    metadata,
    _site(),
    _day(),
    Column("pseudonym", LargeBinary(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

Index("minutes_by_minute", minutes.c.site, minutes.c.day, minutes.c.minute)
"""What changed is told by the minute, and forwarded so."""

touched = Table(
    "touched",
    metadata,
    _site(),
    _day(),
    Column("minute", Integer, primary_key=True, autoincrement=False),
    Column("change", Integer, nullable=False),  # rises with each commit that changed the minute
    sqlite_with_rowid=False,
)

forwarded = Table(
    "forwarded",
    metadata,
    _site(),
    Column("spool", String(32), nullable=False),  # this file's own name, at random, in the database's journal
    Column("batch", BigInteger, nullable=False),  # the last one that the database has
    sqlite_with_rowid=False,
)

TOTALLED = ("role", "period", "service", "category", "basis", "verdict")
"""What tells the lines of a week's totals apart: nothing of a person, a device or a place."""

totals = Table(
    "totals",
    metadata,
    _site(),
    Column("week", String(8), primary_key=True),  # ISO, 2026-W47
    _day("first"),  # the part of the week that was added up at once; all of it where records live a week or longer
    _day("last", key=False),
    *(Column(name, Text, primary_key=True) for name in TOTALLED),
    Column("minutes", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in COUNTS),
    sqlite_with_rowid=False,
)

holds = Table(
    "holds",
    metadata,
    _site(),
    Column("case_id", Text, primary_key=True),
    _day("first", key=False),
    _day("last", key=False),
    Column("sealed", LargeBinary, nullable=False),  # whom and which services, under the case's key
    sqlite_with_rowid=False,
)

held_days = Table(
    "held_days",
    metadata,
    _site(),
    Column("case_id", Text, primary_key=True),
    _day(),
    Column("minutes", Integer, nullable=False),
    sqlite_with_rowid=False,
)

held = Table(
    "held",
    metadata,
    _site(),
    Column("case_id", Text, primary_key=True),
    _day(),
    Column("key", LargeBinary(16), primary_key=True),  # keyed by the case: not to be joined with a copy of `minutes`
    Column("sealed", LargeBinary, nullable=False),  # the whole row with clear ids, under the case's key
    sqlite_with_rowid=False,
)
