"""Form 1: the active minutes, and who a pseudonym was, sealed under the day's key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXTS_BEFORE = (
    "zone", "role", "owner", "device_kind", "pupils", "service", "category", "activity", "basis", "account",
    "verdict", "mode", "rule", "clause", "authorisation", "period", "policy", "revision",
)  # fmt: skip


def upgrade() -> None:
    """Make both."""
    op.create_table(
        "minutes",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("minute", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(16), primary_key=True),
        sa.Column("person", sa.LargeBinary(16)),
        sa.Column("device", sa.LargeBinary(16)),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS_BEFORE),
        sa.Column("opened", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("requests", "bytes_up", "bytes_down")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identities",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("pseudonym", sa.LargeBinary(16), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("PRAGMA user_version=1")


def downgrade() -> None:
    """Nothing is left."""
    op.drop_table("identities")
    op.drop_table("minutes")
    op.execute("PRAGMA user_version=0")
