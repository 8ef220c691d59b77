"""Rulings → active minutes, minimised on the way in: what the store may hold is decided here.

A minute has the basis *visit* if a person's own request was seen, else *contact*: the name alone was seen,
in a run of at least 3 such minutes within 5. Memory is bounded by active client × service pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.decision import Decision, Mode, Verdict
from agent.core.engine import Ruling

RUN_MINUTES = 3
RUN_WINDOW = 5


class Basis(StrEnum):
    """What an active minute stands on."""

    VISIT = "visit"
    CONTACT = "contact"


class MinuteKey(NamedTuple):
    """Everything that tells one active minute from another. `minute` counts whole minutes since the epoch.

    `person` and `device` are ids here, in memory; the store writes them only as that day's pseudonyms.
    """

    minute: int
    person: str
    device: str
    zone: str
    role: str
    owner: str
    device_kind: str
    pupils: str
    service: str
    category: str
    activity: str
    basis: Basis
    account: str
    verdict: Verdict
    mode: Mode
    rule: str
    clause: str
    authorisation: str
    period: str
    policy: str
    revision: str
    opened: bool


@dataclass(slots=True)
class Counts:
    """What happened in an active minute."""

    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def add(self, other: Counts) -> None:
        """Sum the two."""
        self.requests += other.requests
        self.bytes_up += other.bytes_up
        self.bytes_down += other.bytes_down


Minutes = dict[MinuteKey, Counts]


class Tally:
    """Adds up active minutes until they are taken away; one for each worker, no lock."""

    __slots__ = ("_ready", "_recent", "_waiting")

    def __init__(self) -> None:
        self._ready: Minutes = {}
        self._waiting: dict[tuple[str, str, str], Minutes] = {}
        self._recent: dict[tuple[str, str, str], dict[int, bool]] = {}

    def add(self, ruling: Ruling, revision: str, counts: Counts, opened: bool, visits: bool = True) -> tuple[int, ...]:
        """Count one ruling; the minutes of this person that now stand, in order, for an allowance to count.

        With a contact that completes or goes on with a run these are all of the run that were let through.

        What stands is kept only if the ruling is to be recorded; the rest goes no further than this answer.
        Without `visits` nobody is at it any more (see `sitting`): an open page that asks by itself is a contact.
        """
        if not ruling.counts or not isinstance(ruling.outcome, Decision):
            return ()
        key = _key(ruling, ruling.outcome, revision, opened, visits)
        if key.basis is Basis.CONTACT:
            return self._contact(key, counts, ruling.recorded)
        if ruling.recorded:
            _sum(self._ready, key, counts)
        return (key.minute,)

    def take(self) -> Minutes:
        """Everything that stands and has not been taken."""
        ready, self._ready = self._ready, {}
        return ready

    def forget_before(self, minute: int) -> None:
        """Drop contacts that can no longer become a run."""
        oldest = minute - RUN_WINDOW
        for pair in [p for p, recent in self._recent.items() if next(reversed(recent)) <= oldest]:
            self._recent.pop(pair)
            self._waiting.pop(pair, None)

    def _contact(self, key: MinuteKey, counts: Counts, recorded: bool) -> tuple[int, ...]:
        pair = (key.person, key.device, key.service)
        before = self._recent.get(pair, {})
        recent = {m: use for m, use in before.items() if key.minute - RUN_WINDOW < m <= key.minute}
        if key.minute not in recent:
            recent[key.minute] = False
            # What can no longer be part of a run is dropped, or contacts that never make one would pile up.
            waiting = self._waiting.get(pair, {})
            self._waiting[pair] = {k: sums for k, sums in waiting.items() if k.minute in recent}
        recent[key.minute] |= key.verdict is Verdict.ALLOW
        self._recent[pair] = recent
        if recorded:
            _sum(self._waiting.setdefault(pair, {}), key, counts)
        if len(recent) < RUN_MINUTES:
            return ()
        for late, sums in self._waiting.pop(pair, {}).items():
            _sum(self._ready, late, sums)
        return tuple(minute for minute, use in recent.items() if use)


def _sum(into: Minutes, key: MinuteKey, counts: Counts) -> None:
    sums = into.get(key)
    if sums is None:
        into[key] = Counts(counts.requests, counts.bytes_up, counts.bytes_down)
    else:
        sums.add(counts)


def _key(ruling: Ruling, decision: Decision, revision: str, opened: bool, visits: bool) -> MinuteKey:
    client, facts, match = ruling.situation.client, ruling.facts, ruling.situation.match
    assert match is not None, "only a catalogued service is recorded"
    service, sensitive = match.service, match.service.sensitive
    activity = facts.activity or Activity.UNKNOWN
    seen = visits and activity.by_a_person and not ruling.situation.at_hello
    return MinuteKey(
        minute=int(ruling.at.timestamp()) // 60,
        person=client.person or "",
        device=client.device or "",
        zone=client.zone,
        role=client.role,
        owner=client.owner,
        device_kind=client.kind,
        pupils=facts.pupils,
        service=service.recorded_as,
        category="social-media" if sensitive else service.category,
        activity=activity.recorded_as,
        basis=Basis.VISIT if seen else Basis.CONTACT,
        account=facts.account or Account.UNKNOWN,
        verdict=decision.verdict,
        mode=ruling.mode,
        # A rule or a permission that names dating would tell what the service's name may not.
        rule="" if sensitive else decision.rule,
        clause="" if sensitive else decision.clause,
        authorisation="" if sensitive else ruling.authorisation,
        period=facts.period,
        policy=decision.policy,
        revision=revision,
        opened=opened,
    )
