"""What a restore must not roll back: receipts of what was destroyed, and the audit chain. Both only ever grow.

What is here and goes on from what the archive has stays. Where neither goes on from the other they are two histories,
and only a person can say which one is to stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from agent.app.backup import DATA, BackupError
from agent.app.paths import DataFolder
from agent.core.audit import Tag
from agent.store.auditlog import CHAIN, KEY, SYSTEM, AuditLog, entries_in
from agent.store.errors import StoreError
from agent.store.receipts import LINES

GROWING = {f"{DATA}receipts/": LINES, f"{DATA}audit/": CHAIN}
"""Folders of an archive, and the file in each that is only added to."""


def kept_here(places: Mapping[str, Path], unpacked: Path, other_history: bool) -> Iterator[str]:
    """The archive's files in whose place what is here stays. Raises BackupError where two histories meet."""
    for folder, grows in GROWING.items():
        place, fresh = places.get(folder + grows), unpacked / folder / grows
        if place is None or not place.exists():
            continue
        here, there = place.read_bytes(), fresh.read_bytes()
        if here.startswith(there):
            yield from (name for name, at in places.items() if name.startswith(folder) and at.exists())
        elif not there.startswith(here) and not other_history:
            what = "does not go on from the archive's, nor that from it"
            raise BackupError(f"{place}: {what}; --replace-history sets it aside with what it proves")


def note(data: DataFolder, now: datetime, files: int, kept: int) -> bool:
    """Write the restore into the audit chain; False where there is none that can be written to."""
    folder = data.root / "audit"
    if not ((folder / CHAIN).exists() and (folder / KEY).exists()):
        return False
    try:
        first = next(entries_in(folder / CHAIN))
        log = AuditLog.open(folder, first.detail["site"], now)
        log.append(Tag.RECORD_RESTORE, SYSTEM, now, detail={"files": str(files), "kept": str(kept)})
    except (StoreError, StopIteration, KeyError):  # `audit verify` says what is wrong with it
        return False
    return True
