"""What officers did in a week, by the audit chain: numbers of their acts, and what waits for one of them.

Entries name no subject, and no case is opened to count it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.core.audit import EMPTY, Entry, Head, Tag
from agent.report.figures import Cases, Why
from agent.store.auditlog import entries_in
from agent.store.errors import StoreError

_LOOKS = frozenset({Tag.CASE_SEARCH, Tag.CASE_EXPORT})
"""What opens somebody's record within a case."""
_WAITS = {
    Tag.CASE_OPEN: Why.CASE_AWAITS,
    Tag.CASE_BREAK_GLASS: Why.CASE_REVIEW,
    Tag.CASE_APPROVE: None,
    Tag.CASE_REFUSE: None,
    Tag.CASE_REVIEW: None,
    Tag.CASE_CLOSE: None,
}
"""What a case waits for after such an entry."""


@dataclass(frozen=True, slots=True)
class Acts:
    """Cases and looks of a week; what cases wait for now; the chain's head, "" where there is none."""

    cases: Cases
    waiting: dict[Why, int]
    head: str


def acts_of(chain: Path, since: datetime, until: datetime) -> Acts:
    """Read the chain once, up to what cannot be read; a broken one waits for somebody too."""
    counts: Counter[Tag] = Counter()
    waits: dict[str, Why | None] = {}
    head, whole = EMPTY, True
    for entry in _readable(chain):
        whole &= entry is not None and entry.prev == head.hash
        if entry is None:
            break
        head = Head(entry.seq, entry.hash)
        if since <= entry.at < until:
            counts[entry.tag] += 1
        if entry.tag in _WAITS:
            waits[entry.case] = _WAITS[entry.tag]
    waiting = Counter(why for why in (*waits.values(), None if whole else Why.AUDIT) if why)
    cases = Cases(counts[Tag.CASE_OPEN], counts[Tag.CASE_CLOSE], sum(counts[tag] for tag in _LOOKS))
    return Acts(cases, dict(waiting), str(head) if head != EMPTY else "")


def _readable(chain: Path) -> Iterator[Entry | None]:
    """The entries in order; None where one cannot be read, and nothing after it."""
    try:
        yield from entries_in(chain) if chain.exists() else ()
    except StoreError:
        yield None
