"""The cases on the disk: one small sealed file each, replaced whole, under a key that can be destroyed by itself.

    <data>/cases/<case>.case           the case, sealed (AES-256-GCM); its name is all that can be read without the key
    <data>/keys/record/file-<case>.key the key, wrapped like all others there, so kept out of backups with them

What a case holds back of the record has another key (`holds.py`): it is forgotten when the case ends, the case's own
file only when it need not be kept any longer.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.casekey import CaseKey
from agent.store.errors import StoreError, explained
from agent.store.files import erase, locked, put, read_private
from agent.store.keys import DayKeys

FOLDER = "cases"
SUFFIX = ".case"
LARGEST = 16 * 1024 * 1024
_LETTERS = "23456789BCDFGHJKMNPQRTVWXZ"  # none that is taken for another, and none that makes a word
_NAME = re.compile(r"C\d{4}-[A-Z0-9]{4}")


class CaseFiles:
    """The cases of a data folder. Safe between processes; change one only inside `changing`."""

    __slots__ = ("_folder", "_keys")

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER
        self._keys = DayKeys.of_data(data).store

    @property
    def folder(self) -> Path:
        """Where they are; changes its time of change with every case that changes."""
        return self._folder

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold all cases against other processes."""
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder):
                yield

    def ids(self) -> list[str]:
        """Every case that there is, in order."""
        return sorted(path.stem for path in self._folder.glob(f"C*{SUFFIX}") if _NAME.fullmatch(path.stem))

    def new_id(self, year: int) -> str:
        """A number that no case has: nobody can tell from it how many cases there are."""
        taken = set(self.ids())
        while True:
            made = f"C{year:04}-" + "".join(secrets.choice(_LETTERS) for _ in range(4))
            if made not in taken:
                return made

    def create(self, case: str, content: bytes) -> None:
        """Keep a new case. Raises StoreError."""
        self._keys.make(_key_name(case))
        self.write(case, content)

    def read(self, case: str) -> bytes:
        """What a case's file holds. Raises KeyError if there is no such case, StoreError if it cannot be read."""
        if not self.holds(case):
            raise KeyError(case)
        path = self._path(case)
        with explained(path):
            sealed = read_private(path, LARGEST)
        return self.key(case).unseal(sealed, b"case")

    def write(self, case: str, content: bytes) -> None:
        """Replace a case's file: whole or not at all, on the disk when this returns."""
        if len(content) > LARGEST // 2:
            raise StoreError("the case has grown too large", self._path(case), "put long texts into evidence instead")
        with explained(self._folder), _descriptor(self._folder) as folder:
            put(self._path(case), self.key(case).seal(content, b"case"), folder)

    def key(self, case: str) -> CaseKey:
        """The key of a case's file: also makes digests that nobody else can make."""
        name = _key_name(case)
        return CaseKey.derived(self._keys.secret(name), case, self._keys.path(name))

    def holds(self, case: str) -> bool:
        """True if there is such a case."""
        return _NAME.fullmatch(case) is not None and self._path(case).exists()

    def forget(self, case: str) -> None:
        """Destroy a case's key, then its file; nothing of it can be read any more."""
        self._keys.destroy(_key_name(case))
        with explained(self._folder), _descriptor(self._folder) as folder:
            erase(self._path(case), folder)

    def _path(self, case: str) -> Path:
        return self._folder / f"{case}{SUFFIX}"


@contextmanager
def _descriptor(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _key_name(case: str) -> str:
    if not _NAME.fullmatch(case):
        raise ValueError(f"{case!r} is no number of a case")
    return f"file-{case}"
