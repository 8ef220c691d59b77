"""Concerns on the disk: each in a sealed file of its own under a key of its own, apart from the record of minutes.

    <data>/concerns/<id>.concern        the concern, sealed (AES-256-GCM), filled up so that its length tells nothing
    <data>/concerns/<id>.untold         stands from before the concern is there until its letters are in the outbox
    <data>/concerns/<id>.going          stands while it is forgotten
    <data>/keys/concerns/<id>.key       its key, wrapped under a key of this folder alone

A concern is there from the moment its file has its name; a process that is killed before leaves a key and a mark
without a concern, which the next `tidy` takes away.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.casekey import CaseKey
from agent.store.errors import StoreError, explained
from agent.store.files import erase, locked, put, read_private
from agent.store.keystore import Keystore
from agent.store.numbers import number

FOLDER, SUFFIX, UNTOLD, GOING = "concerns", ".concern", ".untold", ".going"
LARGEST = 1 << 20
_WHOLE = 8192  # bytes: what is sealed is filled up to so many, so that an image is not told by how short it is
_NAME = re.compile(r"W\d{4}-[A-Z0-9]{4}")


class ConcernFiles:
    """The concerns of a data folder. Safe between processes: change one only inside `changing`."""

    __slots__ = ("_keys", "folder")

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self._keys = Keystore(data / "keys" / FOLDER)

    @contextmanager
    def changing(self) -> Iterator[int]:
        """Hold all concerns against other processes; gives the folder's descriptor. Raises StoreError."""
        with explained(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.folder) as descriptor:
                yield descriptor

    def ids(self) -> list[str]:
        """Every concern that is there, in order."""
        return sorted(path.stem for path in self.folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(path.stem))

    def untold(self) -> list[str]:
        """Those whose letters are not in the outbox yet."""
        return [concern for concern in self.ids() if self._path(concern, UNTOLD).exists()]

    def new_id(self, year: int) -> str:
        """A number that no concern has: nobody can tell from it how many there are."""
        while True:
            made = number("W", year)
            if not self.holds(made):
                return made

    def create(self, concern: str, content: bytes, folder: int) -> None:
        """Keep a new concern, marked as untold; it is on the disk when this returns. Inside `changing`."""
        self._keys.make(concern)
        put(self._path(concern, UNTOLD), b"", folder)
        self.write(concern, content, folder)

    def write(self, concern: str, content: bytes, folder: int) -> None:
        """Make or replace a concern's file, whole or not at all. Inside `changing`."""
        filled = content + bytes(-len(content) % _WHOLE)
        put(self._path(concern, SUFFIX), self._key(concern).seal(filled, b"concern"), folder)

    def read(self, concern: str) -> bytes:
        """What a concern's file holds. Raises KeyError if there is none, StoreError if it cannot be read."""
        if not self.holds(concern):
            raise KeyError(concern)
        path = self._path(concern, SUFFIX)
        with explained(path):
            sealed = read_private(path, LARGEST)
        return self._key(concern).unseal(sealed, b"concern").rstrip(b"\0")

    def holds(self, concern: str) -> bool:
        """True if there is such a concern."""
        return _NAME.fullmatch(concern) is not None and self._path(concern, SUFFIX).exists()

    def told(self, concern: str, folder: int) -> None:
        """Its letters are in the outbox. Inside `changing`."""
        self._path(concern, UNTOLD).unlink(missing_ok=True)
        os.fsync(folder)

    def forget(self, concern: str, folder: int) -> None:
        """Destroy its key, then its file, and wrap the other keys anew; done again after an interruption it goes on.

        Inside `changing`.
        """
        put(self._path(concern, GOING), b"", folder)
        self._keys.destroy(concern)
        erase(self._path(concern, SUFFIX), folder)
        self._keys.replace_wrapping()
        for mark in (UNTOLD, GOING):
            self._path(concern, mark).unlink(missing_ok=True)
        os.fsync(folder)

    def tidy(self, folder: int) -> None:
        """Finish what killed processes began: forgetting, and concerns that never were. Inside `changing`."""
        for mark in self.folder.glob(f"*{GOING}"):
            self.forget(mark.stem, folder)
        for key in self._keys.names():
            if not self._path(key, SUFFIX).exists():
                self._keys.destroy(key)
        for mark in self.folder.glob(f"*{UNTOLD}"):
            if not mark.with_suffix(SUFFIX).exists():
                mark.unlink(missing_ok=True)

    def _key(self, concern: str) -> CaseKey:
        return CaseKey.derived(self._keys.secret(concern), concern, self._keys.path(concern))

    def _path(self, concern: str, suffix: str) -> Path:
        if not _NAME.fullmatch(concern):
            raise StoreError("is no number of a concern", self.folder, "W2026-7KQ2 is what one looks like")
        return self.folder / f"{concern}{suffix}"
