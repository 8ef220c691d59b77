"""The forms that the gateway's file has had, and how an earlier one becomes today's: whole, or not at all.

Form 1 had `minutes` and `identities` alone. Form 2 adds what the record is forgotten, held and forwarded by, form 3
the journal of forwarding; form 4 lays a day out by person, where those before had it by minute. The steps stand in
`migrations/spool`; a new file is made at once and marked.

`user_version` of the file is its form, `application_id` the oldest form whose release may still write it (0: its own).
A step that only adds leaves the second as it is, so that the release before works on with a file that was brought up.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, inspect

from agent.store.tables import SCHEMA_VERSION, metadata

type Transaction = Callable[[], AbstractContextManager[Connection]]

OLDEST = 4
"""The oldest form whose release may write a file of today's."""
_FIRST = frozenset({"minutes", "identities"})
_STEPS = (
    "CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n"
    "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)"
)
"""Alembic's own table, in its own words."""


def build(connection: Connection) -> None:
    """All tables, of today's form."""
    metadata.create_all(connection)
    _mark(connection, SCHEMA_VERSION)
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.exec_driver_sql(f"PRAGMA application_id={OLDEST}")


def form_of(connection: Connection) -> int:
    """The number that the file gives its form."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def is_too_new(connection: Connection, form: int) -> bool:
    """True if the file is of a later form, and that form is not for this release to write."""
    oldest = int(connection.exec_driver_sql("PRAGMA application_id").scalar() or form)
    return form > SCHEMA_VERSION and oldest > SCHEMA_VERSION


def is_ours(connection: Connection, form: int) -> bool:
    """True if a file of that form has the tables that it should have."""
    wanted = set(metadata.tables) if form >= SCHEMA_VERSION else _FIRST
    return form > 0 and set(inspect(connection).get_table_names()) >= wanted


def bring_up(reading: Transaction, writing: Transaction) -> None:
    """Give a file of an earlier form what today's has besides; nothing that it holds is changed."""
    with reading() as connection:
        if form_of(connection) >= SCHEMA_VERSION:
            return
    from agent.store.migrate import Line, bring_to  # only where there is something to do: Alembic takes its time

    with writing() as connection:
        form = form_of(connection)  # another process may have been faster
        if form < SCHEMA_VERSION:
            if "alembic_version" not in inspect(connection).get_table_names():
                _mark(connection, form)
            bring_to(connection, Line.SPOOL)


def _mark(connection: Connection, form: int) -> None:
    connection.exec_driver_sql(_STEPS)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (f"{form:04}",))
