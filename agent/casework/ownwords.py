"""A case without what people wrote in it, for a copy that no officer has read before it is handed over."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from agent.core.cases import Case

KEPT = "(ask the data protection officer)"
"""Stands where somebody's own words are."""
WORDS = frozenset(
    {
        "reason",
        "grounds",
        "text",
        "why",
        "absent",
        "note",
        "how",
        "who",
        "what",
        "ground",
        "duty",
        "consent",
        "dpia",
        "clause",
    }
)
"""Fields of a case and its parts that hold what somebody wrote; those of them that are one of a list of words stay."""


def without_words(case: Case) -> Case:
    """Everything of a case but the words of others: it may name third persons, and nobody has looked for that yet."""
    bare = _bare(case)
    assert isinstance(bare, Case), "a case stays one"
    return bare


def _bare(value: Any, name: str = "") -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _bare(getattr(value, one.name), one.name) for one in fields(value)})
    if isinstance(value, tuple):
        return tuple(_bare(one, name) for one in value)
    return KEPT if type(value) is str and value and name in WORDS else value
