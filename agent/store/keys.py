"""The keys of the days: one random key a local day, each in a file of its own outside the database.

Destroying that one small file is what makes a day's identities unreadable everywhere, backups included, so
the folder `<data>/keys` must be kept out of backups. A key is on the disk before anything is written under
it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from agent.store.errors import KeyMissingError, StoreError, explained
from agent.store.files import locked, refuse_if_open_to_others, write_new
from agent.store.sealing import KEY_BYTES, DayKey

_RESTORE = "put the file back; if it is gone for good, nobody can read that day's identities any more"


class DayKeys:
    """The folder of day keys, `<YYYY-MM-DD>.key`, 32 random bytes each; folder 0700, files 0600."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, day: date) -> DayKey:
        """The key of a day that has one; KeyMissingError if none, StoreError if it cannot be used."""
        path = self.path(day)
        with explained(path):
            try:
                return DayKey.derived(self._read(path), day, path)
            except FileNotFoundError:
                raise KeyMissingError(f"the key of {day} is missing", path, _RESTORE) from None

    def make(self, day: date) -> DayKey:
        """The key of a day, made now unless this or another process has made it before."""
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as descriptor:
                if not self.holds(day):
                    self._create(day, descriptor)
        return self.of(day)

    def holds(self, day: date) -> bool:
        """True if there is a file for that day, whole or not."""
        return os.path.lexists(self.path(day))

    def path(self, day: date) -> Path:
        """Where the key of that day stands."""
        return self._folder / f"{day.isoformat()}.key"

    def _create(self, day: date, folder: int) -> None:
        """Appears whole or not at all: written beside, forced to the disk, then renamed. Under the lock."""
        unfinished = self._folder / ".unfinished"
        unfinished.unlink(missing_ok=True)  # left by a process that was killed here; no name ever led to it
        refuse_if_open_to_others(self._folder, self._folder.stat().st_mode)
        try:
            write_new(unfinished, os.urandom(KEY_BYTES))
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        unfinished.rename(self.path(day))
        os.fsync(folder)

    def _read(self, path: Path) -> bytes:
        refuse_if_open_to_others(self._folder, self._folder.stat().st_mode)
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            refuse_if_open_to_others(path, os.fstat(file.fileno()).st_mode)
            secret = file.read(KEY_BYTES + 1)
        if len(secret) != KEY_BYTES:
            raise StoreError(f"is not a key: {KEY_BYTES} bytes make one", path, _RESTORE)
        if not any(secret):  # overwritten, then stopped before it was removed: destroyed all the same
            raise KeyMissingError("the key has been destroyed", path, _RESTORE)
        return secret
