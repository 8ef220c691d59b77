"""Which services are any concern of ours for a client, at whatever time: those and no others are steered.

A service concerns a client if some rule may block it or must look inside, or if its use is counted. Whatever time,
account and activity can turn out to be is tried against each condition on its own: a service may be steered
needlessly, never passed by wrongly. What concerns nobody stays in the kernel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agent.core.accounts import Account, possible_accounts
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Service
from agent.core.clients import Client
from agent.core.decision import Verdict
from agent.core.engine import Engine
from agent.core.kinds import PLACES
from agent.core.policy import Monitoring, Policy, Rule
from agent.core.timetable import PeriodKind

_MANY = 10**6
"""More minutes of personal use than any week has."""

Values = Mapping[str, Collection[object]]
"""What each fact could be: one value where it is known, all of them where time or a look inside would tell."""


def concerned(engine: Engine, client: Client) -> frozenset[str]:
    """The ids of the services that are of concern for this client."""
    return Concerns(engine).of(client)


class Concerns:
    """The same for many clients of one engine; those that the policy does not tell apart are worked out once."""

    __slots__ = ("_clients", "_engine", "_policy")

    def __init__(self, engine: Engine) -> None:
        name = engine.policies.in_force
        self._engine = engine
        self._policy = engine.policies.policies[name] if name else None
        self._clients: dict[tuple[object, ...], frozenset[str]] = {}

    def of(self, client: Client) -> frozenset[str]:
        """See `concerned`."""
        if self._policy is None:
            return frozenset()
        key = self._alike(client, self._policy)
        found = self._clients.get(key)
        if found is None:
            found = self._clients[key] = self._search(client, self._policy)
        return found

    def _alike(self, client: Client, policy: Policy) -> tuple[object, ...]:
        engine = self._engine
        kinds = engine.policies.kinds[policy.id]
        permissions = engine.authorisations
        return (
            client.role,
            client.owner,
            client.kind,
            client.zone,
            client.room,
            client.inspectable,
            engine.official_users.hold(client),
            client.person in engine.subjects,
            kinds.part(PLACES["person"], client.person),
            kinds.part(PLACES["groups"], client.groups),
            tuple(one.covers(client, next(iter(one.services), "")) for one in permissions),
        )

    def _search(self, client: Client, policy: Policy) -> frozenset[str]:
        kinds = self._engine.policies.kinds[policy.id]
        known: dict[tuple[object, ...], bool] = {}
        found = set()
        for service in self._engine.catalogue.services.values():
            values = self._values(client, policy, service)
            counted = _counted(client, policy, service)
            parts = kinds.part(PLACES["service"], service.id), kinds.part(PLACES["category"], service.category)
            key = (*parts, values["account"], values["activity"], values["authorised"], counted)
            if key not in known:
                known[key] = counted or _may_block(policy, values)
            if known[key]:
                found.add(service.id)
        return frozenset(found)

    def _values(self, client: Client, policy: Policy, service: Service) -> Values:
        engine = self._engine
        official = engine.official_users.hold(client)
        permitted = any(one.covers(client, service.id) for one in engine.authorisations)
        return {
            "role": (client.role,),
            "owner": (client.owner,),
            "kind": (client.kind,),
            "zone": (client.zone,),
            "pupils": engine.presence.possible(client.zone, client.room),
            "period": tuple(PeriodKind),
            "day": tuple(DayKind),
            "category": (service.category,),
            "service": (service.id,),
            # Nobody looks inside where nobody was told, not even in clear text.
            "account": possible_accounts(service, official) if client.inspectable else frozenset({Account.UNKNOWN}),
            "activity": service.activities if client.inspectable else frozenset({Activity.UNKNOWN}),
            "authorised": (False, True) if permitted else (False,),
            "used": (0, policy.allowance.minutes, _MANY) if policy.allowance else (0, _MANY),
            "concern": (client.person in engine.subjects,),
            "official_user": (official,),
            "person": (client.person,),
            "groups": (client.groups,),
        }


def _counted(client: Client, policy: Policy, service: Service) -> bool:
    """True if the client's use of the service goes into a record, a total or an allowance."""
    if not client.role.is_staff or service.category not in policy.social_media:
        return False
    kept = policy.monitoring is not Monitoring.NEVER or policy.totals or policy.allowance is not None
    return kept and service.tells_of_use


def _may_block(policy: Policy, values: Values) -> bool:
    """True if a rule that blocks can be the first that fits."""
    for rule in policy.walk:
        if not _may_fit(rule, values):
            continue
        if rule.verdict is Verdict.BLOCK:
            return True
        if all(condition.test(value) for condition in rule.conditions for value in values[condition.fact]):
            return False  # nothing below it is ever read
    raise AssertionError("the default of a policy fits everything")


def _may_fit(rule: Rule, values: Values) -> bool:
    return all(
        any(all(one.test(value) for one in rule.conditions if one.fact == fact) for value in values[fact])
        for fact in {condition.fact for condition in rule.conditions}
    )
