"""One list from its source to a verdict: may it count, and what would change if it did? Nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from heapq import nsmallest
from typing import Any

from agent.core.lists import ListSource
from agent.lists.checks import Shared, check, leave_out
from agent.lists.draft import Draft, Refused
from agent.lists.fetch import Fetcher
from agent.lists.formats import read_files
from agent.lists.gather import gather
from agent.lists.library import Known, Names

SOME = 10
"""Names that are shown of what is added and removed."""


class Outcome(StrEnum):
    """What became of a list."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """A list that was looked at. `draft` is what it claims now, None where that has not changed, or is refused.

    `in_catalogue` counts hosts that the school's own catalogue names already, so that the list changes nothing there.
    """

    id: str
    source: str
    outcome: Outcome
    reason: str = ""
    known: Known | None = None
    draft: Draft | None = field(default=None, repr=False)
    in_catalogue: int = 0
    added: int = 0
    removed: int = 0
    some_added: tuple[str, ...] = ()
    some_removed: tuple[str, ...] = ()
    entries: int = 0
    hosts: int = 0
    patterns: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """True if it may not count."""
        return self.outcome is Outcome.REFUSED

    def as_json(self) -> dict[str, Any]:
        """As plain data, without the names themselves."""
        keys = (
            "source", "outcome", "reason", "entries", "hosts", "patterns", "left_out", "in_catalogue", "added",
            "removed", "some_added", "some_removed", "notes",
        )  # fmt: skip
        return {"list": self.id} | {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every list is held against: how it is fetched, what is shared, and which names are the catalogue's own."""

    fetcher: Fetcher
    shared: Shared
    is_own: Callable[[str], bool]
    any_size: bool = False
    again: bool = False
    """Fetch and read it even if it has not changed."""


def take(source: ListSource, before: Known | None, names: Names, desk: Desk, today: str) -> Taken:
    """Gather, read and check one list; never raises for what is wrong with it."""
    settings, draft = settings_of(source), None
    asked = before if before and before.settings == settings and not desk.again else Known(source.id, 0, 0, 0)
    try:
        gathered = gather(source, desk.fetcher, asked.etag, asked.modified)
        if gathered is None:
            assert before is not None, "only what is known can be unchanged"
            return _unchanged(source, before)
        draft = read_files(gathered.files, source)
        leave_out(draft, source.leave_out, desk.shared)
        check(draft, source.format, desk.shared, before.hosts if before else 0, desk.any_size)
    except Refused as problem:
        return _refused(source, str(problem), before, draft)
    known = Known(
        source.id, len(draft.names), len(draft.patterns), draft.entries, dict(draft.left_out), today, source.source,
        settings, gathered.etag, gathered.modified,
    )  # fmt: skip
    return _compared(source, before, names, desk, draft, known)


def settings_of(source: ListSource) -> str:
    """A checksum of how a list is asked for: what it means is not in it, for that changes nothing in its names."""
    asked = {key: str(value) for key, value in asdict(source).items() if key not in ("id", "meaning")}
    return sha256(repr(sorted(asked.items())).encode()).hexdigest()[:16]


def _compared(source: ListSource, before: Known | None, names: Names, desk: Desk, draft: Draft, known: Known) -> Taken:
    old = dict(names)
    added = [name for name, how in draft.names.items() if old.get(name) is not how]
    removed = [name for name in old if name not in draft.names]
    same = not added and not removed and names.patterns() == list(draft.patterns)
    outcome = Outcome.NEW if before is None else Outcome.UNCHANGED if same else Outcome.CHANGED
    return Taken(
        source.id, source.source, outcome, "", known, draft,
        sum(1 for name in draft.names if desk.is_own(name)),
        len(added), len(removed), tuple(nsmallest(SOME, added)), tuple(nsmallest(SOME, removed)),
        draft.entries, len(draft.names), len(draft.patterns), dict(draft.left_out), tuple(draft.notes),
    )  # fmt: skip


def _unchanged(source: ListSource, before: Known) -> Taken:
    taken = Taken(source.id, source.source, Outcome.UNCHANGED, known=before)
    return replace(
        taken, entries=before.entries, hosts=before.hosts, patterns=before.patterns, left_out=before.left_out
    )


def _refused(source: ListSource, reason: str, before: Known | None, draft: Draft | None) -> Taken:
    taken = Taken(source.id, source.source, Outcome.REFUSED, reason, before)
    if draft is None:
        return taken
    return replace(
        taken,
        entries=draft.entries,
        hosts=len(draft.names),
        patterns=len(draft.patterns),
        left_out=dict(draft.left_out),
    )
