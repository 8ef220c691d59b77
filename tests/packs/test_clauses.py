"""The clause map beside a policy: read whole, carried by the engine, printed with its totals."""

from __future__ import annotations

import pytest

from agent.app.build import build
from agent.core.clauses import Clause, ClauseAnswer, ClauseMap
from agent.packs.reading import clauses_json, clauses_text
from tests.packs.bad import IN_FORCE, SMALL_PACK, shipped, small

MAP = b"""
source: small
clauses:
  - clause: "1"
    says: Not in lessons.
    answer: enforced
    rules: [in-lessons, otherwise]
    tests: [not in a lesson, but in a break]
    limit: A phone on its own network is not seen.
  - {clause: "2", part: 3, says: Be kind., answer: for-people, why: Kindness is for people.}
  - {clause: 3, says: Use is watched., answer: evidenced, by: the weekly report}
  - {clause: 4, says: Passwords are asked for., answer: not-relied-on, why: They never are.}
  - {clause: Principles, says: Trust., answer: enforced, rules: [otherwise], tests: [but in a break]}
"""


def loaded() -> ClauseMap:
    """The map above as the engine carries it."""
    built = build({**small(), **SMALL_PACK, "policies/small/clauses.yaml": MAP}, None)
    assert built.engine is not None, "\n".join(map(str, built.problems))
    return built.engine.clauses["small"]


def test_every_key_is_read() -> None:
    """Each entry comes with what was written, in the order of the file; a number need not stand in quotes."""
    found = loaded()
    assert (found.policy, found.source) == ("small", "small")
    assert found.clauses[0] == Clause(
        "1",
        None,
        "Not in lessons.",
        ClauseAnswer.ENFORCED,
        ("in-lessons", "otherwise"),
        ("not in a lesson", "but in a break"),
        limit="A phone on its own network is not seen.",
    )
    assert [(one.name, one.by or one.why) for one in found.clauses[1:4]] == [
        ("2 (3)", "Kindness is for people."),
        ("3", "the weekly report"),
        ("4", "They never are."),
    ]


def test_a_policy_without_a_map_loads() -> None:
    """A school's own policy need not have one; then the engine has none."""
    built = build({**small(), **SMALL_PACK}, None)
    assert built.engine is not None
    assert dict(built.engine.clauses) == {}


def test_a_map_without_its_policy_is_a_problem() -> None:
    """A clause map alone answers nothing."""
    problems = build({**small(), "policies/small/clauses.yaml": MAP}, None).problems
    assert [problem.what for problem in problems] == ["there is no policy.yaml beside this file"]


def test_rules_that_settings_leave_out_count() -> None:
    """A rule that the school's settings leave out is still one that the map may name."""
    policy = shipped()[f"{IN_FORCE}policy.yaml"]
    files = {
        **shipped(),
        "site.yaml": shipped()["site.yaml"].replace(b"settings: {}", b"settings: {personal-devices: yes}"),
    }
    assert b"only-if: {personal-devices: no}" in policy
    assert build(files, None).problems == ()


@pytest.mark.parametrize(
    "line",
    [
        "1  Not in lessons.",
        "    → enforced by in-lessons, otherwise",
        "      proved by  not in a lesson",
        "      not seen   A phone on its own network is not seen.",
        "2 (3)  Be kind.",
        "    → for people: Kindness is for people.",
        "    → evidenced: the weekly report",
        "    → not relied on: They never are.",
        "small (small): 5 answers: 2 enforced, 1 evidenced, 1 for people, 1 not relied on",
    ],
)
def test_the_map_is_printed(line: str) -> None:
    """Each answer with its rules, tests and reasons, and the totals at the end."""
    assert line in clauses_text(loaded()).splitlines()


def test_the_map_as_data() -> None:
    """The same for machines: every key of every entry, and the totals."""
    found = clauses_json(loaded())
    assert found["totals"] == {"enforced": 2, "evidenced": 1, "for-people": 1, "not-relied-on": 1}
    entries = found["clauses"]
    assert isinstance(entries, list)
    assert entries[1] == {
        "clause": "2",
        "part": 3,
        "says": "Be kind.",
        "answer": "for-people",
        "rules": [],
        "tests": [],
        "by": "",
        "why": "Kindness is for people.",
        "limit": "",
    }
