"""The gateway's file from form to form, up and down, with data in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from agent.core.tally import Counts
from agent.store import Store, StoreError
from agent.store.database import Database
from agent.store.migrate import Line, bring_to, newest, take_back
from agent.store.tables import SCHEMA_VERSION, minutes
from tests.store.making import LONDON, MINUTE, SITE, query, sealed_identities

FORMS = ["0001", "0002", "0003", "0004"]
NEXT = MINUTE._replace(minute=MINUTE.minute + 1)
SHAPE = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
ROWS = "SELECT * FROM minutes ORDER BY site, day, minute, key"
BEFORE = ROWS.replace("*", ", ".join(minutes.columns.keys()).replace(" key", " substr(key, 7)"))
"""The rows as the forms before the fourth have them: what leads a key is not in it."""
UNKNOWN = MINUTE._replace(person="", service="youtube")


@contextmanager
def connected(file: Path) -> Iterator[Connection]:
    """One transaction of the test's own on a file."""
    database = Database(file)
    try:
        with database.writing() as connection:
            yield connection
    finally:
        database.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of today's form with minutes in it, one of them nobody's."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1, 2, 3), NEXT: Counts(4), UNKNOWN: Counts(1)})
    return tmp_path / "breaktime.db"


def test_the_newest_step_makes_todays_form() -> None:
    """The number that the tables say is that of the newest step."""
    assert newest(Line.SPOOL) == SCHEMA_VERSION == int(FORMS[-1])


def test_a_new_file_is_what_the_steps_make(file: Path, tmp_path: Path) -> None:
    """Made at once or step by step, the file has the same tables and indices to the letter."""
    engine = create_engine(f"sqlite:///{tmp_path / 'stepped.db'}")
    with engine.begin() as connection:
        bring_to(connection, Line.SPOOL)
    engine.dispose()
    assert words(query(tmp_path / "stepped.db", SHAPE)) == words(query(file, SHAPE))


@pytest.mark.parametrize("form", FORMS[:-1])
def test_down_and_up_with_data(file: Path, form: str) -> None:
    """A file of any earlier form is brought up by opening it, and keeps every minute and identity."""
    whole, people = query(file, ROWS), sealed_identities(file.parent)
    rows = query(file, ROWS if form >= "0004" else BEFORE)
    with connected(file) as connection:
        take_back(connection, Line.SPOOL, form)
    assert query(file, "PRAGMA user_version") == [(int(form),)]
    assert sorted(query(file, ROWS), key=repr) == sorted(rows, key=repr)
    Store.open(file.parent, SITE, LONDON).close()
    assert query(file, ROWS) == whole
    with Store.open(file.parent, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1), UNKNOWN: Counts(1)})
        assert store.totals() == Counts(8, 2, 3)
    assert query(file, "SELECT count(*) FROM minutes") == [(3,)]
    assert query(file, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert sealed_identities(file.parent) == people
    assert query(file, "SELECT version_num FROM alembic_version") == [(FORMS[-1],)]


def test_what_an_early_form_held_is_news_to_a_database(file: Path) -> None:
    """Minutes from before there were marks are marked when the file is brought up."""
    with connected(file) as connection:
        take_back(connection, Line.SPOOL, "0001")
    Store.open(file.parent, SITE, LONDON).close()
    marks = query(file, "SELECT day, minute, change FROM touched ORDER BY minute")
    assert marks == [("2026-11-23", MINUTE.minute, 1), ("2026-11-23", NEXT.minute, 1)]


def test_back_to_nothing(file: Path) -> None:
    """The first step back leaves no table of the record."""
    with connected(file) as connection:
        take_back(connection, Line.SPOOL, "base")
    assert query(file, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("alembic_version",)]


def test_a_step_that_fails_changes_nothing(file: Path) -> None:
    """The steps are one transaction: where the last one cannot be taken, none was."""
    with connected(file) as connection:
        take_back(connection, Line.SPOOL, "0001")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE forwarded (in_the_way TEXT)")
    before = query(file, SHAPE)
    with pytest.raises(StoreError):
        Store.open(file.parent, SITE, LONDON)
    assert query(file, SHAPE) == before
    assert query(file, "PRAGMA user_version") == [(1,)]
    assert [path.name for path in file.parent.glob("*.corrupt-*")] == []


def test_the_release_before_leaves_it_alone(file: Path) -> None:
    """Releases that lay minutes out in another way are told by the file that they may not write it."""
    assert query(file, "PRAGMA application_id") == [(SCHEMA_VERSION,)]
    with connected(file) as connection:
        take_back(connection, Line.SPOOL, "0003")
    assert query(file, "PRAGMA application_id") == [(2,)]


def test_one_persons_minutes_lie_together(file: Path) -> None:
    """Brought up from any form, the keys of a person's minutes begin as their pseudonym does; nobody's with zeros."""
    led = "SELECT DISTINCT hex(substr(key, 1, 6)) = hex(coalesce(substr(person, 1, 6), zeroblob(6))) FROM minutes"
    assert query(file, led) == [(1,)]


def test_a_newer_form_that_only_adds_is_used(file: Path) -> None:
    """A file that a newer release brought up, and that it says ours may write, is written and left in its form."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE of_a_newer_release (something TEXT)")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
        connection.execute(f"PRAGMA application_id={SCHEMA_VERSION}")
    with Store.open(file.parent, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1)})
        assert store.totals() == Counts(7, 2, 3)
    assert query(file, "PRAGMA user_version") == [(SCHEMA_VERSION + 1,)]


def words(shape: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The same without regard to how lines are broken."""
    return [(*rest, " ".join(str(sql).split())) for *rest, sql in shape]
