"""A lease file as it changes → claims in the history. Looks again whenever the file is another than it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from agent.core.leases import Claim, History, Source
from agent.core.sources import Form, LeaseFile
from agent.directory.leasefiles import Entry, Listed, read_leases

MOST_BYTES = 64 * 1024 * 1024
GONE_AFTER = 0.5
"""Seconds for which a lease must be missing: dnsmasq empties its file before it writes it anew."""
_Mark = tuple[int, int, int]


class Look(NamedTuple):
    """What stood in the file, and since when (epoch seconds by the machine's clock)."""

    listed: Listed
    written: float


class Leases:
    """One lease file. `offset` is what the engine's clock is ahead of the machine's (a rehearsal)."""

    source = Source.DHCP

    def __init__(self, settings: LeaseFile, offset: float = 0.0) -> None:
        self.settings = settings
        self.unread = 0
        self._offset = offset
        self._mark: tuple[_Mark, ...] = ()
        self._known: dict[str, Entry] = {}
        self._missing: dict[str, tuple[float, float]] = {}
        self._taken: float | None = None

    def look(self) -> Look | None:
        """What the file says; None if it is as it was. Raises OSError if it cannot be read."""
        paths = self._paths()
        mark = tuple(_mark(path) for path in paths)
        if mark == self._mark:
            return None
        texts = [_text(path) for path in paths]
        if mark != tuple(_mark(path) for path in paths):
            return None  # it is being written: looked at again at once
        self._mark = mark
        return Look(read_leases(self.settings.form, texts), max(one[0] for one in mark) / 1e9)

    def take(self, look: Look | None, history: History, now: float) -> None:
        """Claim what is new in the file, and end what is gone from it. `now` by the engine's clock."""
        if look is not None:
            self.unread = look.listed.unread
            since = now if self._taken is None else min(now, max(self._taken, look.written + self._offset))
            self._claim(look.listed.entries, history, since)
            gone = self._known.keys() - look.listed.entries.keys()
            self._missing = {address: self._missing.get(address, (since, now)) for address in gone}
        for address, (since, noticed) in list(self._missing.items()):
            if now - noticed >= GONE_AFTER or now < noticed:
                history.end(address, Source.DHCP, since, self._known.pop(address).mac)
                del self._missing[address]
        self._taken = now

    def leave(self, history: History, now: float) -> None:
        """The file is not looked at any more."""
        for address, entry in self._known.items():
            history.end(address, Source.DHCP, now, entry.mac)
        self._known.clear()

    def _claim(self, entries: dict[str, Entry], history: History, since: float) -> None:
        for address, entry in entries.items():
            before = self._known.get(address)
            if before == entry:
                continue
            if before is not None and before.mac != entry.mac:
                history.end(address, Source.DHCP, since, before.mac)
            starts = since if entry.starts is None else min(since, entry.starts + self._offset)
            claim = Claim(entry.mac, starts, starts, entry.ends + self._offset, Source.DHCP)
            history.claim(address, claim)
            self._known[address] = entry

    def _paths(self) -> list[Path]:
        """The file; of Kea before it what its clean-up has put aside (the order is Kea's own at its start)."""
        path = Path(self.settings.path)
        if self.settings.form is Form.DNSMASQ:
            return [path]
        done = path.with_name(f"{path.name}.completed")
        aside = [done] if done.exists() else [path.with_name(f"{path.name}.{n}") for n in (2, 1)]
        return [*(one for one in aside if one.exists()), path]


def _mark(path: Path) -> _Mark:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(os.strerror(27))  # too large a file
    return data.decode("utf-8", "replace")
