"""What is being forgotten right now: written before the first key is touched, cleared after the receipt stands.

One file of a fixed size that is made beforehand and overwritten in place, so that a full disk cannot keep anything from
being forgotten. It has two slots that are written in turn, each with a digest and the number of its turn: what a power
cut tears is the slot that was being written, and the other still says what had been done by then. Torn at the very
first entry it says nothing, and then nothing had been done either, for the first key is destroyed only after the
journal is on the disk.
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

SLOT = 64 * 1024
SIZE = 2 * SLOT
MOST_DAYS = 60
"""Days that are forgotten in one run; their lines fit a slot with room to spare. The rest goes with the next run."""
_DIGEST = 64


class Journal:
    """The journal at `path`."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Make the file unless it is there, with what one of another size says. Raises StoreError."""
        if self._path.exists() and self._path.stat().st_size == SIZE:
            return
        with explained(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._path.parent) as folder:
                put(self._path, self._slot(1, self.read()).ljust(SIZE), folder)

    def read(self) -> dict[str, Any] | None:
        """What was begun and is not finished; None if nothing."""
        return self._newest()[1]

    def write(self, entry: dict[str, Any]) -> None:
        """Say what is being done; on the disk when this returns."""
        self._overwrite(entry)

    def clear(self) -> None:
        """Nothing is being done any more."""
        self._overwrite(None)

    def days(self) -> list[date]:
        """The days of which the keys may be gone and the rows not yet."""
        entry = self.read() or {}
        return sorted(date.fromisoformat(day) for day in entry.get("days", {}))

    def _newest(self) -> tuple[int, dict[str, Any] | None]:
        """The number of the last turn of which the whole is there, and what it says; 0 and None if none is."""
        with explained(self._path):
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                content = b""
        slots = (_whole(content[at : at + SLOT]) for at in (0, SLOT))
        return max((slot for slot in slots if slot), key=lambda slot: slot[0], default=(0, None))

    def _slot(self, turn: int, entry: dict[str, Any] | None) -> bytes:
        text = json.dumps({"turn": turn, "entry": entry}, sort_keys=True).encode()
        if _DIGEST + len(text) > SLOT:
            raise StoreError("is too small for so many days", self._path, "forget fewer at once")
        return (hashlib.sha256(text).hexdigest().encode() + text).ljust(SLOT)

    def _overwrite(self, entry: dict[str, Any] | None) -> None:
        """Write the slot whose turn it is; the one that says what is so until then stays as it is."""
        turn = self._newest()[0] + 1
        content = self._slot(turn, entry)
        with explained(self._path):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.pwrite(descriptor, content, (turn + 1) % 2 * SLOT)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _whole(slot: bytes) -> tuple[int, dict[str, Any] | None] | None:
    """The turn and the entry of a slot; None if it is empty or torn. One of an earlier version has an entry alone."""
    digest, text = slot[:_DIGEST], slot[_DIGEST:].rstrip(b" ")
    if not text or hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    said = json.loads(text)
    return (said["turn"], said["entry"]) if "turn" in said else (0, said)
