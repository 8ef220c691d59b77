"""The written policy's paragraphs, each with an honest answer to how it is carried out.

The map stands beside the policy (`clauses.yaml`); `breaktime policy clauses`, the console and the staff notice
read it from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ClauseAnswer(StrEnum):
    """What becomes of a paragraph: a rule carries it out, a record shows it, people do it, nobody relies on it."""

    ENFORCED = "enforced"
    EVIDENCED = "evidenced"
    FOR_PEOPLE = "for-people"
    NOT_RELIED_ON = "not-relied-on"


@dataclass(frozen=True, slots=True)
class Clause:
    """One paragraph, or one bullet of it, in our own words, with its answer.

    `number` is the paragraph's as the source writes it, or its heading; `part` counts its bullets from 1, None
    is the whole of it. `rules` and `tests` carry out and prove what is enforced, `by` names the record or
    report that shows what is evidenced, `why` says why people must do it or why it is not relied on. `limit`
    says what the gateway cannot see of it.
    """

    number: str
    part: int | None
    says: str
    answer: ClauseAnswer
    rules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    by: str = ""
    why: str = ""
    limit: str = ""

    @property
    def name(self) -> str:
        """The number with its part: `3.3 (2)`."""
        return f"{self.number} ({self.part})" if self.part else self.number


@dataclass(frozen=True, slots=True)
class ClauseMap:
    """Every paragraph of one written policy, in its order. `source` is the id of the text."""

    policy: str
    source: str
    clauses: tuple[Clause, ...] = ()

    def of(self, numbers: str) -> tuple[Clause, ...]:
        """The entries of the paragraphs that a decision names, joined by commas."""
        wanted = split_numbers(numbers)
        return tuple(clause for clause in self.clauses if clause.number in wanted)

    def totals(self) -> dict[ClauseAnswer, int]:
        """How many entries have each of the four answers."""
        counted = Counter(clause.answer for clause in self.clauses)
        return {answer: counted[answer] for answer in ClauseAnswer}


def split_numbers(numbers: str) -> tuple[str, ...]:
    """The paragraphs of a rule's or a decision's `clause`: `5.1, 5.3` are two."""
    return tuple(number.strip() for number in numbers.split(",") if number.strip())


def enforced(clauses: Iterable[Clause]) -> frozenset[str]:
    """The numbers that at least one entry answers as enforced."""
    return frozenset(clause.number for clause in clauses if clause.answer is ClauseAnswer.ENFORCED)
