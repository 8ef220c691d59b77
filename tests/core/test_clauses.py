"""The written policy's paragraphs with their answers."""

from __future__ import annotations

import pytest

from agent.core.clauses import Clause, ClauseAnswer, ClauseMap, enforced, split_numbers

ENFORCED = Clause("8.6.2", None, "Only in breaks.", ClauseAnswer.ENFORCED, ("directed",), ("not in a lesson",))
PART = Clause("3.3", 2, "Be kind.", ClauseAnswer.FOR_PEOPLE, why="Kindness is for people.")
HEADING = Clause("Key Principles", None, "Trust.", ClauseAnswer.FOR_PEOPLE, why="Trust is for people.")
MAP = ClauseMap("small", "source", (ENFORCED, PART, HEADING))


@pytest.mark.parametrize(
    ("written", "numbers"),
    [("", ()), ("5.1", ("5.1",)), ("5.1, 5.3", ("5.1", "5.3")), ("Key Principles,", ("Key Principles",))],
)
def test_numbers_are_joined_by_commas(written: str, numbers: tuple[str, ...]) -> None:
    """A decision's `clause` names several paragraphs with commas between them."""
    assert split_numbers(written) == numbers


def test_a_decision_finds_its_paragraphs() -> None:
    """The entries of a decision's paragraphs come in the map's order; what the map does not have is left out."""
    assert MAP.of("Key Principles, 8.6.2, 9") == (ENFORCED, HEADING)
    assert MAP.of("") == ()


def test_a_part_is_named_with_its_number() -> None:
    """A bullet is told from its paragraph."""
    assert [clause.name for clause in MAP.clauses] == ["8.6.2", "3.3 (2)", "Key Principles"]


def test_totals_have_every_answer() -> None:
    """The four answers are counted, those that nothing has too."""
    assert MAP.totals() == {
        ClauseAnswer.ENFORCED: 1,
        ClauseAnswer.EVIDENCED: 0,
        ClauseAnswer.FOR_PEOPLE: 2,
        ClauseAnswer.NOT_RELIED_ON: 0,
    }
    assert enforced(MAP.clauses) == {"8.6.2"}
