"""Where somebody said whether pupils are about: one small file in the data folder, for command line and console.

Whoever declares writes the whole file anew; a running gateway looks at it a few times a second. What is over is left
out when it is next written, and nothing in it says who declared.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.core.pupils import Declaration, Pupils

MOST = 1000
_Mark = tuple[int, int, int] | None


@dataclass(slots=True)
class Declarations:
    """The file as it is, and as it was when it was last asked whether it has changed."""

    path: Path
    _mark: _Mark = None
    _known: tuple[Declaration, ...] = ()
    _told: list[list[Any]] = field(default_factory=list)

    def read(self, now: float) -> tuple[Declaration, ...]:
        """What is declared and not over. A file that cannot be read declares nothing."""
        mark = _mark(self.path)
        if mark != self._mark:
            self._mark, self._known = mark, tuple(_read(self.path))
        self._known = tuple(one for one in self._known if one.ends > now)
        return self._known

    def rows(self) -> list[list[Any]]:
        """The declarations as they were last found, as plain lists."""
        return [[one.place, str(one.pupils), one.starts, one.ends] for one in self._known]

    def changed(self, now: float) -> bool:
        """Look at the file; True if it declares something else than when this was last asked."""
        self.read(now)
        rows, before = self.rows(), self._told
        self._told = rows
        return rows != before

    def declare(self, one: Declaration) -> None:
        """Add a declaration, in the place of an earlier one for the same place. Raises OSError."""
        with _alone(self.path):
            kept = [other for other in self.read(one.starts) if other.place != one.place]
            self._write([*kept[-MOST:], one])

    def withdraw(self, place: str, now: float) -> bool:
        """Take back what is declared of a place; False if nothing is. Raises OSError."""
        with _alone(self.path):
            found = self.read(now)
            kept = [one for one in found if one.place != place]
            self._write(kept)
        return len(kept) < len(found)

    def _write(self, declared: list[Declaration]) -> None:
        self._known = tuple(declared)
        draft = self.path.with_name(f".{self.path.name}.new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
            json.dump(self.rows(), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        self._mark = _mark(self.path)


def _mark(path: Path) -> _Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> Iterator[Declaration]:
    try:
        rows = json.loads(path.read_bytes()[: 1 << 20])
        for place, word, starts, ends in rows:
            yield Declaration(str(place), Pupils(word), float(starts), float(ends))
    except (OSError, ValueError, TypeError):
        return


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two who declare at once do so one after the other."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
