"""Run by Alembic: takes the connection that it is given, and does everything in that connection's transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    **context.config.attributes["options"],
)
context.run_migrations()
