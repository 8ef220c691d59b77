"""The keys of the days: one random key a local day, wrapped, in a file of its own outside the database.

Destroying that one small file is what makes a day's identities unreadable everywhere, backups included, so the folder
(`keystore.py`) must be kept out of backups. A key is on the disk before anything is written under it.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from agent.store.keystore import Keystore
from agent.store.sealing import DayKey

KEYS = "keys/record"
"""Where the keys of days and cases stand, below the data folder."""
_BARE = "keys"  # until form 2 days had bare keys here
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class DayKeys:
    """The keys of the days of a keystore, `<YYYY-MM-DD>.key`."""

    __slots__ = ("store",)

    def __init__(self, folder: Path) -> None:
        self.store = Keystore(folder)

    @classmethod
    def of_data(cls, data: Path) -> DayKeys:
        """Those of a data folder; bare keys of an earlier version are taken over."""
        keys = cls(data / KEYS)
        for bare in sorted((data / _BARE).glob("*.key")):
            if _DAY.fullmatch(bare.stem):
                keys.store.adopt(data / _BARE, bare.stem)
        return keys

    def of(self, day: date) -> DayKey:
        """The key of a day that has one; KeyMissingError if none, StoreError if it cannot be used."""
        return DayKey.derived(self.store.secret(day.isoformat()), day, self.path(day))

    def make(self, day: date) -> DayKey:
        """The key of a day, made now unless this or another process has made it before."""
        return DayKey.derived(self.store.make(day.isoformat()), day, self.path(day))

    def holds(self, day: date) -> bool:
        """True if there is a file for that day, whole or not."""
        return self.store.holds(day.isoformat())

    def days(self) -> list[date]:
        """The days that have a key, in order."""
        return [date.fromisoformat(name) for name in self.store.names() if _DAY.fullmatch(name)]

    def destroy(self, day: date) -> bool:
        """Overwrite, remove and verify the key of that day; False if there was none."""
        return self.store.destroy(day.isoformat())

    def path(self, day: date) -> Path:
        """Where the key of that day stands."""
        return self.store.path(day.isoformat())
