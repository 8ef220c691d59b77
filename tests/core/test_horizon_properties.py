"""`until` and the next allowed time, against the engine itself asked at other instants."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.authorisation import Authorisation
from agent.core.clients import Role
from agent.core.decision import Decision
from agent.core.engine import Engine, Ruling, Situation
from agent.core.horizon import Horizon, next_allowed, situation_at, until
from agent.core.policy import Policy

from .build import ALLOW, BLOCK, at, engine
from .strategies import instants, later, policies, situations

FAR = 70 * 1440
PERMISSIONS = (
    Authorisation(
        "1",
        at("2026-11-23T10:10"),
        at("2026-11-23T14:20"),
        "open day",
        roles=frozenset({Role.TEACHER}),
        services=frozenset({"facebook"}),
    ),
    Authorisation("2", at("2026-10-24T23:30"), at("2026-10-25T01:30+00:00"), "night", devices=frozenset({"laptop-01"})),
)


def made(policy: Policy) -> Engine:
    """An engine with two permissions and a subject of a case."""
    return engine(policy, authorisations=PERMISSIONS, subjects=["teacher-01"])


def again(ruler: Engine, ruling: Ruling, instant: datetime, spent: bool = False) -> Ruling:
    """The same attempt at a later instant; `spent`: having used the whole allowance by the first chance."""
    situation, asked = ruling.situation, ruling.at
    policy = ruler.policy_of(situation)
    if spent and policy and policy.allowance:
        asked = later(asked, policy.allowance.minutes - situation.used)
        situation = replace(situation, used=policy.allowance.minutes)
    return ruler.rule_on(situation_at(ruler, situation, asked, instant), instant)


def first_use_up(ruler: Engine, ruling: Ruling) -> float:
    """Minutes until the allowance could be used up; far away if it cannot be any more."""
    policy = ruler.policy_of(ruling.situation)
    left = policy.allowance.minutes - ruling.situation.used if policy and policy.allowance else 0
    return left if left > 0 else FAR


@settings(max_examples=120, deadline=None)
@given(policies(), situations(), instants(), st.lists(st.floats(0, 0.999), min_size=4, max_size=4))
def test_until(policy: Policy, situation: Situation, start: datetime, parts: list[float]) -> None:
    """Before `until` the answer is the same, however the minutes are used; at `until` it may be another."""
    ruler = made(policy)
    ruling = ruler.rule_on(situation, start)
    end = until(ruler, ruling)
    length = (end.timestamp() - start.timestamp()) / 60 if end else FAR
    for part in parts:
        passed = length * part
        instant = later(start, passed)
        assert again(ruler, ruling, instant).answer == ruling.answer
        if first_use_up(ruler, ruling) <= passed < 1440 - start.hour * 60 - start.minute - 60:
            assert again(ruler, ruling, instant, spent=True).answer == ruling.answer
    if end:
        changed = again(ruler, ruling, end).answer != ruling.answer
        assert changed or (
            length >= first_use_up(ruler, ruling)
            and ruler.rule_on(replace(situation, used=policy.allowance.minutes if policy.allowance else 0), end).answer
            != ruling.answer
        )


@settings(max_examples=20, deadline=None)
@given(policies(), st.lists(situations(), min_size=2, max_size=4), instants())
def test_remembered(policy: Policy, several: list[Situation], start: datetime) -> None:
    """What is remembered of one flow is right for every other that it is used for."""
    ruler = made(policy)
    horizon = Horizon(ruler)
    for situation in (*several, *several):
        ruling = ruler.rule_on(situation, start)
        end = until(ruler, ruling)
        assert horizon.until(ruling) == (end.timestamp() if end else start.timestamp() + 86_400)


@settings(max_examples=25, deadline=None)
@given(policies(), situations(), instants())
def test_next_allowed(policy: Policy, situation: Situation, start: datetime) -> None:
    """The next allowed time is the first minute of the next two days that lets the same attempt through."""
    ruler = made(policy)
    ruling = ruler.rule_on(situation, start)
    if not isinstance(ruling.outcome, Decision) or ruling.outcome.verdict is not BLOCK:
        return
    found = next_allowed(ruler, ruling)
    for passed in range(1, 2 * 1440):
        instant = later(start, passed)
        outcome = again(ruler, ruling, instant).outcome
        if not isinstance(outcome, Decision) or outcome.verdict is ALLOW:
            assert found == instant
            return
    assert found is None or found.timestamp() >= later(start, 2 * 1440).timestamp()
