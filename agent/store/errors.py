"""What can go wrong with the record, said so that a technician can mend it: what, where, and what to do.

No message holds anything of the record itself, nor of a key: only a path, the trouble and the remedy.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

_OWNER = "let it belong to the account that runs Breaktime: chown -R ACCOUNT {folder}"
_ELSEWHERE = "set BREAKTIME_DATA to a folder that can be written"
_FULL = ("the disk is full", "free some space; what was written before is safe, and the rest is tried again")
_READ_ONLY = ("the file system is read-only", f"remount it writable, or {_ELSEWHERE}")
_NOT_OURS = ("this account may not write here", _OWNER)
_FAILING = ("the disk does not answer as it should", "look at the kernel's log (dmesg) and at the disk")
_NO_FOLDER = ("a file stands where a folder is needed", f"move the file away, or {_ELSEWHERE}")

_OS_ERRORS = {
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.EROFS: _READ_ONLY,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EIO: _FAILING,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
}
_SQLITE_ERRORS = {
    sqlite3.SQLITE_BUSY: (
        "another process holds the database",
        "end it (fuser shows which one: fuser {where}); the minutes are kept and tried again",
    ),
    sqlite3.SQLITE_READONLY: ("the database cannot be written", f"{_OWNER}, or remount it writable"),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", _OWNER),
    sqlite3.SQLITE_PERM: _NOT_OURS,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FAILING,
}
_RECOVER = (
    "stop the gateway and move the file and its -wal away: the next start begins a new one; "
    "sqlite3 {where} .recover may save the rows"
)
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class StoreError(Exception):
    """The record cannot be read or written: `what` is wrong, `where`, and the `remedy`."""

    def __init__(self, what: str, where: Path | str, remedy: str) -> None:
        super().__init__(f"{where}: {what}; {remedy}")
        self.what, self.where, self.remedy = what, where, remedy


class DamagedError(StoreError):
    """The file is no database of ours, or no longer a whole one; a writer sets it aside."""

    def __init__(self, what: str, where: Path) -> None:
        super().__init__(what, where, _RECOVER.format(where=where))


class KeyMissingError(StoreError):
    """There is no key for that day: never made, lost, or destroyed."""


@contextmanager
def explained(where: Path) -> Iterator[None]:
    """Turn what the system and SQLite raise about `where` into a StoreError."""
    try:
        yield
    except OSError as error:
        raise _of_system(error, where) from None
    except DBAPIError as error:
        raise _of_sqlite(error.orig, where) from None
    except sqlite3.Error as error:  # while a connection is being made
        raise _of_sqlite(error, where) from None


def _of_system(error: OSError, where: Path) -> StoreError:
    what, remedy = _OS_ERRORS.get(error.errno or 0, (error.strerror or "cannot be used", _ELSEWHERE))
    return _filled(what, where, remedy)


def _of_sqlite(error: BaseException | None, where: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    name = getattr(error, "sqlite_errorname", "an unknown error")
    primary = code & 0xFF  # the higher bits tell kinds of the same trouble apart
    if primary in _DAMAGED:
        return DamagedError("the file is not a whole database", where)
    what, remedy = _SQLITE_ERRORS.get(primary, ("SQLite refused", "report it with the name of the error"))
    return _filled(f"{what} ({name})", where, remedy)


def _filled(what: str, where: Path, remedy: str) -> StoreError:
    return StoreError(what, where, remedy.format(where=where, folder=where.parent))
