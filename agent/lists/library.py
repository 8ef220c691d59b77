"""The lists that a school has taken in, as they lie in `<data>/lists`; whatever happens, the old ones stand.

    state.json         what is known of each list, and which table is in force and which was before
    LIST-SUM.names     what a list claims, a line each: `name`, `=name` (alone), `!name` (not), `/pattern`
    table-SUM.hosts    all lists packed, mapped by every process; both are named by checksum, so never written over
    lock               held while something is changed

A change is complete when `state.json` is replaced; until then everything reads what stood before.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from agent.core.lists import How
from agent.lists.building import Listed, Progress, write_table
from agent.lists.table import BadTable, Table

STATE = "state.json"
MOST_FOR_RESOLVER = 20_000
"""A longer list rules in worker and *sense* alone."""
_MARKS = {How.EXACT: "=", How.EXCEPT: "!", How.WITHIN: ""}
_HOWS = {"=": How.EXACT, "!": How.EXCEPT}


class LibraryError(Exception):
    """The folder cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a list. `settings` is a checksum of how it was asked to be read, `taken` the local date."""

    id: str
    hosts: int
    patterns: int
    entries: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    taken: str = ""
    source: str = ""
    settings: str = ""
    etag: str = ""
    modified: str = ""
    file: str = ""
    """Where its names lie."""
    means: Mapping[str, Any] = field(default_factory=dict)
    """What it means, if it was imported by hand; else site.yaml says so."""


@dataclass(frozen=True, slots=True)
class State:
    """The whole of `state.json`. `table` and `previous` are checksums, "" where there is none."""

    lists: Mapping[str, Known] = field(default_factory=dict)
    table: str = ""
    previous: str = ""


def _lines(names: Mapping[str, How], patterns: Sequence[str]) -> Iterator[bytes]:
    yield from (f"{_MARKS[how]}{name}\n".encode() for name, how in names.items())
    yield from (f"/{text}\n".encode() for text in patterns)


class Names(Collection[tuple[str, How]]):
    """The names that a kept list claims, read from its file each time they are walked through."""

    def __init__(self, path: Path, count: int) -> None:
        self._path, self._count = path, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[str, How]]:
        with self._path.open(encoding="ascii") as file:
            for line in file:
                if not line.startswith("/"):
                    how = _HOWS.get(line[0], How.WITHIN)
                    yield line.strip("=!\n"), how

    def __contains__(self, item: object) -> bool:
        return any(one == item for one in self)

    def patterns(self) -> list[str]:
        """The patterns of the list."""
        with self._path.open(encoding="ascii") as file:
            return [line[1:].rstrip("\n") for line in file if line.startswith("/")]


class Library:
    """The folder of lists. `pin` is a file that names the table which a gateway rules by."""

    def __init__(self, folder: Path, pin: Path | None = None) -> None:
        self.folder, self._pin = folder, pin

    def state(self) -> State:
        """What is there now. Raises LibraryError if it cannot be read."""
        path = self.folder / STATE
        try:
            found = json.loads(path.read_text())
            lists = {id: Known(**one) for id, one in found["lists"].items()}
            return State(lists, found["table"], found["previous"])
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except (OSError, ValueError, KeyError, TypeError) as problem:
            what = f"{path} cannot be read ({type(problem).__name__})"
            raise LibraryError(f"{what}; take it away, then: breaktime catalogue update") from None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the folder while something is changed. Raises LibraryError if somebody else does, or it cannot be."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("a")
        except OSError as problem:
            raise LibraryError(f"{self.folder}: cannot be written ({problem.strerror})") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LibraryError("another import or update is going on; wait for it") from None
            yield

    def names(self, id: str) -> Names:
        """What a kept list claims; nothing if it is not kept."""
        known = self.state().lists.get(id)
        there = known is not None and (self.folder / known.file).is_file()
        return self._names(known) if known is not None and there else Names(Path(os.devnull), 0)

    def keep(self, known: Known, names: Mapping[str, How], patterns: Sequence[str]) -> Known:
        """Write what a list claims; it counts once it is committed. Raises LibraryError, with no file left behind."""
        draft, digest = self.folder / f".{known.id}.names", blake2b(digest_size=8)
        try:
            with draft.open("wb") as file:
                for line in _lines(names, patterns):
                    digest.update(line)
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            name = f"{known.id}-{digest.hexdigest()}.names"
            draft.replace(self.folder / name)
        except OSError as problem:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise LibraryError(f"{self.folder}: nothing was changed ({problem.strerror})") from None
        return replace(known, file=name)

    def commit(self, lists: Mapping[str, Known], progress: Progress = lambda said: None) -> State:
        """Pack these lists and put them in force, they and no others. Raises LibraryError; then all stays."""
        before = self.state()
        try:
            digest = self._pack(lists.values(), progress) if lists else ""
            after = State(lists, digest, before.table if before.table != digest else before.previous)
            self._write(after)
        except (OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem)
            raise LibraryError(f"{self.folder}: nothing was changed ({why})") from None
        self._tidy(after)
        return after

    def open(self) -> tuple[Table | None, str]:
        """The table in force, and "" or a sentence about why it is the one before. Raises LibraryError for neither."""
        state = self.state()
        if not state.table:
            return None, ""
        try:
            return Table.open(self.path_of(state.table)), ""
        except (BadTable, OSError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else str(problem)
            said = f"the table of lists {state.table} is refused: {why}"
        with suppress(BadTable, OSError):
            return Table.open(self.path_of(state.previous)), f"{said}; the one before it is used"
        raise LibraryError(f"{said}; there is no other: breaktime catalogue update --again")

    def path_of(self, table: str) -> Path:
        """Where the table of a checksum lies."""
        return self.folder / f"table-{table}.hosts"

    def _names(self, known: Known) -> Names:
        return Names(self.folder / known.file, known.hosts)

    def _pack(self, lists: Iterable[Known], progress: Progress) -> str:
        kept = [(known, self._names(known)) for known in lists]
        listed = [Listed(known.id, names, names.patterns()) for known, names in kept]
        means = [{"id": known.id, **known.means} for known, _ in kept if known.means]
        draft = self.folder / ".table.hosts"
        digest = write_table(draft, listed, MOST_FOR_RESOLVER, means, progress)
        draft.replace(self.path_of(digest))
        return digest

    def _write(self, state: State) -> None:
        path = self.folder / f".{STATE}.new"
        with path.open("w") as file:
            json.dump(asdict(state), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        path.replace(self.folder / STATE)

    def _tidy(self, state: State) -> None:
        """Take away what nothing names any more; who has an old table mapped keeps it."""
        pinned = self._pin.read_text() if self._pin is not None and self._pin.exists() else ""
        tables = {self.path_of(one) for one in (state.table, state.previous, pinned)}
        wanted = {*tables, *(self.folder / known.file for known in state.lists.values())}
        for path in (*self.folder.glob("table-*.hosts"), *self.folder.glob("*.names")):
            if path not in wanted:
                path.unlink(missing_ok=True)
