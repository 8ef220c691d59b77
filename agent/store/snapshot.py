"""A whole copy of the record while the gateway writes to it, for backups. Day keys are no part of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from agent.store.errors import StoreError

_REMEDY = "`breaktime doctor` says what is wrong with the record"


def snapshot(database: Path, target: Path) -> None:
    """Copy the database at one instant into a new file, 0600. Raises StoreError, OSError."""
    target.touch(mode=0o600, exist_ok=False)
    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy, pages=4096)
            (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as problem:
        raise StoreError(f"the record cannot be copied ({type(problem).__name__})", database, _REMEDY) from None
    if said != "ok":
        raise StoreError("the record is damaged", database, _REMEDY)
