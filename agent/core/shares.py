"""What a policy opens, and why: every kind of client at every service in every period, ruled on by the name.

The share of cases in which a connection must be decrypted is the price of a policy; each is laid to the rule that
turns on what only the inside can tell, or that blocks and shows why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from agent.core.calendar import DayKind
from agent.core.catalogue import Match, Service
from agent.core.clients import STAFF, Client, DeviceKind, Owner, Role, Zone
from agent.core.decision import Needs, Outcome, Verdict
from agent.core.engine import Engine, Situation
from agent.core.facts import UNDECIDED, Facts
from agent.core.policy import Policy
from agent.core.pupils import pupils_at
from agent.core.timetable import PeriodKind

ZONES = (Zone.CLASSROOM, Zone.STAFF_ROOM)
"""Where pupils are about in lessons, and where they never are."""


_TOLD = Client(Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.CLASSROOM, inspectable=True)
"""Somebody whose device may be opened."""


class Who(StrEnum):
    """Kinds of clients."""

    OFFICIAL = "official-users"
    STAFF = "other-staff"
    OWN_DEVICE = "staff-own-device"
    OTHERS = "others"


class Reason(StrEnum):
    """What a connection is opened for."""

    ACCOUNT = "account"
    ACTIVITY = "activity"
    BOTH = "account-and-activity"
    PAGE = "block-page"


class Opened(NamedTuple):
    """Who is opened, what for, and the rules that are the reason."""

    who: Who
    reason: Reason
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """How many cases there are of each kind of client, and how many of them are opened."""

    policy: Policy
    cases: Mapping[Who, int]
    opened: Mapping[Opened, int]

    def of(self, *reasons: Reason) -> float:
        """The share of all cases that is opened for these reasons, from 0 to 1."""
        return sum(n for one, n in self.opened.items() if one.reason in reasons) / sum(self.cases.values())


def shares(engine: Engine) -> Shares:
    """The shares of the policy in force of this engine, without a permission and with minutes left."""
    policy = engine.policies.policies[engine.policies.in_force or ""]
    cases: Counter[Who] = Counter()
    opened: Counter[Opened] = Counter()
    for who, situation, facts, alike in _cases(engine, policy):
        cases[who] += alike
        found = _opened(policy, engine, situation, facts)
        if found:
            opened[Opened(who, *found)] += alike
    return Shares(policy, cases, opened)


def _cases(engine: Engine, policy: Policy) -> Iterator[tuple[Who, Situation, Facts, int]]:
    """Each case once for all services that are alike to the policy, and how many these are."""
    alike = list(_alike(engine, policy))
    for (who, client), (match, count), period in product(_clients(), alike, PeriodKind):
        situation = Situation(client, match, official_user=who is Who.OFFICIAL)
        yield who, situation, _facts(situation, match, period), count


def _alike(engine: Engine, policy: Policy) -> Iterator[tuple[Match, int]]:
    """One service of those for which every condition falls alike, as does what is open; and how many these are."""
    kinds, found = engine.policies.kinds[policy.id], dict[object, list[Match]]()
    for match in filter(None, map(_page, engine.catalogue.services.values())):
        asked = [Situation(_TOLD, match, official_user=official) for official in (True, False)]
        kind = kinds.of(_facts(asked[0], match, PeriodKind.LESSON))
        found.setdefault((kind, *map(engine.possible, asked), engine.can_open(asked[0])), []).append(match)
    for matches in found.values():
        yield matches[0], len(matches)


def _clients() -> Iterator[tuple[Who, Client]]:
    for role, zone in product(Role, ZONES):
        if role in STAFF:
            told = Client(role, Owner.SCHOOL, DeviceKind.LAPTOP, zone, inspectable=True)
            yield Who.OFFICIAL, told
            yield Who.STAFF, told
            yield Who.OWN_DEVICE, Client(role, Owner.PERSONAL, DeviceKind.PHONE, zone)
        else:
            yield Who.OTHERS, Client(role, Owner.SCHOOL, DeviceKind.LAPTOP, zone, inspectable=True)


def _page(service: Service) -> Match | None:
    """The host that people go to first; None for a service that has shut down, or whose hosts are in a list."""
    first = next(service.entries(), None)
    if service.closed or first is None:
        return None
    host, kind = first
    return Match(service, kind, host.name)


def _facts(situation: Situation, match: Match, period: PeriodKind) -> Facts:
    client, service = situation.client, match.service
    return Facts(
        client.role,
        client.owner,
        client.kind,
        client.zone,
        pupils_at(client.zone, DayKind.SCHOOL, period),
        period,
        DayKind.SCHOOL,
        service.category,
        service.id,
        None,
        None,
        official_user=bool(situation.official_user),
    )


def _opened(
    policy: Policy, engine: Engine, situation: Situation, facts: Facts
) -> tuple[Reason, tuple[str, ...]] | None:
    """Why this is opened and by which rules; None if it is ruled on by the name."""
    if not engine.can_open(situation):
        return None
    outcome = engine.policies.decide(facts, engine.possible(situation))
    if isinstance(outcome, Needs):
        return _reason(outcome), tuple(_turning(policy, engine, facts, outcome))
    return (Reason.PAGE, (outcome.rule,)) if outcome.verdict is Verdict.BLOCK else None


def _reason(needs: Needs) -> Reason:
    if len(needs.facts) == len(UNDECIDED):
        return Reason.BOTH
    return Reason.ACCOUNT if "account" in needs.facts else Reason.ACTIVITY


def _turning(policy: Policy, engine: Engine, facts: Facts, needs: Needs) -> Iterator[str]:
    """The rules that turn on what is needed: the one that holds if none of them does, is not among them."""
    rules = {rule.id: rule for rule in policy.walk}
    steps = engine.policies.trace(facts)
    otherwise = rules[steps[-1].rule].verdict
    for step in steps[:-1]:
        rule = rules[step.rule]
        asks = not needs.facts.isdisjoint(condition.fact for condition in rule.conditions)
        if step.outcome is Outcome.OPEN and asks and rule.verdict is not otherwise:
            yield rule.id
