"""The one SQLite file `breaktime.db`: made whole, opened with care, set aside when it is damaged.

Write-ahead log, so that readers never wait for the gateway. `synchronous=FULL`: a commit answers when it is
on the disk, so it survives not only the end of the process (for which NORMAL would do) but a power cut too;
with one commit a second that is one fsync a second. `secure_delete` and memory for temporary tables leave
nothing of a deleted row in the file or beside it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from agent.store.errors import DamagedError, StoreError, explained
from agent.store.files import locked, write_new
from agent.store.forms import bring_up, build, form_of, is_ours, is_too_new
from agent.store.tables import SCHEMA_VERSION

DATABASE = "breaktime.db"
"""Its name in the data folder."""
BUSY_SECONDS = 2.0  # a writer that waited in vain keeps its minutes and tries again
_PRAGMAS = (
    f"busy_timeout={int(BUSY_SECONDS * 1000)}",
    "synchronous=FULL",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
    "cache_size=-16384",  # KB: a commit touches a page for each person, and should write each once
)
_BESIDE = ("", "-wal", "-shm", "-journal")  # SQLite's own files beside the database go where it goes

Report = Callable[[str], None]
"""Is told, in a sentence, of what was mended without asking."""


class Database:
    """An open database file. Safe between threads and between processes."""

    __slots__ = ("_engine", "_file", "_writing", "path")

    def __init__(self, path: Path, engine: Engine | None = None) -> None:
        self.path = path
        self._engine = _engine(path) if engine is None else engine
        self._writing = self._engine.execution_options(writes=True)
        self._file = _identity(path)

    @classmethod
    def open(cls, path: Path, report: Report, thorough: bool = False) -> Database:
        """The database at `path`, made if there is none; a damaged one is set aside and reported.

        `thorough` looks for damage through the whole file (about a second for a gigabyte), not only at its
        beginning and length.
        """
        with explained(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(path.parent) as folder:
                try:
                    return cls._opened(path, folder, thorough)
                except DamagedError as error:
                    set_aside(path, error.what, report)
                    return cls._opened(path, folder, thorough)

    @classmethod
    def looking(cls, path: Path) -> Database:
        """The database at `path` for reading alone: makes, mends and writes nothing, also where nothing may."""
        return cls(path, create_engine("sqlite://", creator=lambda: _read_only(path), hide_parameters=True))

    @classmethod
    def _opened(cls, path: Path, folder: int, thorough: bool) -> Database:
        _refuse_remains(path)
        if not path.exists():
            _create(path, folder)
        path.chmod(0o600)
        database = cls(path)
        try:
            with explained(path):
                _examine(database._engine, path)
                if thorough and (problem := database.problem()):
                    raise DamagedError(f"the file is damaged ({problem})", path)
                bring_up(database.reading, database.writing)
        except StoreError:
            database.close()
            raise
        return database

    def renewed(self, damaged: bool, report: Report) -> Database:
        """A fresh opening after damage, or after the file was moved away under us. This one is closed."""
        self.close()
        with explained(self.path), locked(self.path.parent):
            if damaged and self.in_place():  # else another process has set it aside already
                set_aside(self.path, "the file is damaged", report)
        return Database.open(self.path, report)

    def in_place(self) -> bool:
        """True if the file that is open is still the one that stands at `path`."""
        return self._file == _identity(self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of everything committed."""
        with explained(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed to the disk at the end, or not at all if anything raises."""
        with explained(self.path), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def bare(self) -> Iterator[sqlite3.Connection]:
        """The driver's own connection outside any transaction, for what SQLite does with the file as a whole."""
        with explained(self.path), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            yield raw

    def problem(self) -> str | None:
        """What SQLite's own full check finds; reads the whole file."""
        with self.reading() as connection:
            answer = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return None if answer == "ok" else answer

    def close(self) -> None:
        """Let go of the file; the last to do so folds the log into it."""
        self._engine.dispose()


def look(path: Path) -> str | None:
    """What is wrong with the file at `path`, or None; reads all of it and mends, moves and writes nothing.

    Safe beside a running gateway. Beside a log that one left behind, SQLite makes its index (`-shm`) anew.
    Raises StoreError if the file cannot be read, or is of a newer form.
    """
    try:
        with explained(path):
            _refuse_remains(path)
            database = Database.looking(path)
            try:
                _examine(database._engine, path)
                return database.problem()
            finally:
                database.close()
    except DamagedError as error:
        return error.what


def _read_only(path: Path) -> sqlite3.Connection:
    # Without a log nobody has the file open: `immutable` keeps SQLite from making a log and its index beside it.
    alone = not Path(f"{path}-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro" + ("&immutable=1" if alone else "")
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
    return connection


def set_aside(path: Path, what: str, report: Report) -> None:
    """Rename a damaged database, with its log, to the first free `….corrupt-N`; deletes nothing."""
    asides = (path.with_name(f"{path.name}.corrupt-{n}") for n in count(1))
    aside = next(aside for aside in asides if not _present(aside))
    for file in _present(path):
        file.rename(f"{aside}{file.name.removeprefix(path.name)}")
    report(
        f"{path}: {what}; what is left of it was set aside as {aside.name} and a new one begun. Keep it: "
        f"it holds what was recorded until now, and this may save it: sqlite3 {aside} .recover"
    )


def _present(path: Path) -> list[Path]:
    """The files that there are of a database: itself first, then what SQLite keeps beside it."""
    return [file for suffix in _BESIDE if (file := Path(f"{path}{suffix}")).exists()]


def _refuse_remains(path: Path) -> None:
    """Find what SQLite would take for a new database and then mix up with, or rob of, the log beside it."""
    if path.exists() and path.stat().st_size == 0:
        raise DamagedError("the file is empty", path)
    if not path.exists() and _present(path):
        raise DamagedError("the file is gone and only its log is left", path)


def _create(path: Path, folder: int) -> None:
    """Build the empty database beside, then rename it: a file at `path` has always been a whole one."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    for file in _present(unfinished):
        file.unlink()
    write_new(unfinished, b"")
    engine = _engine(unfinished)
    try:
        _build(engine)
    finally:
        engine.dispose()
    unfinished.rename(path)
    os.fsync(folder)


def _build(engine: Engine) -> None:
    with engine.connect() as connection:
        raw = connection.connection.cursor()
        # The file remembers both. The first must come before any table: freed pages can then be given back.
        raw.execute("PRAGMA auto_vacuum=INCREMENTAL")
        raw.execute("PRAGMA journal_mode=WAL")
        raw.close()
    with engine.begin() as connection:
        build(connection)


def _examine(engine: Engine, path: Path) -> None:
    """Refuse a newer form; find what is no database, not ours, or shorter than it says it is."""
    with engine.begin() as connection:
        version = form_of(connection)
        ours, too_new = is_ours(connection, version), is_too_new(connection, version)
    if too_new:
        what = f"was written by a newer Breaktime (form {version}; this one knows {SCHEMA_VERSION})"
        raise StoreError(what, path, "install that version again, or set BREAKTIME_DATA to another folder")
    if not ours:
        raise DamagedError("the file is not a database of Breaktime", path)


def _engine(path: Path) -> Engine:
    # hide_parameters: no value of the record may reach an exception's text.
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3 would begin by itself, too late for tables; `_begin` does it
    # The first look at a file; if it is damaged, closing must not fold the log into it and remove the log.
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        connection.close()
        raise
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, False)


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: one that took it later could not wait, and would fail instead.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
