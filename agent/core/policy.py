"""The policy: rules read from top to bottom, the first that fits decides. The only file that produces a verdict.

A condition over facts is yes, no, or open where a fact is not known yet (Kleene). The first *yes* decides;
an *open* rule before it might have; if every way the unknown facts could fall gives the same verdict, that
verdict stands, else `Needs` names the facts that matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.catalogue import Category
from agent.core.decision import Decision, Needs, Outcome, Step, Verdict
from agent.core.facts import UNDECIDED, Facts

_FIELDS = {name: index for index, name in enumerate(Facts._fields)}
ALL_ACCOUNTS = frozenset(Account)
ALL_ACTIVITIES = frozenset(Activity)
NOT_SOCIAL = "not-social-media"
NO_POLICY = "no-policy"


class Monitoring(StrEnum):
    """Whose minutes are recorded under a policy."""

    ALWAYS = "always"
    ON_CONCERN = "on-concern"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact against a set of values. `test` says whether a known value fits; `words` is how it reads."""

    fact: str
    test: Callable[[object], bool]
    words: str


Checks = tuple[tuple[int, bool, Callable[[object], bool]], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions together → a verdict, for a paragraph of the written policy.

    `checks` is the form that the walk reads: place of the fact, whether it may be unknown, its test.
    """

    id: str
    verdict: Verdict
    clause: str
    conditions: tuple[Condition, ...] = ()
    say: str = ""
    locked: bool = False
    checks: Checks = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks = tuple((_FIELDS[c.fact], c.fact in UNDECIDED, c.test) for c in self.conditions)
        object.__setattr__(self, "checks", checks)

    def fits(self, facts: Facts) -> bool | None:
        """True if every condition holds, False if one fails, None if that turns on a fact not known yet."""
        result: bool | None = True
        for index, may_be_unknown, test in self.checks:
            value = facts[index]
            if may_be_unknown and value is None:
                result = None
            elif not test(value):
                return False
        return result


@dataclass(frozen=True, slots=True)
class Allowance:
    """Minutes of personal use a day or a week; the rules say what follows when they are used up."""

    minutes: int
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class Possible:
    """What the facts not known yet could turn out to be, for one client and service."""

    accounts: frozenset[Account] = ALL_ACCOUNTS
    activities: frozenset[Activity] = ALL_ACTIVITIES


ANYTHING = Possible()


@dataclass(frozen=True, slots=True)
class Policy:
    """A school's policy: locked rules first, then its own, then the default, which every policy has.

    What is not in `social_media` may be ruled on all the same, but is never counted or recorded.
    """

    id: str
    title: str
    rules: tuple[Rule, ...]
    default: Rule
    monitoring: Monitoring = Monitoring.NEVER
    retention_days: int = 28
    allowance: Allowance | None = None
    version: str = ""
    source: str = ""
    social_media: frozenset[Category] = frozenset(Category)

    @property
    def walk(self) -> tuple[Rule, ...]:
        """The rules in the order in which they are read, the default last."""
        return (*self.rules, self.default)


class PolicySet:
    """Every policy that is loaded, and the one in force. Immutable."""

    __slots__ = ("_completed", "_walks", "in_force", "policies")

    LIMIT = 20_000
    """Answers by trial that are remembered; each is some 36 walks."""

    def __init__(self, policies: Iterable[Policy], in_force: str | None) -> None:
        self.policies: Mapping[str, Policy] = {policy.id: policy for policy in policies}
        self.in_force = in_force
        self._completed: dict[tuple[Facts, Possible, str], Decision | Needs] = {}
        self._walks = {
            policy.id: tuple((rule, _decision(rule, policy.id)) for rule in policy.walk)
            for policy in self.policies.values()
        }

    def decide(self, facts: Facts, possible: Possible = ANYTHING, policy: str | None = None) -> Decision | Needs:
        """Rule on these facts by `policy` (the one in force by default).

        What is not social media is allowed; without any policy nothing is blocked, and the decision says so.
        """
        name = policy or self.in_force
        if facts.category is None:
            return Decision(Verdict.ALLOW, NOT_SOCIAL, "", name or "")
        if name is None:
            return Decision(Verdict.ALLOW, NO_POLICY, "", "")
        open_before = False
        for rule, decision in self._walks[name]:
            fits = rule.fits(facts)
            if fits is None:
                open_before = True
            elif fits:
                return self._complete(facts, possible, name, decision) if open_before else decision
        raise AssertionError("the default of a policy fits everything")

    def trace(self, facts: Facts, policy: str | None = None) -> tuple[Step, ...]:
        """The walk over these facts, rule by rule, in words; empty for what no policy rules on."""
        name = policy or self.in_force
        if facts.category is None or name is None:
            return ()
        walk = self.policies[name].walk
        decides = next(place for place, rule in enumerate(walk) if rule.fits(facts))
        return tuple(_step(rule, facts) for rule in walk[: decides + 1])

    def _complete(self, facts: Facts, possible: Possible, name: str, certain: Decision) -> Decision | Needs:
        """Try every way the unknown facts could fall. `certain` fits whichever way, if no open rule does."""
        key = (facts, possible, name)
        answer = self._completed.get(key)
        if answer is None:
            if len(self._completed) >= self.LIMIT:
                self._completed.clear()
            answer = self._completed[key] = self._tried(facts, possible, name, certain)
        return answer

    def _tried(self, facts: Facts, possible: Possible, name: str, certain: Decision) -> Decision | Needs:
        accounts = sorted(possible.accounts) if facts.account is None else [facts.account]
        activities = sorted(possible.activities) if facts.activity is None else [facts.activity]
        table = {
            pair: self._known(facts._replace(account=pair[0], activity=pair[1]), name)
            for pair in product(accounts, activities)
        }
        answers = list(table.values())
        if all(answer.verdict is answers[0].verdict for answer in answers):
            return certain if certain in answers else answers[0]
        return Needs(_that_matter({pair: answer.verdict for pair, answer in table.items()}))

    def _known(self, facts: Facts, name: str) -> Decision:
        return next(decision for rule, decision in self._walks[name] if rule.fits(facts))


def _that_matter(table: Mapping[tuple[Account, Activity], Verdict]) -> frozenset[str]:
    """The facts whose value alone can turn the verdict; both, if neither does so alone."""
    needed = set()
    for position, fact in enumerate(UNDECIDED):
        other = 1 - position
        seen: dict[object, Verdict] = {}
        for pair, verdict in table.items():
            if seen.setdefault(pair[other], verdict) is not verdict:
                needed.add(fact)
    return frozenset(needed)


def _decision(rule: Rule, policy: str) -> Decision:
    return Decision(rule.verdict, rule.id, rule.clause, policy, rule.say)


def _step(rule: Rule, facts: Facts) -> Step:
    fits = rule.fits(facts)
    if fits is True:
        words = " and ".join(condition.words for condition in rule.conditions)
        return Step(rule.id, Outcome.YES, words or "nothing above it decided")
    if fits is None:
        waiting = next(c for c in rule.conditions if _is_open(c, facts))
        return Step(rule.id, Outcome.OPEN, f"not known yet: {waiting.words}")
    failed = next(c for c in rule.conditions if not _is_open(c, facts) and not c.test(_value(c, facts)))
    return Step(rule.id, Outcome.NO, f"not so: {failed.words} (it is {_value(failed, facts)})")


def _value(condition: Condition, facts: Facts) -> object:
    return facts[_FIELDS[condition.fact]]


def _is_open(condition: Condition, facts: Facts) -> bool:
    return condition.fact in UNDECIDED and _value(condition, facts) is None
