"""What a disk or a neighbour does to the record: said plainly, and nothing acknowledged lost."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from agent.core.tally import Counts
from agent.store import DayKeys, Store, StoreError
from agent.store.database import Database, Report
from agent.store.keys import KEYS
from agent.store.retention import journal_of
from tests.store.forgetting import day, forget, live
from tests.store.making import LONDON, MINUTE, SITE, batch, fill


def test_a_locked_database_is_said_and_harmless(tmp_path: Path) -> None:
    """A process that holds the database too long is named; the same batch goes in afterwards."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        with closing(sqlite3.connect(tmp_path / "breaktime.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"another process holds the database .*fuser"):
                store.write(batch(0))
        assert store.write(batch(0)) == 200
        assert store.totals() == Counts(200)


def test_a_reader_never_stops_the_writer(tmp_path: Path) -> None:
    """A long look at the record does not hold the gateway up, and sees one moment."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write(batch(0))
        with store._database.reading() as connection:
            before = connection.exec_driver_sql("SELECT COUNT(*) FROM minutes").scalar()
            store.write(batch(1))
            assert connection.exec_driver_sql("SELECT COUNT(*) FROM minutes").scalar() == before == 200


@pytest.mark.parametrize("below", ["", "deeper", "deeper/still"])
def test_a_file_where_a_folder_is_needed(tmp_path: Path, below: str) -> None:
    """A data folder that is, or lies in, a file is refused with what to do."""
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match=r"a file stands where a folder is needed; .* BREAKTIME_DATA"):
        Store.open(tmp_path / "data" / below, SITE, LONDON)


def test_a_folder_where_the_file_is_needed(tmp_path: Path) -> None:
    """A folder in the place of the database is refused, and stays."""
    (tmp_path / "breaktime.db").mkdir()
    with pytest.raises(StoreError, match=r"breaktime\.db: "):
        Store.open(tmp_path, SITE, LONDON)
    assert (tmp_path / "breaktime.db").is_dir()


def test_no_value_of_the_record_is_in_an_error(tmp_path: Path) -> None:
    """An error of the database names the trouble and the file, never what was being written."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        with closing(sqlite3.connect(tmp_path / "breaktime.db")) as other:
            other.execute("DROP TABLE minutes")
        with pytest.raises(StoreError) as caught:
            store.write({MINUTE._replace(zone="planted-zone"): Counts(1)})
    chain: BaseException | None = caught.value
    shown = ""
    while chain is not None:
        shown, chain = shown + repr(chain) + str(chain), chain.__context__
    assert "planted" not in shown
    assert "teacher" not in shown


class WanderingDatabase(Database):
    """A file that something moves away as often as it is made."""

    def in_place(self) -> bool:
        return False

    def renewed(self, damaged: bool, report: Report) -> Database:
        return self


def test_a_file_that_never_stays_is_given_up(tmp_path: Path) -> None:
    """Nothing is acknowledged, and nobody waits for ever, while the file is taken away each time."""
    Database.open(tmp_path / "breaktime.db", print).close()
    database = WanderingDatabase(tmp_path / "breaktime.db")
    store = Store(database, DayKeys(tmp_path / "keys"), SITE, LONDON, print)
    with store, pytest.raises(StoreError, match="was moved away again and again; find out what moves it"):
        store.write(batch(0))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def take_all_space(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


def write_on(store: Store, acknowledged: list[int]) -> None:
    """Write until it is refused."""
    for number in range(1000):
        acknowledged.append(store.write(batch(number)))


def test_a_disk_that_fills_up(small_disk: Path) -> None:
    """What was acknowledged before the disk was full stands; what was refused goes in when there is room."""
    (small_disk / "ballast").write_bytes(bytes(300_000))
    with Store.open(small_disk / "data", SITE, LONDON) as store:
        acknowledged = list[int]()
        with pytest.raises(StoreError, match=r"breaktime\.db: the disk is full .*free some space"):
            write_on(store, acknowledged)
        assert len(acknowledged) > 0
        assert store.totals() == Counts(sum(acknowledged))
        (small_disk / "ballast").unlink()
        store.write(batch(len(acknowledged)))
        assert store.totals() == Counts(sum(acknowledged) + 200)
        assert store.problem() is None


def test_a_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    """Nothing half made is left where there was no room for it, and all goes well once there is."""
    ballast = take_all_space(small_disk)
    with pytest.raises(StoreError, match="the disk is full"):
        Store.open(small_disk, SITE, LONDON)
    assert not (small_disk / "breaktime.db").exists()
    ballast.unlink()
    with Store.open(small_disk, SITE, LONDON) as store:
        store.write(batch(0))


def test_no_room_for_the_key_of_the_day(small_disk: Path) -> None:
    """Without a key on the disk nothing is written; no piece of a key is left."""
    with Store.open(small_disk, SITE, LONDON) as store:
        ballast = take_all_space(small_disk)
        with pytest.raises(StoreError, match="the disk is full"):
            store.write(batch(0))
        assert list((small_disk / "keys").rglob("*.key")) == []
        ballast.unlink()
        assert store.write(batch(0)) == 200


def test_a_disk_that_is_read_only(small_disk: Path) -> None:
    """A file system that turned read-only is named, whether the record is there already or not."""
    fill(small_disk / "data", batches=1)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for folder in (small_disk / "data", small_disk / "new"):
        with pytest.raises(StoreError, match=r"read-only; remount it writable, or set BREAKTIME_DATA"):
            Store.open(folder, SITE, LONDON)


def test_a_full_disk_keeps_nothing(small_disk: Path) -> None:
    """Where there is no room for anything a day's key is destroyed all the same; its rows go when there is room."""
    live(small_disk, 2)
    forget(small_disk)  # as at the start of the gateway
    with Store.open(small_disk, SITE, LONDON) as store:
        assert store.totals() != Counts()
        ballast = take_all_space(small_disk)
        with pytest.raises(StoreError, match="the disk is full"):
            forget(small_disk, 0)
        assert DayKeys(small_disk / KEYS).days() == [day(1)]
        assert journal_of(small_disk).days() == [day(0)]
        ballast.unlink()
        receipt = forget(small_disk)
    assert receipt is not None
    assert receipt["days"]["2026-11-23"]["key"] == "overwritten, removed and verified"
    with Store.open(small_disk, SITE, LONDON) as store:
        assert list(store.days()) == [day(1)]
