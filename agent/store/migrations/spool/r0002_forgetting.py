"""Form 2: what the record is forgotten, held and forwarded by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TOTALLED = ("role", "period", "service", "category", "basis", "verdict")
_NEW = ("touched", "totals", "holds", "held_days", "held")


def _site() -> sa.Column[str]:
    return sa.Column("site", sa.Text, primary_key=True)


def _day(name: str = "day", key: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(10), primary_key=key, nullable=False)


def _case() -> sa.Column[str]:
    return sa.Column("case_id", sa.Text, primary_key=True)


def upgrade() -> None:
    """Every minute that is held counts as changed: nothing of it has been sent anywhere."""
    _make_touched()
    _make_totals()
    _make_holds()
    op.create_index("minutes_by_person", "minutes", ["site", "day", "person"])
    op.execute("INSERT INTO touched SELECT DISTINCT site, day, minute, 1 FROM minutes")
    op.execute("PRAGMA user_version=2")


def _make_touched() -> None:
    minute = sa.Column("minute", sa.Integer, primary_key=True, autoincrement=False)
    change = sa.Column("change", sa.Integer, nullable=False)
    op.create_table("touched", _site(), _day(), minute, change, sqlite_with_rowid=False)


def _make_totals() -> None:
    op.create_table(
        "totals",
        _site(),
        sa.Column("week", sa.String(8), primary_key=True),
        _day("first"),
        _day("last", key=False),
        *(sa.Column(name, sa.Text, primary_key=True) for name in _TOTALLED),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("minutes", "requests", "bytes_up", "bytes_down")),
        sqlite_with_rowid=False,
    )


def _make_holds() -> None:
    sealed = sa.Column("sealed", sa.LargeBinary, nullable=False)
    op.create_table(
        "holds", _site(), _case(), _day("first", key=False), _day("last", key=False), sealed, sqlite_with_rowid=False
    )
    count = sa.Column("minutes", sa.Integer, nullable=False)
    op.create_table("held_days", _site(), _case(), _day(), count, sqlite_with_rowid=False)
    key, sealed = (
        sa.Column("key", sa.LargeBinary(16), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table("held", _site(), _case(), _day(), key, sealed, sqlite_with_rowid=False)


def downgrade() -> None:
    """The record itself stays; marks, totals and what cases hold are gone."""
    op.drop_index("minutes_by_person", "minutes")
    for table in _NEW:
        op.drop_table(table)
    op.execute("PRAGMA user_version=1")
