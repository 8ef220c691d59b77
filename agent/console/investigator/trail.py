"""The audit chain's entries of one case in words: who looked, when, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from agent.casework.pages import DID
from agent.console.look import words
from agent.core.audit import Entry, Tag
from agent.core.search import Filter

_SAID: Mapping[Tag, tuple[str, ...]] = {
    Tag.CASE_SEARCH: (*Filter.__slots__,),
    Tag.CASE_DENIED: ("action", "why"),
    Tag.CASE_REVIEW: ("upheld",),
    Tag.CASE_TASK: ("kind", "due"),
    Tag.CASE_DISCLOSE: ("recipient",),
    Tag.CASE_SEALED: ("records",),
    Tag.CASE_CLOSE: ("keep-until",),
}
"""What is told of an entry; the rest are digests, or stands above on the page."""


class Line(NamedTuple):
    """One entry as a page shows it."""

    at: datetime
    actor: str
    what: str
    more: str

    @classmethod
    def of(cls, entry: Entry) -> Line:
        """An entry in words."""
        told = (name for name in _SAID.get(entry.tag, ()) if name in entry.detail)
        more = "; ".join(f"{words(name)}: {_plain(entry.detail[name])}" for name in told)
        return cls(entry.at, entry.actor, DID.get(entry.tag, entry.tag.value), more)


def _plain(value: str) -> str:
    """A day as the school writes it, a word without its hyphens."""
    try:
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    except ValueError:
        return words(value)
