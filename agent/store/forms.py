"""The forms that the file has had, and how an earlier one becomes today's: in one transaction, or not at all.

Form 1 had `minutes` and `identities` alone. Form 2 adds what the record is forgotten, held and forwarded by.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, inspect

from agent.store.tables import SCHEMA_VERSION, metadata

type Transaction = Callable[[], AbstractContextManager[Connection]]

_FIRST = frozenset({"minutes", "identities"})


def build(connection: Connection) -> None:
    """All tables, of today's form."""
    metadata.create_all(connection)
    for table in metadata.tables.values():
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")


def form_of(connection: Connection) -> int:
    """The number that the file gives its form."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def is_ours(connection: Connection, form: int) -> bool:
    """True if a file of that form has the tables that it should have."""
    wanted = set(metadata.tables) if form == SCHEMA_VERSION else _FIRST
    return 0 < form <= SCHEMA_VERSION and set(inspect(connection).get_table_names()) >= wanted


def bring_up(reading: Transaction, writing: Transaction) -> None:
    """Give a file of an earlier form what today's has besides; nothing that it holds is changed."""
    with reading() as connection:
        if form_of(connection) == SCHEMA_VERSION:
            return
    with writing() as connection:
        build(connection)
