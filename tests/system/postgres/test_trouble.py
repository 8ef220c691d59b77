"""The database is away, is killed in the middle, has no room, or is set back: the record waits, and arrives whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from agent.core.tally import Counts
from agent.store.errors import StoreError
from agent.store.forwarder import LOOK_EVERY, Forwarder
from agent.store.postgres.errors import AwayError, DatabaseError
from agent.store.postgres.server import Session
from tests.store.making import MINUTE, batch, minute_of
from tests.system.postgres.cluster import PATIENCE, Cluster, own, programs, temporary
from tests.system.postgres.schools import DAY, OPEN_MINUTE, School, everything

TUESDAY = MINUTE._replace(minute=minute_of("2026-11-24T09:30+00:00"))
WAITING = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def frail() -> Iterator[Cluster]:
    """A server of its own, to be stopped and killed."""
    with temporary() as running:
        yield running


@pytest.fixture
def ash(frail: Cluster, tmp_path: Path) -> School:
    """A school whose database is on it."""
    name = f"ash{os.urandom(4).hex()}"
    frail.new_database(name)
    school = School(frail, name, tmp_path / "ash", "ash")
    school.admit()
    return school


def soon[T](ask: Callable[[], T]) -> T:
    """The first answer that is one."""
    deadline = time.monotonic() + PATIENCE
    while not (found := ask()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return found


def test_away_and_back_in_the_middle_of_a_day(ash: School) -> None:
    """While the database is away the gateway writes on; when it is back everything goes there, at the next round."""
    with ash.forwarder() as forwarder, ash.opened() as store:
        store.write(batch(0))
        everything(forwarder)
        ash.cluster.stop()
        try:
            for number in range(1, 6):
                store.write(batch(number))
                with pytest.raises(AwayError, match=r"cannot be reached|stopping"):
                    forwarder.round(OPEN_MINUTE)
            assert forwarder.waiting() == (5, MINUTE.minute + 1)
        finally:
            ash.cluster.start()
        store.write(batch(6))
        everything(forwarder)
    assert ash.there() == ash.here() == [("2026-11-23", 1400, 1400, 0)]


def attempt(forwarder: Forwarder, failed: list[StoreError]) -> None:
    """One round; how it failed."""
    try:
        forwarder.round(OPEN_MINUTE)
    except StoreError as error:
        failed.append(error)


def is_lost(session: Session) -> bool:
    """True once the server has ended the session."""
    try:
        session.execute("SELECT 1")
    except psycopg.Error:
        return True
    return False


@contextmanager
def in_the_middle(school: School, end: Callable[[int], None]) -> Iterator[list[StoreError]]:
    """A round that has copied its batch and waits to write it; `end` gets the pid of its session, then it must fail."""
    failed: list[StoreError] = []
    with school.forwarder() as forwarder:
        everything(forwarder)
        school.write(batch(7))
        thread = Thread(target=attempt, args=(forwarder, failed))
        holder = school.cluster.admin(school.database)
        try:
            holder.execute("BEGIN; LOCK TABLE breaktime.minutes IN SHARE MODE")
            thread.start()
            with school.cluster.admin(school.database) as session:
                (pid,) = soon(lambda: session.execute(WAITING, (school.login,)).fetchall())[0]
            end(pid)
            thread.join(PATIENCE)
            assert not thread.is_alive()
            soon(lambda: is_lost(holder))  # the server ends every session before it recovers
        finally:
            holder.close()
        school.cluster.await_answer()
        yield failed
        everything(forwarder)


def test_killed_in_the_middle_of_a_batch(ash: School) -> None:
    """A server process that is killed between the copy and the commit leaves nothing of the batch, and it is sent."""
    ash.write(batch(0))
    with in_the_middle(ash, lambda pid: os.kill(pid, signal.SIGKILL)) as failed:
        assert isinstance(failed[0], AwayError)
        assert ash.there() == [("2026-11-23", 200, 200, 0)]
        assert ash.marks() == 1
    assert ash.there() == ash.here() == [("2026-11-23", 400, 400, 0)]


def test_a_round_can_be_abandoned(ash: School) -> None:
    """A gateway that ends does not wait for a database that does not answer."""
    ash.write(batch(0))
    with ash.forwarder() as forwarder:
        everything(forwarder)
        ash.write(batch(1))
        with ash.cluster.admin(ash.database) as holder:
            holder.execute("BEGIN; LOCK TABLE breaktime.minutes IN SHARE MODE")
            failed: list[StoreError] = []
            thread = Thread(target=attempt, args=(forwarder, failed))
            thread.start()
            with ash.cluster.admin(ash.database) as session:
                soon(lambda: session.execute(WAITING, (ash.login,)).fetchall())
            forwarder.abandon()
            thread.join(PATIENCE)
            assert [type(error) for error in failed] == [AwayError]
            holder.execute("ROLLBACK")
        everything(forwarder)
    assert ash.there() == ash.here()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of that size at `folder`."""
    folder.mkdir()
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "breaktime-test", str(folder)), check=True)
    try:
        own(folder)
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)


def test_its_disk_is_full(frail: Cluster, tmp_path: Path) -> None:
    """A database without room says so and takes nothing of the batch; with room again it takes everything."""
    disk = frail.folder / "disk"
    with small_disk(disk, "8m"):
        with frail.admin() as session:
            session.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
            session.execute('CREATE DATABASE "full" TEMPLATE template0')
        try:
            _fill_and_free(School(frail, "full", tmp_path / "ash", "ash"), disk)
        finally:
            with frail.admin() as session:
                session.execute('DROP DATABASE "full" WITH (FORCE)')
                session.execute("DROP TABLESPACE small")


