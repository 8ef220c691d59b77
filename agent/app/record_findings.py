"""What `breaktime doctor` finds of the record: is the file whole, were days forgotten in time."""

from __future__ import annotations

from collections.abc import Iterator

from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.retention_status import said_of_clock, status
from agent.clock import sources
from agent.store.database import look
from agent.store.errors import StoreError
from agent.store.writer import DATABASE


def examine(config: Configuration, data: DataFolder) -> Iterator[Finding]:
    """Whether the record is whole, and whether what had to be forgotten is."""
    store = _store(data)
    yield store
    if store.good:  # else nothing can be told of what is in it
        yield _retention(config, data)


def _store(data: DataFolder) -> Finding:
    path = data.root / DATABASE
    if not path.exists() and not path.with_name(f"{DATABASE}-wal").exists():
        return Finding("store", True, "nothing recorded yet")
    try:
        trouble = look(path)
    except StoreError as problem:
        return Finding("store", False, problem.what, problem.remedy)
    if trouble:
        how = f"or stop the gateway and start it again: it keeps the file as {DATABASE}.corrupt-N and begins a new one"
        mend = f"systemctl restart breaktime   ({how})"
        return Finding("store", False, f"{path}: {trouble}", mend)
    return Finding("store", True, "whole")


def _retention(config: Configuration, data: DataFolder) -> Finding:
    """Days that should have been forgotten, a time that nothing agrees with, keys that could be swapped out."""
    try:
        found = status(config.engine, data.root, sources)
    except StoreError as problem:
        return Finding("retention", False, problem.what, problem.remedy)
    run = "breaktime retention run"
    if found.overdue or found.unfinished:
        late = len({*found.overdue, *found.unfinished})
        return Finding("retention", False, f"overdue or half forgotten: {late} of {len(found.days)} days", run)
    if not found.today.found.agreed:
        return Finding("retention", False, said_of_clock(found.today), "timedatectl set-ntp true")
    if found.broken:
        what = f"receipt {found.broken} does not follow the one before it"
        return Finding("retention", False, what, "breaktime retention status")
    if found.swap:
        return Finding("retention", False, f"keys in memory may reach the swap: {found.swap}", "swapoff -a")
    held = "1 day" if len(found.days) == 1 else f"{len(found.days)} days"
    return Finding("retention", True, f"{held} held, none overdue; a day is kept for {found.keep_days}")
