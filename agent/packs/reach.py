"""Which part of all possible situations a rule can still decide: sets of facts as boxes, subtracted exactly.

A rule's conditions are one set of values for each fact: a box. What is left of it once the boxes of the rules
above are cut away is where it decides; if nothing is left, it never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Box = Mapping[str, frozenset[object]]
"""The values of each axis; an axis that is not named has all of them."""

LIMIT = 1000
"""Pieces after which a proof is given up, in favour of the rule."""


def disjoint(one: Box, other: Box) -> bool:
    """True if no situation is in both."""
    return any(axis in other and one[axis].isdisjoint(other[axis]) for axis in one)


def cut(box: Box, away: Box, universe: Box) -> list[Box]:
    """The parts of `box` that are outside `away`, as boxes that do not overlap."""
    if disjoint(box, away):
        return [box]
    rest = dict(box)
    pieces: list[Box] = []
    for axis, values in away.items():
        here = rest.get(axis, universe[axis])
        outside = here - values
        if outside:
            pieces.append({**rest, axis: outside})
        rest[axis] = here & values
    return pieces


def covered(box: Box, by: Iterable[Box], universe: Box) -> bool:
    """True if every situation of `box` is in one of the others; False where that takes too long to show."""
    left = [box]
    for other in by:
        left = [piece for one in left for piece in cut(one, other, universe)]
        if not left:
            return True
        if len(left) > LIMIT:
            return False
    return False
