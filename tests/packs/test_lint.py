"""Warnings: what loads but is doubtful is said at its rule, and what is meant stays unsaid."""

from __future__ import annotations

from datetime import date

import pytest

from agent.app.advice import advice
from agent.app.build import build
from tests.packs.bad import small

TODAY = date(2026, 11, 23)
SOCIAL = "category: social-media"


def warnings(
    *rules: str,
    name: str = "odd",
    default: str = "allow",
    head: str = "",
    locked: str = "locked: {include: pupils-and-visitors}\n",
    in_force: bool = False,
    today: date = TODAY,
) -> list[str]:
    """What is said of a policy of these rules, without its place."""
    rows = "\n".join(f"  - {{rule: r{n}, {text}, clause: '', say: No.}}" for n, text in enumerate(rules))
    text = (
        f"policy: {name}\ntitle: A policy\nsocial-media: [social-network, microblog, video-sharing]\n{head}"
        f"monitoring: {{mode: always}}\nretention: {{days: 28}}\n{locked}"
        f"rules:{' []' if not rows else ''}\n{rows}\ndefault: {{rule: otherwise, verdict: {default}, clause: ''}}\n"
    )
    files = {**small(), f"policies/{name}/policy.yaml": text.encode()}
    del files["policies/breaks-without-pupils/policy.yaml"]
    in_site = name if in_force else "plain"
    files["policies/plain/policy.yaml"] = PLAIN
    files["site.yaml"] = files["site.yaml"].replace(b"policy: breaks-without-pupils", f"policy: {in_site}".encode())
    built = build(files, None)
    assert built.engine is not None, "\n".join(map(str, built.problems))
    found = advice(built, built.engine, today)
    assert {problem.file for problem in found} <= {f"policies/{name}/policy.yaml"}
    return [problem.what for problem in found]


PLAIN = b"""
policy: plain
title: A policy that nobody can doubt
social-media: [social-network]
monitoring: {mode: always}
retention: {days: 28}
rules: []
default: {rule: otherwise, verdict: allow, clause: ""}
"""


def block(conditions: str) -> str:
    """A rule that blocks."""
    return f"verdict: block, when: {{{conditions}}}"


def allow(conditions: str) -> str:
    """A rule that allows."""
    return f"verdict: allow, when: {{{conditions}}}"


ALWAYS = [
    ("pupils: [present, absent]", "pupils are present or not"),
    ("account: [official, other, signed-out, unknown]", "the account is official, other, signed-out or unknown"),
    ("zone: classroom", ""),
    ("service: tiktok, category: social-network", ""),
]


@pytest.mark.parametrize(("conditions", "words"), ALWAYS, ids=[row[0] for row in ALWAYS])
def test_a_condition_that_is_always_true(conditions: str, words: str) -> None:
    """A condition that tells nothing apart is said; one that only this catalogue makes empty is not."""
    expected = [f"this condition is always true here: {words}"] if words else []
    assert warnings(block(conditions)) == expected


def test_a_condition_that_another_implies() -> None:
    """What another condition of the rule says already is said to be always true."""
    rule = f"verdict: block, when: {{{SOCIAL}, day: school}}, unless: {{category: wiki, day: weekend}}"
    assert warnings(rule) == [
        "this condition is always true here: it is not wiki",
        "this condition is always true here: the kind of day is not weekend",
    ]


@pytest.mark.parametrize(
    ("name", "rules", "default", "said"),
    [
        pytest.param("no-use", [block(f"{SOCIAL}, period: lesson")], "allow", "its default lets social", id="no, yet"),
        pytest.param("no-use", [block(SOCIAL)], "allow", "", id="no, blocked by a rule"),
        pytest.param("no-use", [allow(f"{SOCIAL}, authorised: yes")], "block", "", id="no, blocked by the default"),
        pytest.param("not-then", [], "allow", "it can only allow", id="not, but never blocked"),
        pytest.param("not-then", [block(f"{SOCIAL}, period: directed")], "allow", "", id="not, blocked then"),
        pytest.param("breaks-only", [], "block", "it can only block", id="breaks, but never allowed"),
        pytest.param("breaks-only", [allow(f"{SOCIAL}, period: break")], "block", "", id="breaks, allowed then"),
        pytest.param("head-authorised", [allow("authorised: yes")], "allow", "it can only allow", id="authorised, yet"),
        pytest.param("head-authorised", [allow("authorised: yes")], "block", "", id="authorised"),
        pytest.param("concern-led", [], "allow", "", id="a name that says nothing of it"),
    ],
)
def test_a_default_that_contradicts_the_name(name: str, rules: list[str], default: str, said: str) -> None:
    """A policy called no-... lets nothing through by default; one that says when or by whom has both verdicts."""
    found = warnings(*rules, name=name, default=default)
    assert len(found) == bool(said)
    assert all(said in what for what in found)


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ("owner: personal, account: other", "only the school's own devices are ever opened"),
        ("owner: [personal, school], account: other", ""),
        ("owner: personal, account: [other, unknown]", ""),
        ("owner: personal", ""),
    ],
)
def test_what_would_need_opening_where_nothing_is_opened(conditions: str, said: str) -> None:
    """A rule that turns on the account or the activity on devices that may not be opened does not fit there."""
    found = warnings(block(f"{SOCIAL}, {conditions}"))
    assert [said in what for what in found] == [True] * bool(said)


