"""Form 4: a day of minutes laid out by person, so that one person's weeks are a few pages each and not one page a row.

The key of a minute is led by the beginning of the person's pseudonym. A release before cannot write that, so the file
says that it is for this one. All rows are written anew, in one transaction: it takes as much free space again.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TEXTS = (
    "zone", "role", "owner", "device_kind", "pupils", "service", "category", "activity", "basis", "account",
    "verdict", "mode", "rule", "clause", "authorisation", "period", "policy", "revision",
)  # fmt: skip
_COUNTS = ("requests", "bytes_up", "bytes_down")
_REST = ", ".join(("person", "device", *_TEXTS, "opened", *_COUNTS))
_LEAD = "substr(coalesce(person, zeroblob(6)), 1, 6)"


def upgrade() -> None:
    """The digests stay what they were, so minutes that go on are found."""
    op.drop_index("minutes_by_person", "minutes")
    op.rename_table("minutes", "minutes_before")
    op.create_table(
        "minutes",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        *_rest(),
        sa.PrimaryKeyConstraint("site", "day", "key", "minute"),
        sqlite_with_rowid=False,
    )
    _fill(f"CAST({_LEAD} || key AS BLOB)", "site, day, 4, minute")
    op.create_index("minutes_by_minute", "minutes", ["site", "day", "minute"])
    op.execute("PRAGMA user_version=4")
    op.execute("PRAGMA application_id=4")


def downgrade() -> None:
    """Every row stays, laid out by minute."""
    op.drop_index("minutes_by_minute", "minutes")
    op.rename_table("minutes", "minutes_before")
    op.create_table(
        "minutes",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("minute", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(16), primary_key=True),
        *_rest(),
        sqlite_with_rowid=False,
    )
    _fill("substr(key, 7)", "site, day, minute, 4")
    op.create_index("minutes_by_person", "minutes", ["site", "day", "person"])
    op.execute("PRAGMA user_version=3")
    op.execute("PRAGMA application_id=2")


def _rest() -> list[sa.Column[Any]]:
    return [
        sa.Column("person", sa.LargeBinary(16)),
        sa.Column("device", sa.LargeBinary(16)),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("opened", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _COUNTS),
    ]


def _fill(key: str, order: str) -> None:
    """Take over all rows, in the order in which they are to lie."""
    op.execute(
        f"INSERT INTO minutes SELECT site, day, minute, {key}, {_REST} FROM minutes_before ORDER BY {order}"  # noqa: S608
    )
    op.drop_table("minutes_before")
