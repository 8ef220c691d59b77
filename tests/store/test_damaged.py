"""A database file that is cut, overwritten, replaced or taken away: kept, said, and a new one begun."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent.core.tally import Counts
from agent.store import Store, StoreError
from tests.store.making import LONDON, SITE, batch, fill, query

type Harm = Callable[[Path], None]


def empty(database: Path) -> None:
    os.truncate(database, 0)


def halve(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def cut_in_a_page(database: Path) -> None:
    os.truncate(database, 5000)


def overwrite_all(database: Path) -> None:
    database.write_bytes(random.Random(1).randbytes(database.stat().st_size))


def overwrite_the_head(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"no database, you see")


def write_text(database: Path) -> None:
    database.write_text("site,day,minute\n" * 1000)


def put_a_foreign_database(database: Path) -> None:
    database.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def put_an_empty_database(database: Path) -> None:
    database.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM")


@pytest.mark.parametrize(
    "harm",
    [
        empty,
        halve,
        cut_in_a_page,
        overwrite_all,
        overwrite_the_head,
        write_text,
        put_a_foreign_database,
        put_an_empty_database,
    ],
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, harm: Harm) -> None:
    """What cannot be a whole record is kept beside, byte for byte, and said; a new one begins at once."""
    fill(tmp_path)
    harm(tmp_path / "breaktime.db")
    harmed, told = (tmp_path / "breaktime.db").read_bytes(), list[str]()
    with Store.open(tmp_path, SITE, LONDON, report=told.append) as store:
        assert store.totals() == Counts()
        store.write(batch(0))
        assert store.totals() == Counts(200)
    assert (tmp_path / "breaktime.db.corrupt-1").read_bytes() == harmed
    (sentence,) = told
    assert "set aside as breaktime.db.corrupt-1 and a new one begun" in sentence
    assert f"sqlite3 {tmp_path}/breaktime.db.corrupt-1 .recover" in sentence


def test_each_damage_gets_a_name_of_its_own(tmp_path: Path) -> None:
    """A second damaged file does not take the place of the first."""
    for _ in range(3):
        fill(tmp_path, batches=1)
        overwrite_all(tmp_path / "breaktime.db")
    Store.open(tmp_path, SITE, LONDON, report=lambda _: None).close()
    aside = sorted(path.name for path in tmp_path.glob("*corrupt*"))
    assert aside == [f"breaktime.db.corrupt-{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("harm", [empty, overwrite_all, overwrite_the_head, Path.unlink])
def test_the_log_of_a_damaged_file_goes_with_it(tmp_path: Path, harm: Harm) -> None:
    """What was committed but stands only in the log stays with the file that it belongs to."""
    fill(tmp_path / "running")
    with Store.open(tmp_path / "running", SITE, LONDON) as store:
        with store._database.writing() as connection:
            connection.exec_driver_sql("UPDATE identities SET sealed = sealed")  # leaves the first page alone
        shutil.copytree(tmp_path / "running", tmp_path / "crashed")  # as a power cut would leave it
    database = tmp_path / "crashed" / "breaktime.db"
    log = Path(f"{database}-wal").read_bytes()
    harm(database)
    Store.open(tmp_path / "crashed", SITE, LONDON, report=lambda _: None).close()
    assert Path(f"{database}.corrupt-1-wal").read_bytes() == log


def test_a_log_heals_the_pages_that_it_holds(tmp_path: Path) -> None:
    """A head that was written over is no damage while the log still has the whole of it."""
    with Store.open(tmp_path / "running", SITE, LONDON) as store:
        store.write(batch(0))
        shutil.copytree(tmp_path / "running", tmp_path / "crashed")
    overwrite_the_head(tmp_path / "crashed" / "breaktime.db")
    told = list[str]()
    with Store.open(tmp_path / "crashed", SITE, LONDON, report=told.append) as store:
        assert store.totals() == Counts(200)
        assert store.problem() is None
    assert told == []


def test_damage_deep_inside_is_met_while_writing(tmp_path: Path) -> None:
    """A page of rubbish sets the file aside when it is met; the batch that met it goes into the new one."""
    fill(tmp_path)
    database = tmp_path / "breaktime.db"
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(random.Random(1).randbytes(database.stat().st_size - 4096))
    told = list[str]()
    with Store.open(tmp_path, SITE, LONDON, report=told.append) as store:
        assert store.problem() is not None
        assert told == []
        assert store.write(batch(20)) == 200
        assert store.totals() == Counts(200)
        assert store.problem() is None
    assert len(told) == 1
    assert query(database, "SELECT COUNT(*) FROM identities") == [(2,)]


def test_a_thorough_start_finds_damage_anywhere(tmp_path: Path) -> None:
    """The gateway's start looks through the whole file, so that damage is not met weeks later in a report."""
    fill(tmp_path)
    database = tmp_path / "breaktime.db"
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2 // 4096 * 4096)
        file.write(random.Random(1).randbytes(4096))
    told = list[str]()
    Store.open(tmp_path, SITE, LONDON, report=told.append).close()
    assert told == []
    with Store.open(tmp_path, SITE, LONDON, report=told.append, thorough=True) as store:
        assert store.totals() == Counts()
    assert len(told) == 1


def test_damage_met_while_reading_is_said(tmp_path: Path) -> None:
    """A reader does not touch a damaged file, and says what to do."""
    fill(tmp_path)
    database = tmp_path / "breaktime.db"
    with Store.open(tmp_path, SITE, LONDON) as store:
        with database.open("r+b") as file:
            file.seek(4096)
            file.write(bytes(database.stat().st_size - 4096))
        with pytest.raises(StoreError, match=r"is not a whole database; stop the gateway and move the file"):
            store.totals()
    assert list(tmp_path.glob("*corrupt*")) == []


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.rename(path.with_name("elsewhere.db"))])
def test_a_file_taken_away_while_in_use_is_noticed(tmp_path: Path, harm: Harm) -> None:
    """A commit counts only in the file that stands at its place: otherwise it is made again in a new one."""
    told = list[str]()
    with Store.open(tmp_path, SITE, LONDON, report=told.append) as store:
        store.write(batch(0))
        harm(tmp_path / "breaktime.db")
        store.write(batch(1))
        assert store.totals() == Counts(200)
    (sentence,) = told
    assert "the file is gone and only its log is left" in sentence
    assert query(tmp_path / "breaktime.db", "SELECT SUM(requests) FROM minutes") == [(200,)]
    assert query(tmp_path / "breaktime.db", "SELECT COUNT(*) FROM identities") == [(2,)]
