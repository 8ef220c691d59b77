"""The form of the record: exactly these columns, and every dimension of an active minute among them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.core.tally import Counts, MinuteKey
from agent.store import Store, StoreError
from agent.store.database import Database, look
from agent.store.migrate import Line, take_back
from tests.store.making import LONDON, MINUTE, SITE, query

KEPT = {
    "minutes": [
        "site", "day", "minute", "key", "person", "device", "zone", "role", "owner", "device_kind", "pupils",
        "service", "category", "activity", "basis", "account", "verdict", "mode", "rule", "clause",
        "authorisation", "period", "policy", "revision", "opened", "requests", "bytes_up", "bytes_down",
    ],
    "identities": ["site", "day", "pseudonym", "sealed"],
    "touched": ["site", "day", "minute", "change"],
    "totals": [
        "site", "week", "first", "last", "role", "period", "service", "category", "basis", "verdict", "minutes",
        "requests", "bytes_up", "bytes_down",
    ],
    "holds": ["site", "case_id", "first", "last", "sealed"],
    "held_days": ["site", "case_id", "day", "minutes"],
    "held": ["site", "case_id", "day", "key", "sealed"],
    "forwarded": ["site", "spool", "batch"],
    "alembic_version": ["version_num"],
}  # fmt: skip
OF_THE_STORE = {"site", "day", "key", "requests", "bytes_up", "bytes_down"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    Store.open(tmp_path, SITE, LONDON).close()
    return tmp_path / "breaktime.db"


def test_nothing_else_is_kept(database: Path) -> None:
    """The file holds these tables with these columns and no others."""
    tables = [str(name) for (name,) in query(database, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    held = {t: [row[1] for row in query(database, f"PRAGMA table_info({t})")] for t in tables}
    assert held == KEPT


def test_the_fields_of_an_active_minute() -> None:
    """What is kept of a minute is this list and nothing else: a further field needs a reason and another assessment."""
    said = (
        "time, site, zone, role, owner, device kind, pupils, service, category, activity, basis, account state, "
        "verdict, mode, rule, clause, authorisation, period, policy, policy revision, requests, bytes up, bytes down, "
        "opened, person's pseudonym, device's pseudonym"
    )
    names = {
        "time": {"day", "minute"},
        "account state": {"account"},
        "policy revision": {"revision"},
        "person's pseudonym": {"person"},
        "device's pseudonym": {"device"},
    }
    fields = [names.get(word, {word.replace(" ", "_")}) for word in said.split(", ")]
    assert set().union(*fields) == {*KEPT["minutes"]} - {"key"}  # a digest of the others


def test_every_dimension_is_kept() -> None:
    """A minute is stored with all that tells it from another, and with nothing that it does not have."""
    assert set(KEPT["minutes"]) - OF_THE_STORE == set(MinuteKey._fields)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        pytest.param("minutes", ["site", "day", "key", "minute"], id="minutes"),
        pytest.param("identities", ["site", "day", "pseudonym"], id="identities"),
        pytest.param("touched", ["site", "day", "minute"], id="touched"),
        pytest.param("held", ["site", "case_id", "day", "key"], id="held"),
    ],
)
def test_keys_are_led_by_site(database: Path, table: str, key: list[str]) -> None:
    """The primary key begins with site, then the day or the case, and is the table itself, without row ids."""
    held = sorted((row[5], row[1]) for row in query(database, f"PRAGMA table_info({table})") if row[5])
    assert [name for _, name in held] == key
    (sql,) = query(database, f"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0]
    assert str(sql).rstrip().endswith("WITHOUT ROWID")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        pytest.param("journal_mode", "wal", id="write-ahead-log"),
        pytest.param("auto_vacuum", 2, id="freed pages can be given back"),
        pytest.param("user_version", 4, id="the form's number"),
        pytest.param("application_id", 4, id="the oldest form whose release may write it"),
    ],
)
def test_what_the_file_remembers(database: Path, pragma: str, value: object) -> None:
    """What holds for every connection is written in the file itself."""
    assert query(database, f"PRAGMA {pragma}") == [(value,)]


def test_a_newer_form_is_refused_and_left_alone(database: Path) -> None:
    """A file of a later version is neither read, nor written, nor set aside."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version=5")
        connection.execute("PRAGMA application_id=5")
    before = database.read_bytes()
    with pytest.raises(StoreError, match=r"was written by a newer Breaktime \(form 5; .* knows 4"):
        Store.open(database.parent, SITE, LONDON)
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == ["breaktime.db"]


def test_the_first_form_is_brought_up(database: Path) -> None:
    """A file of the first form, which knew of no steps, gets what today's has besides, and keeps all that it holds."""
    with Store.open(database.parent, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1)})
    back_to(database, "0001")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TABLE alembic_version")
    assert look(database) is None
    with Store.open(database.parent, SITE, LONDON) as store:
        assert store.totals() == Counts(1)
        store.write({MINUTE: Counts(1)})
        assert store.totals() == Counts(2)
    assert query(database, "PRAGMA user_version") == [(4,)]
    assert query(database, "SELECT COUNT(*) FROM minutes") == [(1,)]


def back_to(file: Path, form: str) -> None:
    held = Database(file)
    try:
        with held.writing() as connection:
            take_back(connection, Line.SPOOL, form)
    finally:
        held.close()
