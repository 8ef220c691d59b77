"""Boxes of facts: what is cut away is exactly what was asked, compared with counting every situation."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from agent.packs.reach import Box, covered, cut

UNIVERSE: Box = {axis: frozenset(range(3)) for axis in "abc"}
SPACE = list(product(range(3), repeat=3))
boxes = st.dictionaries(
    st.sampled_from("abc"), st.frozensets(st.integers(0, 2), min_size=1).map(frozenset[object]), max_size=3
)


def inside(point: tuple[int, ...], box: Box) -> bool:
    """True if the point is in the box."""
    return all(point["abc".index(axis)] in values for axis, values in box.items())


@given(boxes, boxes)
def test_cutting_leaves_what_is_outside_once(box: Box, away: Box) -> None:
    """Every point of the box that is not in the other is in exactly one piece, and no other point in any."""
    pieces = cut(box, away, UNIVERSE)
    for point in SPACE:
        expected = inside(point, box) and not inside(point, away)
        assert sum(inside(point, piece) for piece in pieces) == expected


@given(boxes, st.lists(boxes, max_size=5))
def test_covered_is_what_counting_says(box: Box, others: list[Box]) -> None:
    """A box is covered exactly if each of its points is in one of the others."""
    counted = all(any(inside(point, other) for other in others) for point in SPACE if inside(point, box))
    assert covered(box, others, UNIVERSE) is counted
