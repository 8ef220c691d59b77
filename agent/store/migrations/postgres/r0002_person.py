"""One person's weeks are a look-up a day: each day has another pseudonym."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """On every partition that there is, and by itself on those that come (LIKE … INCLUDING ALL)."""
    op.execute("CREATE INDEX minutes_by_person ON breaktime.minutes (site, person, minute) WHERE person IS NOT NULL")
    op.execute("UPDATE breaktime.form SET number = 2, oldest = 1")


def downgrade() -> None:
    """The rows stay."""
    op.execute("DROP INDEX breaktime.minutes_by_person")
    op.execute("UPDATE breaktime.form SET number = 1, oldest = 1")
