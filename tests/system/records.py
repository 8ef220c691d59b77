"""What the gateway has written down: the only file that knows the record's tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

DATABASE = "breaktime.db"


def requests(data: Path, service: str) -> int:
    """How many requests to a service the record holds, over all minutes and verdicts."""
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True, timeout=5)) as connection:
        row = connection.execute("SELECT SUM(requests) FROM minutes WHERE service = ?", (service,)).fetchone()
    return int(row[0] or 0)


def verdicts(data: Path, service: str) -> dict[str, int]:
    """Requests to a service by what was ruled."""
    query = "SELECT verdict, SUM(requests) FROM minutes WHERE service = ? GROUP BY verdict"
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True, timeout=5)) as connection:
        return {str(verdict): int(count) for verdict, count in connection.execute(query, (service,))}


def is_sound(data: Path) -> bool:
    """SQLite's own check of the whole file."""
    with closing(sqlite3.connect(data / DATABASE, timeout=5)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def containing(folder: Path, needle: str) -> Iterator[Path]:
    """The files anywhere below `folder` whose bytes contain `needle`."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and needle.encode() in path.read_bytes():
            yield path.relative_to(folder)


def authorised(data: Path, service: str) -> int:
    """Requests to a service that were let through by an authorisation."""
    query = "SELECT SUM(requests) FROM minutes WHERE service = ? AND verdict = 'allow' AND authorisation <> ''"
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True, timeout=5)) as connection:
        return int(connection.execute(query, (service,)).fetchone()[0] or 0)
