"""The policy: rules read from top to bottom, the first that fits decides. The only file that produces a verdict.

A condition over facts is yes, no, or open where a fact is not known yet (Kleene). The first *yes* decides;
an *open* rule before it might have; if every way the unknown facts could fall gives the same verdict, that
verdict stands, else `Needs` names the facts that matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.catalogue import Category
from agent.core.decision import Decision, Needs, Outcome, Step, Verdict
from agent.core.document import Document
from agent.core.facts import UNDECIDED, Facts
from agent.core.kinds import PLACES, Kinds
from agent.core.remembered import Remembered

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
    """One fact against a set of values. `test` says whether a known value fits; `words` is how it reads.

    `general`: it holds for services by what they are, not because it names them.
    """

    fact: str
    test: Callable[[object], bool]
    words: str
    general: bool = False


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
        checks = tuple((PLACES[c.fact], c.fact in UNDECIDED, c.test) for c in self.conditions)
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

    What is not in `social_media` may be ruled on all the same, but is never counted or recorded. `totals` says
    that staff's use may stand in the anonymous totals.
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
    document: Document = Document()
    totals: bool = True

    @property
    def walk(self) -> tuple[Rule, ...]:
        """The rules in the order in which they are read, the default last."""
        return (*self.rules, self.default)


class PolicySet:
    """Every policy that is loaded, and the one in force. Immutable.

    An answer is remembered for all facts that are alike to the policy; the table is bounded.
    """

    __slots__ = ("_answers", "_traces", "_walks", "in_force", "kinds", "policies")

    LIMIT = 50_000

    def __init__(self, policies: Iterable[Policy], in_force: str | None) -> None:
        self.policies: Mapping[str, Policy] = {policy.id: policy for policy in policies}
        self.in_force = in_force
        self._walks = {
            policy.id: tuple((rule, _decision(rule, policy.id)) for rule in policy.walk)
            for policy in self.policies.values()
        }
        self.kinds: Mapping[str, Kinds] = {
            policy.id: Kinds(condition for rule in policy.walk for condition in rule.conditions)
            for policy in self.policies.values()
        }
        self._answers: Remembered[tuple[str, int, Possible | None], Decision | Needs] = Remembered(self.LIMIT)
        self._traces: Remembered[tuple[str, int], tuple[_Reason, ...]] = Remembered(self.LIMIT)

    def decide(self, facts: Facts, possible: Possible = ANYTHING, policy: str | None = None) -> Decision | Needs:
        """Rule on these facts by `policy` (the one in force by default).

        What is not social media is allowed; without any policy nothing is blocked, and the decision says so.
        """
        name = policy or self.in_force
        if facts.category is None:
            return Decision(Verdict.ALLOW, NOT_SOCIAL, "", name or "")
        if name is None:
            return Decision(Verdict.ALLOW, NO_POLICY, "", "")
        kinds = self.kinds[name]
        kind = kinds.of(facts)
        key = (name, kind, possible if kind & kinds.open else None)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = self._walk(facts, possible, name)
        return known

    def trace(self, facts: Facts, policy: str | None = None) -> tuple[Step, ...]:
        """The walk over these facts, rule by rule, in words; empty for what no policy rules on."""
        name = policy or self.in_force
        if facts.category is None or name is None:
            return ()
        key = (name, self.kinds[name].of(facts))
        reasons = self._traces.get(key)
        if reasons is None:
            reasons = self._traces[key] = _reasons(self.policies[name].walk, facts)
        return tuple([reason if isinstance(reason, Step) else reason.step(facts) for reason in reasons])

    def _walk(self, facts: Facts, possible: Possible, name: str) -> Decision | Needs:
        """The first rule that fits decides, unless a rule before it might yet."""
        open_before = False
        for rule, decision in self._walks[name]:
            fits = rule.fits(facts)
            if fits is None:
                open_before = True
            elif fits:
                return self._complete(facts, possible, name, decision) if open_before else decision
        raise AssertionError("the default of a policy fits everything")

    def _complete(self, facts: Facts, possible: Possible, name: str, certain: Decision) -> Decision | Needs:
        """Try every way the unknown facts could fall. `certain` fits whichever way, if no open rule does."""
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


class _Refused:
    """A rule that did not fit, the condition that failed, and the steps that say so by the fact's value."""

    __slots__ = ("_place", "_rule", "_steps", "_words")

    LIMIT = 1_000

    def __init__(self, rule: str, words: str, place: int) -> None:
        self._rule, self._words, self._place = rule, words, place
        self._steps: Remembered[object, Step] = Remembered(self.LIMIT)

    def step(self, facts: Facts) -> Step:
        """The step in words."""
        value = facts[self._place]
        known = self._steps.get(value)
        if known is None:
            known = self._steps[value] = Step(self._rule, Outcome.NO, f"not so: {self._words} (it is {value})")
        return known


_Reason = Step | _Refused


def _reasons(walk: Sequence[Rule], facts: Facts) -> tuple[_Reason, ...]:
    """Why each rule up to the one that decides fits or not; the same for all facts of one kind."""
    decides = next(place for place, rule in enumerate(walk) if rule.fits(facts))
    return tuple(_reason(rule, facts) for rule in walk[: decides + 1])


def _reason(rule: Rule, facts: Facts) -> _Reason:
    fits = rule.fits(facts)
    if fits is True:
        words = " and ".join(condition.words for condition in rule.conditions)
        return Step(rule.id, Outcome.YES, words or "nothing above it decided")
    if fits is None:
        waiting = next(c for c in rule.conditions if _is_open(c, facts))
        return Step(rule.id, Outcome.OPEN, f"not known yet: {waiting.words}")
    failed = next(c for c in rule.conditions if not _is_open(c, facts) and not c.test(_value(c, facts)))
    return _Refused(rule.id, failed.words, PLACES[failed.fact])


def _value(condition: Condition, facts: Facts) -> object:
    return facts[PLACES[condition.fact]]


def _is_open(condition: Condition, facts: Facts) -> bool:
    return condition.fact in UNDECIDED and _value(condition, facts) is None
