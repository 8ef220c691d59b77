"""How problems are shown, sorted and hinted at."""

from __future__ import annotations

import pytest

from agent.problems import Place, Problem, Problems, did_you_mean


def test_a_problem_is_a_line_with_its_hint_below() -> None:
    """file:line:column: where: what, then the help on a line of its own."""
    problem = Problem("site.yaml", 14, 9, "bells[main]", "this is wrong", "mend it").under("config/")
    assert str(problem) == "config/site.yaml:14:9: bells[main]: this is wrong\n    help: mend it"
    assert str(Problem("a.yaml", 1, 1, "", "empty")) == "a.yaml:1:1: empty"


def test_problems_are_sorted_by_place_and_said_once() -> None:
    """Line 9 comes before line 10, and the same problem twice is one."""
    problems = Problems()
    for line in (10, 9, 9):
        problems.add(Place("b.yaml", line), "", "wrong")
    problems.add(Place("a.yaml", 20, 3), "", "wrong")
    assert [(p.file, p.line) for p in problems.sorted()] == [("a.yaml", 20), ("b.yaml", 9), ("b.yaml", 10)]
    assert len(problems) == 3


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("facebok", ["facebook", "flickr"], "did you mean facebook?"),
        ("zzz", ["b", "a"], "there are: a, b"),
        ("zzz", [], "there are none"),
        ("zzz", [f"name-{n}" for n in range(30)], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str) -> None:
    """The closest word, else all of a few, else nothing."""
    assert did_you_mean(word, known) == hint
