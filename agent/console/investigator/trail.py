"""The audit chain's entries of one case in words: who looked, when, and for what."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from agent.casework.pages import DID
from agent.core.audit import Entry

_LEFT_OUT = ("terms", "texts", "manifest")
"""Digests: they prove, and say nothing."""


class Line(NamedTuple):
    """One entry as a page shows it."""

    at: datetime
    actor: str
    what: str
    more: str

    @classmethod
    def of(cls, entry: Entry) -> Line:
        """An entry in words."""
        more = (f"{_plain(name)}: {_plain(value)}" for name, value in entry.detail.items() if name not in _LEFT_OUT)
        return cls(entry.at, entry.actor, DID.get(entry.tag, entry.tag.value), "; ".join(more))


def _plain(word: str) -> str:
    return word.replace("-", " ") if not word[:1].isdigit() else word
