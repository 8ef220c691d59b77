"""What officers did in a week, by the audit chain: numbers of their acts, where there are many.

Entries name no subject, and no case is opened to count it. Nobody can tell here who decides on a case: the head is
asked by a letter of the case's own, and a case about the head must not show in a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.core.audit import EMPTY, Entry, Head, Tag
from agent.core.smallcounts import FEW, Figure
from agent.report.figures import Cases, Why
from agent.store.auditlog import entries_in
from agent.store.errors import StoreError

_LOOKS = frozenset({Tag.CASE_SEARCH, Tag.CASE_EXPORT})
"""What opens somebody's record within a case."""
FEWEST = 5
"""Fewer cases or looks are not told: one that nobody told the head of could be about the head."""


@dataclass(frozen=True, slots=True)
class Acts:
    """Cases and looks of a week; whether the chain is broken; its head, "" where there is none."""

    cases: Cases
    waiting: dict[Why, int]
    head: str


def acts_of(chain: Path, since: datetime, until: datetime) -> Acts:
    """Read the chain once, up to what cannot be read; a broken one waits for somebody too."""
    counts: Counter[Tag] = Counter()
    head, whole = EMPTY, True
    for entry in _readable(chain):
        whole &= entry is not None and entry.prev == head.hash
        if entry is None:
            break
        head = Head(entry.seq, entry.hash)
        if since <= entry.at < until:
            counts[entry.tag] += 1
    looks = sum(counts[tag] for tag in _LOOKS)
    cases = Cases(*map(_told, (counts[Tag.CASE_OPEN], counts[Tag.CASE_CLOSE], looks)))
    return Acts(cases, {} if whole else {Why.AUDIT: 1}, str(head) if head != EMPTY else "")


def _told(count: int) -> Figure:
    return count if count >= FEWEST else FEW


def _readable(chain: Path) -> Iterator[Entry | None]:
    """The entries in order; None where one cannot be read, and nothing after it."""
    try:
        yield from entries_in(chain) if chain.exists() else ()
    except StoreError:
        yield None
