"""Policy tests run by the engine that rules on traffic, and what they reached of each policy.

A right verdict by the wrong rule fails. Coverage says of each rule whether some case was decided by it, and
whether some case read it and it did not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.core.adopted import adopted
from agent.core.decision import Outcome
from agent.core.engine import Engine
from agent.core.explain import Answer, explain
from agent.core.policy import Policy
from agent.packs.policy_tests import NEVER, Chosen, Expectation, PolicyTest


@dataclass(frozen=True, slots=True)
class Result:
    """How one case came out: `wrong` has a line for each thing that differs, none if it passed."""

    test: PolicyTest
    answer: Answer
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True if everything that was expected was answered."""
        return not self.wrong


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases reached of one policy. The default has nothing to miss: it fits everything."""

    policy: str
    rules: tuple[str, ...]
    decided: frozenset[str]
    missed: frozenset[str]

    @property
    def holes(self) -> tuple[str, ...]:
        """Each rule that no case was decided by, or that no case read without its fitting, in words."""
        never = [f"{rule}: no case is decided by it" for rule in self.rules if rule not in self.decided]
        always = [
            f"{rule}: no case reads it without its fitting" for rule in self.rules[:-1] if rule not in self.missed
        ]
        return (*never, *always)

    @property
    def full(self) -> int:
        """How many rules decided a case and were read in another without fitting."""
        return sum(rule in self.decided and (rule in self.missed or rule == self.rules[-1]) for rule in self.rules)

    @property
    def share(self) -> int:
        """The same in per cent, rounded down."""
        return 100 * self.full // len(self.rules)


def run_tests(engine: Engine, tests: Iterable[PolicyTest]) -> tuple[Result, ...]:
    """Ask the engine every case, in order, each by the policy with the settings that it names."""
    engines: dict[tuple[str, Chosen], Engine] = {}
    results = []
    for test in tests:
        key = (test.policy, test.settings)
        if key not in engines:
            engines[key] = adopted(engine, test.variant or engine.policies.policies[test.policy])
        results.append(_run(engines[key], test))
    return tuple(results)


def coverage(engine: Engine, results: Sequence[Result]) -> tuple[Coverage, ...]:
    """What these results reached, for every policy that has cases or not."""
    return tuple(_coverage(policy, results) for policy in engine.policies.policies.values())


def _run(engine: Engine, test: PolicyTest) -> Result:
    answer = explain(engine, test.query)
    return Result(test, answer, tuple(_differences(test.expected, answer)))


def _differences(expected: Expectation, answer: Answer) -> Iterator[str]:
    if answer.verdict is not expected.verdict:
        yield f"verdict: expected {expected.verdict}, got {answer.verdict}"
    if answer.rule != expected.rule:
        yield f"rule: expected {expected.rule}, got {answer.rule}"
    if expected.asks_until and _stamp(answer.until) != _stamp(expected.until):
        yield f"until: expected {_shown(expected.until)}, got {_shown(answer.until)}"
    if expected.opens is not None and answer.opens is not expected.opens:
        yield f"opens: expected {_yes_no(expected.opens)}, got {_yes_no(answer.opens)}"
    if expected.record is not None and answer.record != expected.record:
        yield f"record: expected {expected.record}, got {answer.record}"


def _coverage(policy: Policy, results: Sequence[Result]) -> Coverage:
    answers = [result.answer for result in results if result.answer.policy == policy.id]
    missed = {step.rule for answer in answers for step in answer.trace if step.outcome is Outcome.NO}
    rules = (*(rule.id for rule in policy.rules), *policy.document.left_out, policy.default.id)
    return Coverage(policy.id, rules, frozenset(answer.rule for answer in answers), frozenset(missed))


def _stamp(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _shown(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else NEVER


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"