def _fill_and_free(school: School, disk: Path) -> None:
    school.admit()
    with school.cluster.admin("full") as session:
        session.execute("GRANT CREATE ON TABLESPACE small TO breaktime_owner")
        session.execute('ALTER DATABASE "full" SET default_tablespace = small')
    school.write(batch(0))
    school.forward()
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free - 256 * 1024))
    school.write(*(batch(number) for number in range(1, 20)))
    with school.forwarder() as forwarder:
        with pytest.raises(DatabaseError, match="disk is full"):
            everything(forwarder)
        there, marks = school.there(), school.marks()
        assert marks > 0
        filler.unlink()
        everything(forwarder)
    assert there != school.here()
    assert school.there() == school.here() == [("2026-11-23", 4000, 4000, 0)]


def dump(school: School, file: Path) -> None:
    """A backup, as an administrator makes one."""
    with file.open("wb") as out:
        subprocess.run(_client("pg_dump", school, "-Fc", school.database), stdout=out, check=True)


def restore(school: School, file: Path) -> None:
    """Put the backup in the place of the database."""
    with school.cluster.admin() as session:
        session.execute(f'DROP DATABASE "{school.database}" WITH (FORCE)'.encode())
    school.cluster.new_database(school.database)
    with file.open("rb") as backup:
        subprocess.run(_client("pg_restore", school, "-d", school.database), stdin=backup, check=True)


def _client(program: str, school: School, *rest: str) -> tuple[str, ...]:
    return (str(programs() / program), "-h", str(school.cluster.folder), "-U", "postgres", *rest)


def test_restored_from_an_old_backup(ash: School, tmp_path: Path) -> None:
    """What it lost is sent again; a day that was forgotten since the backup is forgotten again at once."""
    ash.write(batch(0), {TUESDAY: Counts(1)})
    ash.forward()
    dump(ash, tmp_path / "backup")
    ash.write({TUESDAY._replace(service="tiktok"): Counts(9)})
    ash.forward()
    ash.forgotten = {DAY}
    assert [one.forgotten for one in ash.forward()] == [(DAY,)]
    before = ash.there()
    restore(ash, tmp_path / "backup")
    assert [day for day, *_ in ash.there()] == ["2026-11-23", "2026-11-24"]
    first, *_ = ash.forward()
    assert (first.forgotten, first.set_back) == ((DAY,), True)
    assert ash.there() == before == [("2026-11-24", 2, 10, 0)]


def test_set_back_while_connected(ash: School) -> None:
    """Tables that were put back under a running forwarder are noticed by the number of the next batch."""
    ash.write(*(batch(number, size=100) for number in range(LOOK_EVERY)))
    with ash.forwarder() as forwarder:
        assert forwarder.round(OPEN_MINUTE).more, "it is busy, and does not look before the next round"
        with ash.cluster.admin(ash.database) as session:
            session.execute("DELETE FROM breaktime.minutes; UPDATE breaktime.received SET batch = 0")
        with pytest.raises(DatabaseError, match="was set back"):
            forwarder.round(OPEN_MINUTE)
        assert everything(forwarder)[0].set_back
    assert ash.there() == ash.here()


def test_another_server_in_its_place(ash: School, frail: Cluster) -> None:
    """A new, empty database is given all that is held."""
    ash.write(batch(0), {TUESDAY: Counts(1)})
    ash.forward()
    ash.database = frail.new_database(f"{ash.database}-new")
    ash.server = frail.server(ash.database, ash.login, ash.password)
    ash.admit()
    assert ash.forward()[0].set_back
    assert ash.there() == ash.here()


def test_days_are_forgotten_together(oak: School, elm: School) -> None:
    """A school's forgetting takes its rows and identities, and nobody else's; the last one takes the partition."""
    for one in (oak, elm):
        one.write(batch(0), {TUESDAY: Counts(1)})
        one.forward()
    for one, left in ((oak, {date(2026, 11, 23), date(2026, 11, 24)}), (elm, {date(2026, 11, 24)})):
        one.forgotten = {DAY}
        assert one.forward()[0].forgotten == (DAY,)
        assert [day for day, *_ in one.there()] == ["2026-11-24"]
        with one.cluster.admin(one.database) as session:
            names = session.execute("SELECT relid::text FROM pg_partition_tree('breaktime.minutes') WHERE isleaf")
            assert {date.fromisoformat(name[-10:].replace("_", "-")) for (name,) in names} == left
            sealed = session.execute("SELECT count(*) FROM breaktime.identities WHERE site = %s", (one.site,))
            assert sealed.fetchone() == (2,)


def test_a_day_in_use_is_forgotten_without_waiting_for_its_place(oak: School) -> None:
    """A long question of somebody else keeps the partition, not the rows; it is dropped when nobody looks."""
    oak.write(batch(0))
    oak.forward()
    oak.forgotten = {DAY}
    with oak.cluster.admin(oak.database) as reader:
        reader.execute("BEGIN; SELECT count(*) FROM breaktime.minutes")
        assert oak.forward()[0].forgotten == (DAY,)
        assert oak.there() == []
        reader.execute("ROLLBACK")
    oak.forward()
    with oak.cluster.admin(oak.database) as session:
        found = session.execute("SELECT count(*) FROM pg_partition_tree('breaktime.minutes') WHERE isleaf")
        assert found.fetchone() == (0,)
