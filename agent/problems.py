"""What is wrong with a configuration, and where: every problem is collected, none is raised.

The packs and the directory report here while they read; `breaktime check` prints the list. A configuration
with any problem is not loaded at all (design, law 8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple


class Place(NamedTuple):
    """A character of a file; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: its place, the part of the file that it is in, what is wrong, and how to mend it."""

    file: str
    line: int
    column: int
    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        """The problem as `breaktime check` prints it, with its hint on a line of its own."""
        what = f"{self.where}: {self.what}" if self.where else self.what
        text = f"{self.file}:{self.line}:{self.column}: {what}"
        return f"{text}\n    help: {self.hint}" if self.hint else text

    def under(self, folder: str) -> Problem:
        """The same problem with its file's name given from further up; one that stands elsewhere stays there."""
        return self if self.file.startswith("/") else replace(self, file=f"{folder.rstrip('/')}/{self.file}")


LIMIT = 1000
"""Nobody reads on further than that."""


class Problems:
    """The problems found so far; after `LIMIT` of them no more are kept."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        """No problem yet."""
        self._found: set[Problem] = set()

    def add(self, place: Place, where: str, what: str, hint: str = "") -> None:
        """Note one problem."""
        if len(self._found) < LIMIT:
            self._found.add(Problem(place.file, place.line, place.column, where, what, hint))

    def include(self, found: Iterable[Problem]) -> None:
        """Note problems that were found elsewhere."""
        for one in found:
            self.add(Place(one.file, one.line, one.column), one.where, one.what, one.hint)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._found)

    def sorted(self) -> tuple[Problem, ...]:
        """Every problem, by file, line and column."""
        return tuple(sorted(self._found))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a word that is not one of `known`: the closest of them, else all, if they are few."""
    names = sorted(set(known))
    close = get_close_matches(word[:80], names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    if not names:
        return "there are none"
    return f"there are: {', '.join(names)}" if len(names) <= 20 else ""
