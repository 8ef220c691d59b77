"""Facts that are alike to a policy: where every condition falls alike, the answer is one, and can be remembered.

A policy asks little of each fact: whether the role is in this set, whether the minutes are used up. `Kinds` gives
facts a number, one bit a condition; facts of one number have one answer. `PolicySet` and `horizon` go by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from agent.core.facts import UNDECIDED, Facts
from agent.core.remembered import Remembered

PLACES = {name: place for place, name in enumerate(Facts._fields)}
BY_THE_CLOCK = ("period", "day", "pupils", "used", "authorised")
_UNDECIDED = frozenset(PLACES[name] for name in UNDECIDED)


class Asks(Protocol):
    """What a condition is here: the fact that it asks about, and its test of a known value."""

    @property
    def fact(self) -> str:
        """The name of the fact."""

    @property
    def test(self) -> Callable[[object], bool]:
        """True if a value fits."""


class Kinds:
    """The kinds that a policy's conditions tell apart. Nothing of it changes an answer; it only remembers."""

    __slots__ = ("_asked", "_last", "_masks", "_parts", "_tests", "by_the_clock", "open")

    LIMIT = 5_000
    """Values of one fact that are remembered: ids of persons and minutes used have no end."""

    def __init__(self, conditions: Iterable[Asks]) -> None:
        self._tests: dict[int, list[tuple[int, Callable[[object], bool]]]] = {}
        self._masks = [0] * len(PLACES)
        self.open = 0
        """The bits that say of a fact that it is not known yet."""
        bit = 1
        for place in sorted(_UNDECIDED):
            self._masks[place], self.open, bit = bit, self.open | bit, bit << 1
        for condition in conditions:
            place = PLACES[condition.fact]
            self._tests.setdefault(place, []).append((bit, condition.test))
            self._masks[place], bit = self._masks[place] | bit, bit << 1
        self._parts: list[Remembered[object, int]] = [Remembered(self.LIMIT) for _ in PLACES]
        self.by_the_clock = sum(self._masks[PLACES[name]] for name in BY_THE_CLOCK)
        """The bits of the facts that time alone can change."""
        self._last: tuple[Facts | None, int] = (None, 0)
        self._asked = tuple((place, self._parts[place]) for place in self._tests)

    def of(self, facts: Facts) -> int:
        """The kind of these facts."""
        last, kind = self._last
        if facts is last:
            return kind
        kind = 0
        for place, known in self._asked:
            value = facts[place]
            part = known.get(value)
            kind |= self.part(place, value) if part is None else part
        self._last = (facts, kind)  # the same facts are asked about for the verdict, its reasons and its end
        return kind

    def part(self, place: int, value: object) -> int:
        """What one fact of this value adds to the kind; `place` is its place in `Facts`."""
        known = self._parts[place]
        part = known.get(value)
        if part is None:
            part = self._worked_out(place, value)
            known[value] = part
        return part

    def _worked_out(self, place: int, value: object) -> int:
        tests = self._tests.get(place, ())
        if value is None and place in _UNDECIDED:
            return self._masks[place] & self.open if tests else 0
        return sum(bit for bit, test in tests if test(value))
