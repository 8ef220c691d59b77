"""One question in words of the policy, answered by the engine that rules on live traffic.

The command line, the policy tests and the console ask here. A connection is ruled on as the gateway does it:
first on the name, then, if it would be opened, on the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.core.accounts import Account, possible_accounts
from agent.core.activity import Activity
from agent.core.catalogue import Match
from agent.core.clients import Client, DeviceKind, Owner, Role, Zone
from agent.core.decision import Decision, Step, Verdict
from agent.core.engine import Action, Engine, Ruling, Situation, known
from agent.core.horizon import Horizon
from agent.core.hosts import host_of
from agent.core.pupils import Pupils


@dataclass(frozen=True, slots=True)
class Query:
    """Who does what where and when; the defaults are those of the command line.

    `pupils` None: by zone and timetable. `inspectable` None: if the school owns the device. `official_user`
    None: if the account is the school's, or the site says so of this role or person.
    """

    at: datetime
    url: str
    policy: str | None = None
    role: Role = Role.TEACHER
    owner: Owner = Owner.SCHOOL
    kind: DeviceKind = DeviceKind.LAPTOP
    zone: Zone = Zone.CLASSROOM
    pupils: Pupils | None = None
    account: Account = Account.UNKNOWN
    activity: Activity = Activity.UNKNOWN
    authorised: bool = False
    used: int = 0
    concern: bool = False
    inspectable: bool | None = None
    person: str | None = None
    groups: frozenset[str] = frozenset()
    official_user: bool | None = None
    room: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says. `opens`: the connection would be decrypted; `until`: see `horizon`."""

    verdict: Verdict
    rule: str
    clause: str
    policy: str
    service: str | None
    category: str | None
    activity: str
    period: str
    until: datetime | None
    opens: bool
    record: str
    trace: tuple[Step, ...]
    revision: str
    say: str
    day: str
    pupils: str
    next_allowed: datetime | None
    bell: str = ""


def explain(engine: Engine, query: Query, horizon: Horizon | None = None, brief: bool = False) -> Answer:
    """Answer a query. Raises ValueError if its URL has no host name or its policy is not loaded.

    `horizon` is the engine's own, for whoever asks much: it remembers what lies ahead. A `brief` answer leaves out
    when the same would next be allowed.
    """
    if query.policy is not None and query.policy not in engine.policies.policies:
        raise ValueError(f"no policy is called {query.policy!r}; there are: {', '.join(engine.policies.policies)}")
    match = engine.catalogue.match(host_of(query.url))
    hello = _situation(engine, query, match)
    ruling, opens = _rule(engine, hello, query, encrypted=not query.url.strip().lower().startswith("http://"))
    horizon = horizon or Horizon(engine)
    blocked = isinstance(ruling.outcome, Decision) and ruling.outcome.verdict is Verdict.BLOCK
    then = horizon.next_allowed(ruling) if blocked and not brief else None
    return _answer(engine, ruling, opens, horizon.ends(ruling), then)


def _situation(engine: Engine, query: Query, match: Match | None) -> Situation:
    client = Client(
        query.role,
        query.owner,
        query.kind,
        query.zone,
        inspectable=query.owner is Owner.SCHOOL if query.inspectable is None else query.inspectable,
        person=query.person,
        groups=query.groups,
        room=query.room,
    )
    official = query.official_user
    if official is None:
        official = query.account is Account.OFFICIAL or engine.official_users.hold(client)
    return Situation(
        client,
        match,
        used=query.used,
        authorised=query.authorised,
        concern=query.concern,
        pupils=query.pupils,
        official_user=official,
        policy=query.policy,
    )


def _rule(engine: Engine, hello: Situation, query: Query, encrypted: bool) -> tuple[Ruling, bool]:
    if encrypted:
        ruling = engine.rule_on(hello, query.at)
        if ruling.action is not Action.OPEN:
            return ruling, False
    seen = _seen(hello, query)
    return engine.rule_on(seen, query.at), encrypted


def _seen(hello: Situation, query: Query) -> Situation:
    """What the gateway would see of the request: nothing on a device that is not inspectable, and an account
    that the service never shows counts as unknown, as it does on the wire."""
    if hello.match is None or not hello.client.inspectable:
        return known(hello, Account.UNKNOWN, Activity.UNKNOWN)
    readable = possible_accounts(hello.match.service, bool(hello.official_user))
    account = query.account
    if account is Account.OFFICIAL and not hello.official_user:
        account = Account.OTHER  # to whom the school's account was not given, it is like anybody's
    return known(hello, account if account in readable else Account.UNKNOWN, query.activity)


def _answer(engine: Engine, ruling: Ruling, opens: bool, ends: datetime | None, then: datetime | None) -> Answer:
    decision, facts = ruling.outcome, ruling.facts
    assert isinstance(decision, Decision), "a request leaves nothing unknown"
    return Answer(
        verdict=decision.verdict,
        rule=decision.rule,
        clause=decision.clause,
        policy=decision.policy,
        service=facts.service,
        category=facts.category,
        activity=facts.activity or Activity.UNKNOWN,
        period=facts.period,
        until=ends,
        opens=opens,
        record="minute" if ruling.recorded else "none",
        trace=engine.trace(ruling),
        revision=engine.revision,
        say=decision.say,
        day=facts.day,
        pupils=facts.pupils,
        next_allowed=then,
        bell=engine.timetable.bell_of(ruling.situation.client).id,
    )
