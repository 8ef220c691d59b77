"""What one tile of the technician's page is, and the words that tiles share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing: its name, whether it is well (None: not in use here), what is so, what that means, what to do."""

    name: str
    good: bool | None
    what: str
    means: str
    do: str = ""


def ago(age: timedelta) -> str:
    """How long ago, in the largest unit that is not nothing."""
    seconds = max(0, round(age.total_seconds()))
    return "just now" if seconds < 60 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """A time in the largest unit that is not nothing, rounded down."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return many(seconds // size, word)
    return many(seconds // 1, "second")


def many(count: float, one: str, more: str = "") -> str:
    """A count with its noun, in the right number."""
    return f"{count:,.0f} {one if count == 1 else more or one + 's'}"
