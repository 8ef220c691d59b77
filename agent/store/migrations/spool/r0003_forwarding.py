"""Form 3: the journal of forwarding, by which a database that was set back is noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One line a site."""
    op.create_table(
        "forwarded",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("spool", sa.String(32), nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("PRAGMA user_version=3")
    op.execute("PRAGMA application_id=2")  # releases that know form 2 may still write this one


def downgrade() -> None:
    """The next start of the newer release sends everything again."""
    op.drop_table("forwarded")
    op.execute("PRAGMA user_version=2")
    op.execute("PRAGMA application_id=0")