SITE = [
    pytest.param([block(f"{SOCIAL}, period: [lesson, registration, assembly]")], [], id="all that there is"),
    pytest.param(
        [block(f"{SOCIAL}, period: [directed, training]")],
        ["no bell of the site has the period training, so this word fits nothing here"],
        id="a period without a bell",
    ),
    pytest.param(
        [block(f"{SOCIAL}, period: lesson")],
        ["assembly or registration is directed time too, but no rule names it: there 'otherwise' decides"],
        id="some directed time",
    ),
    pytest.param([block(f"{SOCIAL}, period: break")], [], id="time that is not directed"),
    pytest.param([block(f"{SOCIAL}, period: closed, zone: unknown")], [], id="what no site has to have"),
]


@pytest.mark.parametrize(("rules", "said"), SITE)
def test_words_that_fit_nothing_at_the_site(rules: list[str], said: list[str]) -> None:
    """A period without a bell, and directed time that is left out, are said of the policy in force alone."""
    assert warnings(*rules, in_force=True) == said
    assert warnings(*rules) == []


def test_a_zone_without_a_network() -> None:
    """A zone that no subnet of the site is in fits nothing."""
    files = small()
    files["site.yaml"] = b"\n".join(line for line in files["site.yaml"].splitlines() if b"zone: hall" not in line)
    text = files["policies/breaks-without-pupils/policy.yaml"].replace(b"pupils: present", b"zone: [hall, office]")
    built = build({**files, "policies/breaks-without-pupils/policy.yaml": text}, None)
    assert built.engine is not None
    assert "the site has no network in the zone hall, so this word fits nothing here" in [
        problem.what for problem in advice(built, built.engine, TODAY)
    ]


CLOSED = "on devices that may not be opened, the rule 'r0' cannot tell"
LOST = [
    pytest.param(
        [allow(f"{SOCIAL}, account: official"), block(SOCIAL)],
        "allow",
        [
            "TikTok and YouTube never show which account acts, so the rule 'r0' does not fit there: "
            "what it allows is blocked there, by the rule 'r1'",
            f"{CLOSED} which account acts: what it allows is blocked there, by the rule 'r1'",
        ],
        id="the school's account",
    ),
    pytest.param(
        [block("service: x, activity: [post, edit]")],
        "allow",
        [f"{CLOSED} what is done there: what it blocks passes there, by the rule 'otherwise'"],
        id="posts",
    ),
    pytest.param(
        [block("service: x, account: other, activity: post")],
        "allow",
        [f"{CLOSED} which account acts and what is done there: what it blocks passes there, by the rule 'otherwise'"],
        id="account and activity",
    ),
    pytest.param(
        [block("service: x, activity: post"), block("service: x, zone: classroom")],
        "allow",
        [f"{CLOSED} what is done there: what it blocks may pass there, by the rule 'otherwise'"],
        id="some of it is blocked all the same",
    ),
    pytest.param([block("service: x, activity: post"), block("service: x")], "allow", [], id="blocked all the same"),
    pytest.param(
        [allow("service: x, account: [official, unknown]")],
        "block",
        [f"{CLOSED} which account acts: it allows there too what is blocked elsewhere, by the rule 'otherwise'"],
        id="the unknown too",
    ),
    pytest.param(
        [block("service: x, account: [other, unknown]"), allow("service: x, group: infants"), block("service: x")],
        "allow",
        [f"{CLOSED} which account acts: it blocks there too what is allowed elsewhere, by the rule 'r1'"],
        id="a group may or may not be meant",
    ),
    pytest.param([block(f"{SOCIAL}, zone: classroom")], "allow", [], id="nothing turns on it"),
]


@pytest.mark.parametrize(("rules", "default", "said"), LOST)
def test_what_is_lost_without_opening(rules: list[str], default: str, said: list[str]) -> None:
    """For each rule that turns on the account or the activity: what happens where neither can be known."""
    assert warnings(*rules, default=default, in_force=True) == said
    assert warnings(*rules, default=default) == []


def test_pupils_are_never_opened() -> None:
    """A rule for pupils that turns on the account does not fit on any device; nothing is lost for staff by it."""
    assert warnings(block("role: pupil, service: x, account: other"), locked="", in_force=True) == [
        "this rule turns on the account, but nobody but staff is ever opened: it does not fit there"
    ]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 9, 1), []),
        (date(2026, 11, 23), ["the policy's review is due on 1 January 2027"]),
        (date(2027, 1, 2), ["the policy's review was due on 1 January 2027 and is over"]),
    ],
    ids=["not yet", "soon", "over"],
)
def test_a_review_that_is_due(today: date, said: list[str]) -> None:
    """The review of the policy in force is said from 90 days before its day, and when it is over."""
    review = "review: {every: 2 years, due: 2027-01-01}\n"
    assert warnings(head=review, in_force=True, today=today) == said
    assert warnings(head=review, today=today) == []


def test_a_written_policy_without_its_map() -> None:
    """A policy that says whose words it carries out should answer them one by one."""
    assert warnings(head="source: somewhere\n") == [
        "no clauses.yaml stands beside this policy, so nothing says how each paragraph is carried out"
    ]
