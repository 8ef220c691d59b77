"""A policy read aloud: everything that a staff meeting asks, in words, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agent.core.catalogue import Category
from agent.core.clauses import Clause, ClauseAnswer, ClauseMap
from agent.core.decision import Verdict
from agent.core.document import Document, Review, SettingInForce
from agent.core.policy import Allowance, Condition, Monitoring, Policy, Rule
from agent.packs.reading import read_aloud

TODAY = date(2026, 11, 23)


def condition(words: str) -> Condition:
    """A condition that reads so."""
    return Condition("role", bool, words)


DOCUMENT = Document(
    date(2022, 10, 1),
    "Full Governing Body",
    Review(2, date(2027, 10, 1)),
    ("staff", "trade unions"),
    (
        SettingInForce("daily-minutes", "20 minutes", "30 minutes", "9.1", "Minutes a day."),
        SettingInForce("personal-devices", "no", "no", "", "Staff may use their own."),
    ),
    ("personal-devices",),
)
POLICY = Policy(
    "breaks",
    "Only in breaks",
    (
        Rule("locked", Verdict.BLOCK, "", (condition("the role is pupil"),), "Not here.", locked=True),
        Rule("directed", Verdict.BLOCK, "8.6.2, 9", (condition("it is social media"), condition("it rains")), "Later."),
    ),
    Rule("otherwise", Verdict.ALLOW, "Key Principles"),
    Monitoring.ALWAYS,
    28,
    Allowance(20),
    "5",
    "coppice",
    frozenset({Category.BLOG, Category.SOCIAL_NETWORK}),
    DOCUMENT,
)


def lines(policy: Policy = POLICY, today: date = TODAY, clauses: ClauseMap | None = None) -> list[str]:
    """The reading, with each paragraph on one line again."""
    text = read_aloud(policy, today, ["on devices that may not be opened, the rule 'x' cannot tell it"], clauses)
    joined: list[str] = []
    for line in text.splitlines():
        if line.startswith("  ") and joined and not line.lstrip().startswith("“"):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line.strip())
    return joined


@pytest.mark.parametrize(
    "line",
    [
        "Only in breaks",
        "Policy breaks, version 5, after the written policy 'coppice'.",
        "Adopted on 1 October 2022 by the Full Governing Body.",
        "It is looked at again every 2 years; the next review is due on 1 October 2027.",
        "Consulted: staff, trade unions.",
        "Blog, social network. Nothing else is opened, counted or recorded.",
        "First, what nothing below can lift:",
        "1. Blocked: the role is pupil.",
        "Then the school's own:",
        "2. Blocked: it is social media and it rains (paragraphs 8.6.2, 9).",
        "“Later.”",
        "Allowed: whatever no rule above decides (paragraph “Key Principles”).",
        "daily-minutes: 20 minutes (paragraph 9.1). Minutes a day; the pack's own value is 30 minutes.",
        "personal-devices: no. Staff may use their own.",
        "Left out by these choices: personal-devices.",
        "What is recorded is kept for 28 days, and no longer.",
        "On devices that may not be opened, the rule 'x' cannot tell it.",
        "Totals without persons are counted.",
        "The 20 minutes a day are counted as one number a person in memory, which is never written and gone when the "
        "gateway stops.",
    ],
)
def test_what_is_read(line: str) -> None:
    """Title, adoption, review, each rule in order with its paragraph, settings, record and limits."""
    assert line in lines()


@pytest.mark.parametrize(
    ("policy", "today", "line"),
    [
        pytest.param(POLICY, date(2027, 9, 1), "the next review is due soon, on 1 October 2027.", id="soon"),
        pytest.param(POLICY, date(2027, 10, 2), "the review was due on 1 October 2027 and is over.", id="over"),
        pytest.param(
            replace(POLICY, document=Document()), TODAY, "When and by which body it was adopted is not said.", id="bare"
        ),
        pytest.param(
            replace(POLICY, monitoring=Monitoring.ON_CONCERN), TODAY, "unless an approved case concerns", id="concern"
        ),
        pytest.param(replace(POLICY, monitoring=Monitoring.NEVER), TODAY, "Nobody's use is recorded.", id="never"),
        pytest.param(replace(POLICY, allowance=Allowance(60, True)), TODAY, "The 60 minutes a week", id="weekly"),
        pytest.param(replace(POLICY, retention_days=1), TODAY, "kept for 1 day, and", id="one day"),
    ],
)
def test_what_differs(policy: Policy, today: date, line: str) -> None:
    """Each kind of monitoring, and each state of the review, reads as what it is."""
    assert any(line in read for read in lines(policy, today))


def test_nothing_is_said_of_what_is_not_there() -> None:
    """Without settings, totals or an allowance their sentences are not there either."""
    bare = replace(POLICY, document=Document(), totals=False, allowance=None, monitoring=Monitoring.NEVER)
    text = "\n".join(lines(bare))
    for words in ("What the school has chosen", "Totals", "one number a person", "is kept for", "Consulted"):
        assert words not in text


def test_the_limits_of_paragraphs_are_read() -> None:
    """What the clause map says the gateway cannot see stands among the limits."""
    clause = Clause("2.3", 1, "Any device.", ClauseAnswer.FOR_PEOPLE, why="x", limit="A phone is not seen.")
    assert "2.3 (1): A phone is not seen." in lines(clauses=ClauseMap("breaks", "coppice", (clause,)))
