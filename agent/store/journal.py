"""What is being forgotten right now: written before the first key is touched, cleared after the receipt stands.

One file of a fixed size that is made beforehand and overwritten in place, so that a full disk cannot keep anything from
being forgotten. It begins with a digest of what it says: torn by a power cut, or never written, it says nothing, and
then nothing had been done either, for the first key is destroyed only after the journal is on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from agent.store.errors import StoreError, explained
from agent.store.files import locked, put

SIZE = 64 * 1024
MOST_DAYS = 366
"""Days that are forgotten in one run; their lines fit the file with room to spare."""
_DIGEST = 64


class Journal:
    """The journal at `path`."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Make the file unless it is there. Raises StoreError."""
        if self._path.exists() and self._path.stat().st_size == SIZE:
            return
        with explained(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._path.parent) as folder:
                put(self._path, b" " * SIZE, folder)

    def read(self) -> dict[str, Any] | None:
        """What was begun and is not finished; None if nothing."""
        with explained(self._path):
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                return None
        digest, text = content[:_DIGEST], content[_DIGEST:].rstrip(b" ")
        if not text or hashlib.sha256(text).hexdigest().encode() != digest:
            return None
        entry = json.loads(text)
        return entry if isinstance(entry, dict) else None

    def write(self, entry: dict[str, Any]) -> None:
        """Say what is being done; on the disk when this returns."""
        text = json.dumps(entry, sort_keys=True).encode()
        if _DIGEST + len(text) > SIZE:
            raise StoreError("is too small for so many days", self._path, "forget fewer at once")
        self._overwrite((hashlib.sha256(text).hexdigest().encode() + text).ljust(SIZE))

    def clear(self) -> None:
        """Nothing is being done any more."""
        self._overwrite(b" " * SIZE)

    def days(self) -> list[date]:
        """The days of which the keys may be gone and the rows not yet."""
        entry = self.read() or {}
        return sorted(date.fromisoformat(day) for day in entry.get("days", {}))

    def _overwrite(self, content: bytes) -> None:
        with explained(self._path):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.pwrite(descriptor, content, 0)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
