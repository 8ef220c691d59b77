"""Access requests on the disk: each in a sealed file of its own under a key of its own, so that it can be forgotten.

    <data>/authorisations/<id>.request     the request and its answer, sealed (AES-256-GCM)
    <data>/keys/access/<id>.key            its key, wrapped under a key of this folder alone

A request is there from the moment its file has its name. Killed before, or while one is forgotten, a process leaves at
most a key that opens nothing; `tidy` destroys it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.casekey import CaseKey
from agent.store.errors import StoreError, explained
from agent.store.files import erase, locked, put, read_private
from agent.store.keystore import Keystore
from agent.store.numbers import number

FOLDER, SUFFIX = "authorisations", ".request"
LARGEST = 1 << 16
_NAME = re.compile(r"P\d{4}-[A-Z0-9]{4}")
_BOUND = b"access request"


class AccessFiles:
    """The access requests of a data folder. Safe between processes: change one only inside `changing`."""

    __slots__ = ("_keys", "folder")

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self._keys = Keystore(data / "keys" / "access")

    @contextmanager
    def changing(self) -> Iterator[int]:
        """Hold all requests against other processes; gives the folder's descriptor. Raises StoreError."""
        with explained(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.folder) as descriptor:
                yield descriptor

    def ids(self) -> list[str]:
        """Every request that is there, in order."""
        return sorted(path.stem for path in self.folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(path.stem))

    def new_id(self, year: int) -> str:
        """A number that no request has: nobody can tell from it how many there are."""
        while True:
            made = number("P", year)
            if not self.holds(made):
                return made

    def write(self, request: str, content: bytes, folder: int) -> None:
        """Make or replace a request's file, whole or not at all. Inside `changing`."""
        self._keys.make(request)
        put(self._path(request), self._key(request).seal(content, _BOUND), folder)

    def read(self, request: str) -> bytes:
        """What a request's file holds. Raises KeyError if there is none, StoreError if it cannot be read."""
        if not self.holds(request):
            raise KeyError(request)
        path = self._path(request)
        with explained(path):
            sealed = read_private(path, LARGEST)
        return self._key(request).unseal(sealed, _BOUND)

    def holds(self, request: str) -> bool:
        """True if there is such a request."""
        return _NAME.fullmatch(request) is not None and self._path(request).exists()

    def forget(self, request: str, folder: int) -> None:
        """Overwrite and remove its file, destroy its key, wrap the other keys anew. Inside `changing`."""
        erase(self._path(request), folder)
        self._keys.destroy(request)
        self._keys.replace_wrapping()

    def tidy(self, folder: int) -> None:
        """Destroy keys without a request: one was being made, or forgotten, when a process was killed."""
        lost = set(self._keys.names()) - set(self.ids())
        for request in lost:
            self._keys.destroy(request)
        if lost:
            self._keys.replace_wrapping()

    def seen(self) -> int:
        """A number that is another one as soon as any request has changed; 0 where there is no folder."""
        try:
            return self.folder.stat().st_mtime_ns
        except OSError:
            return 0

    def _key(self, request: str) -> CaseKey:
        return CaseKey.derived(self._keys.secret(request), request, self._keys.path(request))

    def _path(self, request: str) -> Path:
        if not _NAME.fullmatch(request):
            raise StoreError("is no number of an access request", self.folder, "P2026-7KQ2 is what one looks like")
        return self.folder / f"{request}{SUFFIX}"
