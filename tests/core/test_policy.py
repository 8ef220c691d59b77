"""First match decides; what is not known yet stays open; the walk is told in words."""

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Decision, Needs, Outcome, Step
from agent.core.facts import Facts
from agent.core.policy import ANYTHING, PolicySet, Possible, Rule
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind

from .build import ALLOW, BLOCK, one_of, policy, rule, used_up

KNOWN = Facts(
    Role.TEACHER,
    Owner.SCHOOL,
    DeviceKind.LAPTOP,
    Zone.CLASSROOM,
    Pupils.PRESENT,
    PeriodKind.LESSON,
    DayKind.SCHOOL,
    Category.SOCIAL_NETWORK,
    "facebook",
    Account.OTHER,
    Activity.VISIT,
)
HELLO = KNOWN._replace(account=None, activity=None)
OFFICIAL = one_of("account", Account.OFFICIAL)
NOT_OFFICIAL = one_of("account", Account.OTHER, Account.SIGNED_OUT, Account.UNKNOWN)
POSTS = one_of("activity", Activity.POST)
EMBEDS = one_of("activity", Activity.EMBED)
LESSON = one_of("period", PeriodKind.LESSON)
BREAK = one_of("period", PeriodKind.BREAK)


def decide(*rules: Rule, facts: Facts = HELLO, possible: Possible = ANYTHING) -> Decision | Needs:
    """What a policy of these rules, with the default to allow, answers."""
    return PolicySet([policy(*rules)], "p").decide(facts, possible)


@pytest.mark.parametrize(
    ("rules", "decided"),
    [
        pytest.param([rule("a", BLOCK, LESSON), rule("b", ALLOW, LESSON)], "a", id="first match"),
        pytest.param([rule("a", BLOCK, BREAK), rule("b", BLOCK, LESSON)], "b", id="the first that fits"),
        pytest.param([rule("l", BLOCK, LESSON, locked=True), rule("a", ALLOW)], "l", id="locked comes first"),
        pytest.param([rule("a", BLOCK, LESSON, BREAK)], "default", id="all conditions together"),
        pytest.param([rule("a", BLOCK, used_up())], "default", id="no rule fits"),
        pytest.param([rule("a", BLOCK), rule("b", ALLOW)], "a", id="a rule without conditions"),
        pytest.param([], "default", id="no rules"),
    ],
)
def test_first_match(rules: list[Rule], decided: str) -> None:
    """The first rule that fits decides, the default if none does, with its clause and its sentence."""
    decision = decide(*rules, facts=KNOWN)
    verdict = next((r.verdict for r in rules if r.id == decided), ALLOW)
    assert decision == Decision(verdict, decided, f"§{decided}", "p", f"say {decided}")


@pytest.mark.parametrize(("used", "decided"), [(0, "default"), (29, "default"), (30, "used-up"), (31, "used-up")])
def test_used(used: int, decided: str) -> None:
    """An allowance is used up with its last minute."""
    decision = decide(rule("used-up", BLOCK, used_up()), facts=KNOWN._replace(used=used))
    assert isinstance(decision, Decision)
    assert decision.rule == decided


@pytest.mark.parametrize(
    ("in_force", "asked", "category", "expected"),
    [
        pytest.param("p", None, None, Decision(ALLOW, "not-social-media", "", "p"), id="not social media"),
        pytest.param(None, None, None, Decision(ALLOW, "not-social-media", "", ""), id="neither, no policy"),
        pytest.param(None, None, Category.WIKI, Decision(ALLOW, "no-policy", "", ""), id="no policy, said so"),
        pytest.param("p", "q", Category.WIKI, Decision(BLOCK, "default", "§default", "q", "say default"), id="another"),
        pytest.param(None, "q", Category.WIKI, Decision(BLOCK, "default", "§default", "q", "say default"), id="asked"),
    ],
)
def test_outside(in_force: str | None, asked: str | None, category: Category | None, expected: Decision) -> None:
    """What is not social media is allowed, and without a policy all is; one may ask by another policy."""
    policies = PolicySet([policy(), policy(default=BLOCK, name="q")], in_force)
    assert policies.decide(KNOWN._replace(category=category), policy=asked) == expected
    if expected.clause == "":
        assert policies.trace(KNOWN._replace(category=category), asked) == ()


ACCOUNT, ACTIVITY = frozenset({"account"}), frozenset({"activity"})


