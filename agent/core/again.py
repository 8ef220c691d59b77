"""One minute of the record, ruled on again: by `PolicySet.decide`, over the facts that the record has kept.

What a policy may ask and the record does not say is tried every way that it could have been; if the verdict turns
on it, the minute cannot be ruled on again, and the answer says what lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from agent.core.accounts import Account, possible_accounts
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Service
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Needs, Verdict
from agent.core.engine import Engine
from agent.core.facts import Facts
from agent.core.policy import Condition, Policy, PolicySet, Possible, Rule
from agent.core.pupils import Pupils
from agent.core.tally import Basis, MinuteKey
from agent.core.timetable import PeriodKind

_WHO = frozenset({"person", "groups"})
MOST_CONDITIONS = 4
"""So many conditions on persons and groups are tried in every combination; of more, all and none."""


class Lack(StrEnum):
    """Why a minute cannot be ruled on again: what the verdict turns on, and the record does not say."""

    GONE = "service-gone"
    OLD_WORDS = "old-words"
    ACCOUNT = "account"
    ACTIVITY = "activity"
    MASKED = "masked-service"
    USED = "minutes-used"
    PERSON = "person-or-group"
    OFFICIAL_USER = "official-user"
    FORM = "form"
    CONCERN = "concern"


class _Choice(NamedTuple):
    """One way in which what the record does not say could have been."""

    service: Service
    used: int
    concern: bool
    official_user: bool
    activity: Activity | None
    policies: PolicySet


class _Ways(NamedTuple):
    """For each field of a `_Choice`, everything that it could have been."""

    services: tuple[Service, ...]
    used: tuple[int, ...]
    concern: tuple[bool, ...]
    official_user: tuple[bool, ...]
    activities: tuple[Activity | None, ...]
    policies: tuple[PolicySet, ...]

    def choices(self) -> Iterator[_Choice]:
        """Each combination."""
        ways = product(self.services, self.used, self.concern, self.official_user, self.activities, self.policies)
        return (_Choice(*way) for way in ways)


_LACKS = (Lack.MASKED, Lack.USED, Lack.CONCERN, Lack.OFFICIAL_USER, Lack.FORM, Lack.PERSON)
"""What the fields of a `_Choice` are when they cannot be told."""


class Again:
    """Rules on minutes of the record by the policy in force of an engine, and remembers."""

    __slots__ = ("_as_if", "_engine", "_known", "policy")

    def __init__(self, engine: Engine) -> None:
        policy = engine.policies.policies.get(engine.policies.in_force or "")
        assert policy is not None, "a minute is ruled on again by a policy"
        self._engine, self.policy = engine, policy
        self._as_if = tuple(PolicySet([one], one.id) for one in _as_if(policy))
        self._known: dict[tuple[object, ...], Verdict | Lack] = {}

    def verdict(self, key: MinuteKey, used: tuple[int, ...]) -> Verdict | Lack:
        """What it would have been, with so many minutes used before it, or any of these; else what lacks."""
        day = self._day(key.minute)
        alike = (day, used, *key._replace(minute=0, person="", device="", revision="", rule="", clause=""))
        known = self._known.get(alike)
        if known is None:
            try:
                known = self._worked_out(key, day, used)
            except ValueError:
                known = Lack.OLD_WORDS
            self._known[alike] = known
        return known

    def is_personal(self, key: MinuteKey) -> bool:
        """True if it would count as personal use, were it allowed."""
        services = self._services(key)
        social = any(service.category in self.policy.social_media for service in services)
        return social and not key.authorisation and key.account != Account.OFFICIAL

    def _worked_out(self, key: MinuteKey, day: DayKind, used: tuple[int, ...]) -> Verdict | Lack:
        """Raises ValueError if a word of the record is none of ours any more."""
        ways = self._ways(key, used)
        if not ways.services:
            return Lack.GONE
        facts = _facts(key, day)
        found = [(choice, self._outcome(facts, choice)) for choice in ways.choices()]
        lacks = [outcome for _, outcome in found if isinstance(outcome, Lack)]
        verdicts = {outcome for _, outcome in found if isinstance(outcome, Verdict)}
        if lacks:
            return min(lacks)
        if len(verdicts) == 1:
            return verdicts.pop()
        # Every combination was tried, so wherever two differ there is one field that alone makes the difference.
        return next(lack for place, lack in enumerate(_LACKS) if _turns(found, place))

    def _outcome(self, facts: Facts, choice: _Choice) -> Verdict | Lack:
        service, policies = choice.service, choice.policies
        facts = facts._replace(
            category=service.category,
            service=service.id,
            used=choice.used,
            concern=choice.concern,
            official_user=choice.official_user,
            activity=choice.activity,
        )
        possible = Possible(possible_accounts(service, choice.official_user), service.activities)
        outcome = policies.decide(facts, possible)
        if isinstance(outcome, Needs):
            return Lack.ACCOUNT if "account" in outcome.facts else Lack.ACTIVITY
        return outcome.verdict

    def _ways(self, key: MinuteKey, used: tuple[int, ...]) -> _Ways:
        return _Ways(
            self._services(key),
            used,
            (False, True) if _asks(self.policy, "concern") else (False,),
            self._official(key),
            _activities(key),
            self._as_if,
        )

    def _services(self, key: MinuteKey) -> tuple[Service, ...]:
        services = self._engine.catalogue.services
        if key.service in services:
            return (services[key.service],)
        return tuple(one for one in services.values() if one.sensitive and one.recorded_as == key.service)

    def _official(self, key: MinuteKey) -> tuple[bool, ...]:
        users = self._engine.official_users
        if key.account == Account.OFFICIAL or key.role in users.roles:
            return (True,)
        return (False, True) if users.persons or users.devices else (False,)

    def _day(self, minute: int) -> DayKind:
        calendar = self._engine.timetable.calendar
        return calendar.day_kind(datetime.fromtimestamp(minute * 60, calendar.zone).date())


def _facts(key: MinuteKey, day: DayKind) -> Facts:
    """What the record says of a minute; the rest is filled in by each choice."""
    return Facts(
        Role(key.role),
        Owner(key.owner),
        DeviceKind(key.device_kind),
        Zone(key.zone),
        Pupils(key.pupils),
        PeriodKind(key.period),
        day,
        None,
        None,
        Account(key.account) if _looked_at(key) else None,
        None,
        bool(key.authorisation),
    )


def _looked_at(key: MinuteKey) -> bool:
    """True if the request was seen, or could not have been: then `unknown` says that it cannot be known."""
    return key.opened or key.basis is Basis.VISIT or key.owner != Owner.SCHOOL


def _activities(key: MinuteKey) -> tuple[Activity | None, ...]:
    if not _looked_at(key):
        return (None,)
    activity = Activity(key.activity)
    # What stood in the form was kept nowhere.
    return (activity, Activity.SCHOOL_SIGN_UP) if activity is Activity.SIGN_UP else (activity,)


def _turns(found: Iterable[tuple[_Choice, Verdict | Lack]], place: int) -> bool:
    """True if one field of the choices can turn the verdict while the others stay."""
    seen: dict[tuple[object, ...], object] = {}
    for choice, verdict in found:
        rest = tuple(id(part) if isinstance(part, Service) else part for part in choice)
        if seen.setdefault((*rest[:place], *rest[place + 1 :]), verdict) is not verdict:
            return True
    return False


def _asks(policy: Policy, fact: str) -> bool:
    return any(condition.fact == fact for rule in policy.walk for condition in rule.conditions)


def _as_if(policy: Policy) -> Iterator[Policy]:
    """The policy for each way in which its conditions on persons and groups could fall: the record has neither."""
    about = [condition for rule in policy.walk for condition in rule.conditions if condition.fact in _WHO]
    about = list(dict.fromkeys(about))
    few = len(about) <= MOST_CONDITIONS
    ways = product((False, True), repeat=len(about)) if few else iter([(way,) * len(about) for way in (False, True)])
    for way in ways:
        falls = dict(zip(about, way, strict=True))
        yield replace(policy, rules=tuple(_fixed(rule, falls) for rule in policy.rules))


def _fixed(rule: Rule, falls: Mapping[Condition, bool]) -> Rule:
    conditions = (
        replace(condition, test=_yes if falls[condition] else _no) if condition in falls else condition
        for condition in rule.conditions
    )
    return replace(rule, conditions=tuple(conditions))


def _yes(_: object) -> bool:
    return True


def _no(_: object) -> bool:
    return False
