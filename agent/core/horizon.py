"""When an answer changes: the policy asked again at each instant at which it could differ.

`until` of a ruling is the first instant at which verdict or rule could be another, everything but the clock
staying as it is: a bell, midnight, a term, the start or end of an authorisation, the allowance used up.
Only what goes by the clock is another then, so each kind of facts is asked about once (see `kinds` and `days`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import merge
from itertools import product
from math import inf
from typing import NamedTuple

from agent.core.authorisation import Authorisation
from agent.core.days import Days, Stretch
from agent.core.decision import Decision, Needs, Verdict
from agent.core.engine import Engine, Ruling, Situation
from agent.core.kinds import PLACES
from agent.core.policy import Allowance, Policy, Possible
from agent.core.remembered import Remembered
from agent.core.usage import span_end

_USED, _AUTHORISED = PLACES["used"], PLACES["authorised"]


class Horizon:
    """What lies ahead of one engine's rulings, remembered: many differ in nothing that matters later."""

    __slots__ = ("_days", "_engine", "_known", "_memories")

    LIMIT = 20_000

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: Remembered[object, tuple[float, float]] = Remembered(self.LIMIT)
        self._days: dict[str, Days] = {}
        self._memories: Remembered[tuple[str, Possible], _Memory] = Remembered(self.LIMIT)

    def until(self, ruling: Ruling) -> float:
        """The epoch second of `ends(ruling)`; a day from now where no change is in sight. For live traffic.

        Flows share facts, and an answer stays right until it ends.
        """
        now = ruling.at.timestamp()
        # The facts say all but the device, for which there may be a permission, and what may yet turn out to be done.
        key = (ruling.facts, ruling.situation.client.device, ruling.situation.is_picture)
        known = self._known.get(key)
        if known is None or not known[0] <= now < known[1]:
            change = self.ends(ruling)
            known = self._known[key] = (now, change.timestamp() if change else now + 86_400)
        return known[1]

    def ends(self, ruling: Ruling) -> datetime | None:
        """The first instant after `ruling.at` at which its answer could change; None if none is in sight."""
        attempt = self._attempt(ruling)
        return attempt.ends() if attempt else None

    def next_allowed(self, ruling: Ruling) -> datetime | None:
        """The first later instant at which the same attempt would be let through; None if none is in sight."""
        attempt = self._attempt(ruling)
        return attempt.next_allowed() if attempt else None

    def _attempt(self, ruling: Ruling) -> _Attempt | None:
        """What was tried; None for what no policy rules on, which never changes."""
        engine, policy = self._engine, self._engine.policy_of(ruling.situation)
        if policy is None or ruling.facts.category is None:
            return None
        days = self._days.get(policy.id)
        if days is None:
            days = self._days[policy.id] = Days(engine.timetable, engine.policies.kinds[policy.id], engine.presence)
        possible = engine.possible(ruling.situation)
        memory = self._memories.get((policy.id, possible))
        if memory is None:
            memory = self._memories[policy.id, possible] = _Memory(possible)
        return _Attempt(engine, policy, ruling, days, memory)


@dataclass(frozen=True, slots=True)
class _Memory:
    """What is remembered for one policy and one set of possible accounts and activities.

    Both tables are bounded by what the policy's conditions can tell apart.
    """

    possible: Possible
    answers: Remembered[int, Decision | Needs] = field(default_factory=lambda: Remembered(Horizon.LIMIT))
    outlooks: Remembered[object, _Outlook] = field(default_factory=lambda: Remembered(Horizon.LIMIT))


class _Outlook(NamedTuple):
    """What the days ahead have for an attempt: more than one answer, and one that lets it through?"""

    changes: bool
    allows: bool


class _Use(NamedTuple):
    """Minutes used, the part of a kind that they are, from when on, and when they are none again."""

    minutes: int
    part: int
    since: float = -inf
    renewed: float = inf