@pytest.mark.parametrize(
    ("rules", "possible", "answer"),
    [
        pytest.param([rule("a", BLOCK, OFFICIAL)], ANYTHING, ACCOUNT, id="turns on the account"),
        pytest.param([rule("a", BLOCK, POSTS)], ANYTHING, ACTIVITY, id="turns on the activity"),
        pytest.param([rule("a", BLOCK, OFFICIAL, POSTS)], ANYTHING, ACCOUNT | ACTIVITY, id="on both"),
        pytest.param([rule("a", BLOCK, OFFICIAL), rule("b", BLOCK, POSTS)], ANYTHING, ACCOUNT | ACTIVITY, id="either"),
        pytest.param([rule("a", ALLOW, OFFICIAL)], ANYTHING, "default", id="the same verdict either way"),
        pytest.param([rule("a", BLOCK, OFFICIAL, BREAK)], ANYTHING, "default", id="closed by a known fact"),
        pytest.param([rule("b", BLOCK, LESSON), rule("a", ALLOW, OFFICIAL)], ANYTHING, "b", id="decided before it"),
        pytest.param([rule("a", ALLOW, OFFICIAL), rule("b", BLOCK, LESSON)], ANYTHING, ACCOUNT, id="open before a yes"),
        pytest.param(
            [rule("a", BLOCK, OFFICIAL), rule("b", BLOCK, NOT_OFFICIAL)],
            ANYTHING,
            "a",
            id="every way blocks, by one rule or the other",
        ),
        pytest.param(
            [rule("a", BLOCK, OFFICIAL)],
            Possible(accounts=frozenset({Account.OTHER, Account.UNKNOWN})),
            "default",
            id="it cannot turn out so",
        ),
        pytest.param(
            [rule("a", BLOCK, OFFICIAL)],
            Possible(accounts=frozenset({Account.OFFICIAL})),
            "a",
            id="it can only turn out so",
        ),
        pytest.param(
            [rule("a", BLOCK, OFFICIAL, POSTS)],
            Possible(accounts=frozenset({Account.OFFICIAL})),
            ACTIVITY,
            id="only the other matters",
        ),
        pytest.param(
            [rule("a", ALLOW, OFFICIAL, POSTS), rule("b", ALLOW, EMBEDS), rule("c", BLOCK, OFFICIAL)],
            ANYTHING,
            ACCOUNT | ACTIVITY,
            id="three open rules",
        ),
    ],
)
def test_kleene(rules: list[Rule], possible: Possible, answer: frozenset[str] | str) -> None:
    """If every way the open rules could fall agrees, that stands, else exactly what matters is needed."""
    outcome = decide(*rules, possible=possible)
    assert (outcome.rule if isinstance(outcome, Decision) else outcome.facts) == answer


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (HELLO._replace(account=Account.OFFICIAL), ACTIVITY),
        (HELLO._replace(account=Account.OTHER), "default"),
        (HELLO._replace(activity=Activity.POST), ACCOUNT),
        (HELLO._replace(activity=Activity.VISIT), "default"),
        (KNOWN._replace(account=Account.OFFICIAL, activity=Activity.POST), "a"),
    ],
    ids=["official", "other", "post", "visit", "both"],
)
def test_partly_known(facts: Facts, answer: frozenset[str] | str) -> None:
    """Of two facts that matter together, one being known leaves at most the other."""
    outcome = decide(rule("a", BLOCK, OFFICIAL, POSTS), facts=facts)
    assert (outcome.rule if isinstance(outcome, Decision) else outcome.facts) == answer


@pytest.mark.parametrize(
    ("tested", "facts", "step"),
    [
        pytest.param(
            rule("a", BLOCK, LESSON, OFFICIAL),
            KNOWN._replace(account=Account.OFFICIAL),
            Step("a", Outcome.YES, "period is lesson and account is official"),
            id="yes",
        ),
        pytest.param(
            rule("a", BLOCK, BREAK), KNOWN, Step("a", Outcome.NO, "not so: period is break (it is lesson)"), id="no"
        ),
        pytest.param(
            rule("a", BLOCK, LESSON, OFFICIAL),
            HELLO,
            Step("a", Outcome.OPEN, "not known yet: account is official"),
            id="open",
        ),
        pytest.param(
            rule("a", BLOCK, OFFICIAL, BREAK),
            HELLO,
            Step("a", Outcome.NO, "not so: period is break (it is lesson)"),
            id="no, with something open before",
        ),
        pytest.param(rule("a", BLOCK), KNOWN, Step("a", Outcome.YES, "nothing above it decided"), id="unconditional"),
    ],
)
def test_step(tested: Rule, facts: Facts, step: Step) -> None:
    """A step says in words which condition settled its rule."""
    assert PolicySet([policy(tested)], "p").trace(facts)[0] == step


def test_trace_ends() -> None:
    """The trace goes rule by rule to the one that decided, and no further."""
    rules = rule("a", BLOCK, OFFICIAL), rule("b", BLOCK, BREAK), rule("c", ALLOW, LESSON), rule("d", BLOCK)
    policies = PolicySet([policy(*rules), policy(rules[1], name="q")], "p")
    outcomes = [(step.rule, step.outcome) for step in policies.trace(HELLO)]
    assert outcomes == [("a", Outcome.OPEN), ("b", Outcome.NO), ("c", Outcome.YES)]
    assert [step.rule for step in policies.trace(KNOWN, "q")] == ["b", "default"]


def test_walk() -> None:
    """A policy is read from its first rule to its default."""
    made = policy(rule("a", BLOCK), rule("b", ALLOW))
    assert [one.id for one in made.walk] == ["a", "b", "default"]
