"""When an answer changes: the engine asked again at each instant at which it could differ.

`until` of a ruling is the first instant at which verdict or rule could be another, everything but the clock
staying as it is: a bell, midnight, a term, the start or end of an authorisation, the allowance used up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from heapq import merge
from itertools import product
from typing import NamedTuple

from agent.core.calendar import DayKind
from agent.core.decision import Decision, Verdict
from agent.core.engine import Engine, Ruling, Situation
from agent.core.facts import Facts
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind
from agent.core.usage import span_end

HORIZON_DAYS = 70
"""Longer than the longest holiday; what does not change in it is said not to change."""


class Horizon:
    """`until` for live traffic, remembered: flows share facts, and an answer stays right until it ends."""

    __slots__ = ("_engine", "_known")

    LIMIT = 20_000

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[object, tuple[float, float]] = {}

    def until(self, ruling: Ruling) -> float:
        """The epoch second of `until(ruling)`; a day from now where no change is in sight."""
        now = ruling.at.timestamp()
        # The facts say all but the device, for which there may be a permission.
        key = (ruling.facts, ruling.situation.client.device)
        known = self._known.get(key)
        if known is None or not known[0] <= now < known[1]:
            change = until(self._engine, ruling)
            known = (now, change.timestamp() if change else now + 86_400)
            if len(self._known) >= self.LIMIT:
                self._known.clear()
            self._known[key] = known
        return known[1]


class _Spent(NamedTuple):
    """The earliest instant at which the allowance could be used up, and what is so from then on."""

    at: datetime
    situation: Situation


def until(engine: Engine, ruling: Ruling) -> datetime | None:
    """The first instant after `ruling.at` at which its answer could change; None if none is in sight."""
    spent = _allowance_spent(engine, ruling)
    edges = [spent.at] if spent else []
    for instant in merge(_instants(engine, ruling), edges, key=datetime.timestamp):
        if _later(engine, ruling, instant).answer != ruling.answer:
            return instant
        if spent and spent.at.timestamp() <= instant.timestamp():
            used_up = situation_at(engine, spent.situation, spent.at, instant)
            if engine.rule_on(used_up, instant).answer != ruling.answer:
                return instant
    return None


def next_allowed(engine: Engine, ruling: Ruling) -> datetime | None:
    """The first later instant at which the same attempt would be let through; None if none is in sight."""
    for instant in _instants(engine, ruling):
        outcome = _later(engine, ruling, instant).outcome
        if not isinstance(outcome, Decision) or outcome.verdict is Verdict.ALLOW:
            return instant
    return None


def _instants(engine: Engine, ruling: Ruling) -> Iterator[datetime]:
    client, timetable = ruling.situation.client, engine.timetable
    if ruling.facts.category is None or not _ever_changes(engine, ruling):
        return iter(())
    bells = [
        timetable.changes(ruling.at, timetable.bell_of(client), client.person, HORIZON_DAYS),
        timetable.changes(ruling.at, timetable.bell_of_zone(client.zone), None, HORIZON_DAYS),
    ]
    return merge(*bells, _authorisation_edges(engine, ruling), key=datetime.timestamp)


def _later(engine: Engine, ruling: Ruling, at: datetime) -> Ruling:
    return engine.rule_on(situation_at(engine, ruling.situation, ruling.at, at), at)


def situation_at(engine: Engine, situation: Situation, asked: datetime, at: datetime) -> Situation:
    """The situation at a later instant: minutes used begin anew with each day or week of the allowance."""
    policy = engine.policy_of(situation)
    if not situation.used or policy is None or policy.allowance is None:
        return situation
    zone = engine.timetable.calendar.zone
    renewed = span_end(asked.astimezone(zone), policy.allowance.weekly)
    return replace(situation, used=0) if at.astimezone(zone).date() >= renewed else situation


def _allowance_spent(engine: Engine, ruling: Ruling) -> _Spent | None:
    policy = engine.policy_of(ruling.situation)
    if policy is None or policy.allowance is None or ruling.facts.category is None:
        return None
    left = policy.allowance.minutes - ruling.situation.used
    if left <= 0:
        return None
    # By the stopwatch: minutes of use are not minutes of a clock that is put back.
    instant = datetime.fromtimestamp(ruling.at.timestamp() + left * 60, engine.timetable.calendar.zone)
    return _Spent(instant, replace(ruling.situation, used=policy.allowance.minutes))


def _authorisation_edges(engine: Engine, ruling: Ruling) -> list[datetime]:
    situation = ruling.situation
    if situation.authorised is not None or situation.match is None:
        return []
    service, zone = situation.match.service.id, engine.timetable.calendar.zone
    covering = [a for a in engine.authorisations if a.covers(situation.client, service)]
    edges = [edge.astimezone(zone) for a in covering for edge in (a.starts, a.ends)]
    return sorted((e for e in edges if e.timestamp() > ruling.at.timestamp()), key=datetime.timestamp)


def _ever_changes(engine: Engine, ruling: Ruling) -> bool:
    """False if no period, day, permission or use could change the answer: saves walking weeks for pupils."""
    if _authorisation_edges(engine, ruling):
        return True
    policy, used = engine.policy_of(ruling.situation), {ruling.situation.used}
    if policy and policy.allowance:
        used |= {0, policy.allowance.minutes}
    possible = engine.possible(ruling.situation)
    for facts, minutes in product(_through_time(ruling), used):
        outcome = engine.policies.decide(facts._replace(used=minutes), possible, ruling.situation.policy)
        if outcome != ruling.outcome:
            return True
    return False


def _through_time(ruling: Ruling) -> Iterator[Facts]:
    """The facts of a ruling in every period and kind of day, pupils there or not."""
    pupils = [ruling.situation.pupils] if ruling.situation.pupils else [Pupils.PRESENT, Pupils.ABSENT]
    for period, day, presence in product(PeriodKind, DayKind, pupils):
        yield ruling.facts._replace(period=period, day=day, pupils=presence)
