"""Settings: words of conditions, and policy tests under both of their values."""

from __future__ import annotations

import pytest

from agent.app.build import Built, build
from agent.core.policy import Policy
from agent.packs.policy_runs import coverage, run_tests
from tests.packs.bad import small

POLICY = b"""
policy: odd
title: A policy with settings
social-media: [social-network, microblog]
monitoring: {mode: always}
retention: {days: 28}
settings:
  wiki_edit: {type: choice, choices: [enforce, people], default: enforce, clause: "1", says: Who holds edits back.}
  lesson-time: {type: choice, choices: [lesson, directed], default: lesson, clause: "1", says: What a lesson is.}
rules:
  - {rule: edits, verdict: block, only-if: {wiki_edit: enforce}, when: {service: x}, clause: "1", say: No.}
  - {rule: lessons, verdict: block, when: {category: social-media, period: $lesson-time}, clause: "1", say: No.}
  - {rule: not-then, verdict: allow, when: {service: x}, unless: {period: $lesson-time}, clause: "1"}
default: {rule: otherwise, verdict: allow, clause: ""}
"""
LESSON, REGISTRATION = "at: 2026-11-23T09:30", "at: 2026-11-23T08:50"
FACEBOOK, X = "host: facebook.com", "host: x.com"


def built(tests: str = "", site: bytes = b"") -> Built:
    """The policy above beside the shipped one, with these tests; `site` are the school's settings."""
    files = {**small(), "policies/odd/policy.yaml": POLICY}
    if tests:
        files["policies/odd/policy.test.yaml"] = f"policy: odd\n{tests}".encode()
    if site:
        text = files["site.yaml"].replace(b"policy: breaks-without-pupils", b"policy: odd")
        files["site.yaml"] = text.replace(b"settings: {}", b"settings: " + site)
    found = build(files, None)
    assert found.engine is not None, "\n".join(map(str, found.problems))
    return found


def outcomes(tests: str, site: bytes = b"") -> list[tuple[str, ...]]:
    """What is wrong with each case."""
    found = built(tests, site)
    assert found.engine is not None
    return [result.wrong for result in run_tests(found.engine, found.tests)]


def case(words: str, what: str, rule: str, verdict: str, more: str = "") -> str:
    """One case on a line."""
    return f"  - {{case: {words}, {what}, {more}expect: {{verdict: {verdict}, rule: {rule}}}}}\n"


BY_CASE = (
    "cases:\n"
    + case("held back", f"{LESSON}, {X}", "edits", "block")
    + case("left to people", f"{LESSON}, {X}", "lessons", "block", "settings: {wiki_edit: people}, ")
    + case("a lesson alone", f"{REGISTRATION}, {FACEBOOK}", "otherwise", "allow")
    + case(
        "all directed time", f"{REGISTRATION}, {FACEBOOK}", "lessons", "block", "settings: {lesson-time: directed}, "
    )
)
BY_GROUP = (
    "cases:\n"
    + case("held back", f"{LESSON}, {X}", "edits", "block")
    + "groups:\n- group: left to people\n  settings: {wiki_edit: people}\n  cases:\n"
    + case("in a lesson", f"{LESSON}, {X}", "lessons", "block")
    + case("both", f"{REGISTRATION}, {X}", "lessons", "block", "settings: {lesson-time: directed}, ")
    + case("the case comes first", f"{LESSON}, {X}", "edits", "block", "settings: {wiki_edit: enforce}, ")
    + case("after it", f"{REGISTRATION}, {X}", "not-then", "allow")
)


@pytest.mark.parametrize("tests", [BY_CASE, BY_GROUP], ids=["by case", "by group"])
@pytest.mark.parametrize(
    "site",
    [b"", b"{}", b"{wiki_edit: people}", b"{lesson-time: directed}"],
    ids=["not in force", "in force", "another choice", "another time"],
)
def test_cases_stand_on_the_packs_own_values(tests: str, site: bytes) -> None:
    """A case has the pack's values but for those that it names, whatever the school has chosen."""
    assert [wrong for wrong in outcomes(tests, site) if wrong] == []


def test_a_wrong_expectation_under_a_setting_fails() -> None:
    """The settings of a case are not decoration: with the other value the same expectation is wrong."""
    text = "cases:\n" + case("held back", f"{LESSON}, {X}", "edits", "block", "settings: {wiki_edit: people}, ")
    assert outcomes(text) == [("rule: expected edits, got lessons",)]


def test_coverage_counts_rules_that_are_left_out() -> None:
    """A rule that the settings in force leave out must be reached by a case under the other value."""
    found = built(BY_GROUP, b"{wiki_edit: people}")
    assert found.engine is not None
    reached = {one.policy: one for one in coverage(found.engine, run_tests(found.engine, found.tests))}["odd"]
    assert reached.rules == ("lessons", "not-then", "edits", "otherwise")
    assert reached.holes == (
        "otherwise: no case is decided by it",
        "not-then: no case reads it without its fitting",
        "edits: no case reads it without its fitting",
    )
    assert (reached.full, reached.share) == (1, 25)


def policy(site: bytes) -> Policy:
    """The policy in force with these choices."""
    found = built(site=site)
    assert found.engine is not None
    return found.engine.policies.policies["odd"]


def test_the_document_says_what_was_chosen() -> None:
    """Every setting stands with its value and the pack's own, and the rules that are left out by name."""
    document = policy(b"{wiki_edit: people}").document
    assert [(one.name, one.value, one.default, one.changed) for one in document.settings] == [
        ("wiki_edit", "people", "enforce", True),
        ("lesson-time", "lesson", "lesson", False),
    ]
    assert document.left_out == ("edits",)


def test_the_word_of_a_setting_is_the_conditions() -> None:
    """A condition that a setting names reads as the word that was chosen."""
    words = [condition.words for rule in policy(b"{lesson-time: directed}").rules for condition in rule.conditions]
    assert "the period is directed" in words
    assert "the period is not directed" in words
