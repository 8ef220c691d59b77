"""The forms of the record, from one to the next, by the steps in `migrations`: whole, or not at all.

The gateway brings its own file up by itself when it opens it (`forms`); the database in PostgreSQL is brought up by its
administrator (`postgres.schema`), for a site's role may not.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

NEWEST = "head"


class Line(StrEnum):
    """Which record: the gateway's own file, or the database."""

    SPOOL = "spool"
    POSTGRES = "postgres"


def bring_to(connection: Connection, line: Line, form: str = NEWEST, **options: Any) -> None:
    """Bring the record up to a form ("0002"), or to the newest, in the connection's transaction."""
    command.upgrade(_config(line, connection, options), form)


def take_back(connection: Connection, line: Line, form: str, **options: Any) -> None:
    """Bring the record back to an earlier form; what only the later one had is gone."""
    command.downgrade(_config(line, connection, options), form)


def mark_as(connection: Connection, line: Line, form: str, **options: Any) -> None:
    """Note that the record has this form already; nothing else is touched."""
    command.stamp(_config(line, connection, options), form)


def newest(line: Line) -> int:
    """The number of the newest form."""
    head = ScriptDirectory.from_config(_config(line, None, {})).get_current_head()
    assert head is not None, "each line has a first form"
    return int(head)


def _config(line: Line, connection: Connection | None, options: dict[str, Any]) -> Config:
    folder = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", _escaped(folder))
    config.set_main_option("version_locations", _escaped(folder / line))
    config.attributes |= {"connection": connection, "options": options}
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
