"""The form of the record: all that is kept about anybody stands on this page, nothing else is kept.

`minutes` holds the active minutes, `identities` who a pseudonym was, sealed under the day's key. Every key
is led by `site` and `day`, so that a school of a trust sees its own and a day can be forgotten at one stroke.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, String, Table, Text

from agent.core.tally import MinuteKey

SCHEMA_VERSION = 1

DIMENSIONS = MinuteKey._fields[1:]
"""What tells minutes of the same time apart, in the order of their columns."""

COUNTS = ("requests", "bytes_up", "bytes_down")

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


minutes = Table(
    "minutes",
    metadata,
    Column("site", Text, primary_key=True),
    Column("day", String(10), primary_key=True),  # the local date, YYYY-MM-DD
    Column("minute", Integer, primary_key=True, autoincrement=False),  # whole minutes since the epoch, UTC
    Column("key", LargeBinary(16), primary_key=True),  # digest of the dimensions: a short key to upsert by
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
    sqlite_with_rowid=False,  # the primary key is the table: one tree to write, minutes of a day side by side
)

identities = Table(
    "identities",
    metadata,
    Column("site", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("pseudonym", LargeBinary(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
