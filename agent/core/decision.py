"""What a policy answers: a decision with its reasons, or the facts it would need."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Let through, or not."""

    ALLOW = "allow"
    BLOCK = "block"


class Mode(StrEnum):
    """Whether a verdict is carried out or only counted."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class Outcome(StrEnum):
    """How a rule's conditions fall over the facts: Kleene's three values."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of the walk, with the conditions that settled it, in words."""

    rule: str
    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that stands, whatever the facts still unknown turn out to be.

    `clause` numbers the written policy's paragraphs as it does, joined by commas; `say` is the sentence
    for the person concerned.
    """

    verdict: Verdict
    rule: str
    clause: str
    policy: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """No verdict yet: it turns on these facts (`account`, `activity`)."""

    facts: frozenset[str]