class _Attempt:
    """One ruling with all held fast but what goes by the clock."""

    __slots__ = (
        "_allowance", "_base", "_days", "_engine", "_kinds", "_memory", "_now", "_permissions", "_place", "_policy",
        "_ruling",
    )  # fmt: skip

    def __init__(self, engine: Engine, policy: Policy, ruling: Ruling, days: Days, memory: _Memory) -> None:
        self._engine, self._ruling, self._days, self._memory = engine, ruling, days, memory
        self._policy, self._allowance = policy.id, policy.allowance
        self._kinds = engine.policies.kinds[policy.id]
        self._base = self._kinds.of(ruling.facts) & ~self._kinds.by_the_clock
        self._now = ruling.at.timestamp()
        self._place = days.place(ruling.situation)
        self._permissions = _to_come(engine, ruling) if engine.authorisations else ()

    def ends(self) -> datetime | None:
        """See `Horizon.ends`."""
        if not self._outlook().changes:
            return None
        ahead = self._ahead(self._spent())
        return next((instant for instant, outcome in ahead if outcome != self._ruling.outcome), None)

    def next_allowed(self) -> datetime | None:
        """See `Horizon.next_allowed`."""
        if not self._outlook().allows:
            return None
        return next((instant for instant, outcome in self._ahead(None) if _lets_through(outcome)), None)

    def _outlook(self) -> _Outlook:
        """Every answer that the days ahead could have, wherever in them: saves walking through weeks in vain."""
        reach = self._days.reach(self._place, self._ruling.at)
        minutes = {0, self._ruling.situation.used, self._allowance.minutes if self._allowance else 0}
        uses = {self._kinds.part(_USED, used): used for used in minutes}
        permitted = (True, False) if self._permissions else (self._ruling.facts.authorised,)
        key = (self._base, reach.kinds, frozenset(uses), permitted)
        known = self._memory.outlooks.get(key)
        if known is None:
            each = [_Use(used, part) for part, used in uses.items()]
            every = {self._outcome(*one) for one in product(reach.stretches, each, permitted)}
            known = self._memory.outlooks[key] = _Outlook(len(every) > 1, any(map(_lets_through, every)))
        return known

    def _ahead(self, spent: _Use | None) -> Iterator[tuple[datetime, Decision | Needs]]:
        """Every later instant at which the answer may be another, with the answer from then on.

        With `spent` also what it would be by then if the allowance were used up as fast as that can be.
        """
        none, use = self._used(0, -inf), self._used(self._ruling.situation.used, self._now)
        for stretch in self._stretches(spent):
            permitted = self._permitted(stretch.starts)
            for one in (use, spent) if spent and spent.since <= stretch.stamp else (use,):
                left = one if stretch.stamp < one.renewed else none
                yield stretch.starts, self._outcome(stretch, left, permitted)

    def _stretches(self, spent: _Use | None) -> Iterable[Stretch]:
        days = self._days.after(self._place, self._ruling.at)
        if not spent and not self._permissions:
            return days
        edges = {edge.timestamp() for one in self._permissions for edge in (one.starts, one.ends)}
        if spent:
            edges.add(spent.since)
        instants = [self._local(edge) for edge in sorted(edges) if edge > self._now]
        return merge(days, [self._days.at(self._place, instant) for instant in instants])

    def _outcome(self, stretch: Stretch, use: _Use, permitted: bool) -> Decision | Needs:
        kind = self._base | stretch.kind | use.part | self._kinds.part(_AUTHORISED, permitted)
        known = self._memory.answers.get(kind)
        if known is None:
            facts = self._ruling.facts._replace(
                period=stretch.period, day=stretch.day, pupils=stretch.pupils, used=use.minutes, authorised=permitted
            )
            known = self._engine.policies.decide(facts, self._memory.possible, self._policy)
            self._memory.answers[kind] = known
        return known

    def _permitted(self, at: datetime) -> bool:
        if not self._permissions:
            return self._ruling.facts.authorised
        return any(permission.holds(at) for permission in self._permissions)

    def _spent(self) -> _Use | None:
        """The allowance used up as fast as that can be; None if it is used up, or if that makes no difference."""
        used = self._ruling.situation.used
        if self._allowance is None or self._allowance.minutes <= used:
            return None
        whole = self._kinds.part(_USED, self._allowance.minutes)
        if whole == self._kinds.part(_USED, used) == self._kinds.part(_USED, 0):
            return None
        # By the stopwatch: minutes of use are not minutes of a clock that is put back.
        return self._used(self._allowance.minutes, self._now + (self._allowance.minutes - used) * 60)

    def _used(self, minutes: int, since: float) -> _Use:
        """So many minutes used from `since` on: they are none again with the next day or week of the allowance."""
        part = self._kinds.part(_USED, minutes)
        if part == self._kinds.part(_USED, 0):
            return _Use(minutes, part, since)
        return _Use(minutes, part, since, _renewed(self._engine, self._allowance, self._local(since)))

    def _local(self, stamp: float) -> datetime:
        return datetime.fromtimestamp(stamp, self._engine.timetable.calendar.zone)


def _lets_through(outcome: Decision | Needs) -> bool:
    """True if an attempt may go through: one that still needs a fact may, too."""
    return isinstance(outcome, Needs) or outcome.verdict is Verdict.ALLOW


def until(engine: Engine, ruling: Ruling) -> datetime | None:
    """See `Horizon.ends`: for one question."""
    return Horizon(engine).ends(ruling)


def next_allowed(engine: Engine, ruling: Ruling) -> datetime | None:
    """See `Horizon.next_allowed`: for one question."""
    return Horizon(engine).next_allowed(ruling)


def situation_at(engine: Engine, situation: Situation, asked: datetime, at: datetime) -> Situation:
    """The situation at a later instant: minutes used begin anew with each day or week of the allowance."""
    policy = engine.policy_of(situation)
    if not situation.used or policy is None:
        return situation
    renewed = _renewed(engine, policy.allowance, asked)
    return situation if at.timestamp() < renewed else replace(situation, used=0)


def _renewed(engine: Engine, allowance: Allowance | None, at: datetime) -> float:
    """The epoch second from which minutes used at `at` are none again; never, where there is no allowance."""
    if allowance is None:
        return inf
    timetable = engine.timetable
    return timetable.instant(span_end(at.astimezone(timetable.calendar.zone), allowance.weekly), 0).timestamp()


def _to_come(engine: Engine, ruling: Ruling) -> tuple[Authorisation, ...]:
    """The permissions that cover this situation, if any of them still begins or ends."""
    situation = ruling.situation
    if situation.authorised is not None or situation.match is None or not engine.authorisations:
        return ()
    service, now = situation.match.service.id, ruling.at.timestamp()
    covering = tuple(a for a in engine.authorisations if a.covers(situation.client, service))
    return covering if any(one.ends.timestamp() > now for one in covering) else ()
