"""`explain` and the live engine, led through hello and request as the gateway does it, agree on everything."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from agent.core.accounts import Account
from agent.core.activity import Activity, Request
from agent.core.authorisation import Authorisation
from agent.core.clients import Binding, Device, DeviceKind, Owner, Person, Role, Zone, ZoneRange, network
from agent.core.decision import Decision
from agent.core.directory import Directory
from agent.core.engine import Action, Engine, Ruling
from agent.core.explain import Query, explain
from agent.core.flow import Flow
from agent.core.horizon import until
from agent.core.policy import Policy

from .build import (
    CATALOGUE,
    FACEBOOK,
    KINDLING,
    LIKE_BUTTON,
    OFFICIAL_ID,
    OTHER_ID,
    PAGE,
    WIKIPEDIA,
    YOUTUBE,
    X,
    at,
    engine,
)
from .strategies import MANY, NAMES, PLACES, ROLES, instants, policies

ADDRESS = "10.9.8.7"
PERSON = "teacher-01"
COOKIES: Mapping[str, Mapping[Account, Mapping[str, str]]] = {
    **{
        service.id: {
            Account.OFFICIAL: {service.account_cookies[-1]: OFFICIAL_ID},
            Account.OTHER: {service.account_cookies[-1]: OTHER_ID},
            Account.SIGNED_OUT: {},
        }
        for service in (FACEBOOK, X, KINDLING)
    },
    YOUTUBE.id: {Account.UNKNOWN: {"LOGIN_INFO": "1"}, Account.OTHER: {"LOGIN_INFO": "1"}, Account.SIGNED_OUT: {}},
    WIKIPEDIA.id: {account: {} for account in Account},
    "": {Account.UNKNOWN: {}},
}
ANYWHERE: Mapping[Activity, Request] = {
    Activity.VISIT: PAGE,
    Activity.EMBED: LIKE_BUTTON,
    Activity.APP: Request("POST", "/nothing"),
    Activity.UNKNOWN: Request("GET", "/x.js", mode="no-cors", dest="script", browser=True),
}
SHAPED: Mapping[str, Mapping[Activity, Request]] = {
    FACEBOOK.id: {
        Activity.POST: Request("POST", "/composer/a"),
        Activity.SIGN_IN: Request("POST", "/login/a"),
        Activity.LIVE: Request("GET", "/live/a"),
    },
    X.id: {Activity.POST: Request("POST", "/i/api/1/CreateTweet")},
    YOUTUBE.id: {Activity.LIVE: Request("GET", "/live_dashboard")},
    WIKIPEDIA.id: {Activity.EDIT: Request("GET", "/w/index.php", {"action": "edit"})},
}


class Case(NamedTuple):
    """A question, and how the same thing would come over the wire."""

    query: Query
    request: Request
    cookies: Mapping[str, str]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Somebody who asks for something, with cookies and metadata that tell account and activity."""
    name = draw(st.sampled_from(NAMES))
    match = CATALOGUE.match_name(name)
    service = match.service.id if match else ""
    role = draw(st.sampled_from(ROLES))
    accounts = [a for a in COOKIES[service] if a is not Account.OFFICIAL or role is Role.TEACHER]
    account = draw(st.sampled_from(accounts))
    requests = {**ANYWHERE, **SHAPED.get(service, {})}
    activity = draw(st.sampled_from(sorted(requests)))
    query = Query(
        draw(instants()),
        draw(st.sampled_from(["https://", "https://", "http://", ""])) + name,
        role=role,
        owner=draw(st.sampled_from(Owner)),
        kind=draw(st.sampled_from(DeviceKind)),
        zone=draw(st.sampled_from(PLACES)),
        account=account,
        activity=activity,
        authorised=draw(st.booleans()),
        used=draw(st.sampled_from([0, 10, 30])),
        concern=draw(st.booleans()),
        inspectable=draw(st.sampled_from([None, True, False])),
        person=PERSON,
        groups=draw(st.sampled_from([frozenset[str](), frozenset({"infants"})])),
    )
    return Case(query, requests[activity], COOKIES[service][account])


def living(policy: Policy, query: Query) -> Engine:
    """An engine whose directory, permissions and cases make of an address what the question supposes."""
    inspectable = query.owner is Owner.SCHOOL if query.inspectable is None else query.inspectable
    person = Person(PERSON, query.role, query.groups)
    device = Device("d", query.owner, query.kind, person, inspectable)
    zones = () if query.zone is Zone.UNKNOWN else (ZoneRange(query.zone, network("10.0.0.0/8")),)
    always = Authorisation("1", at("2000-01-01"), at("2100-01-01"), "", persons=frozenset({PERSON}))
    return engine(
        policy,
        directory=Directory((Binding(network(ADDRESS), device),), zones),
        authorisations=[always] if query.authorised else [],
        subjects=[PERSON] if query.concern else [],
    )


def walk(ruler: Engine, case: Case) -> tuple[Ruling, bool]:
    """Hello, then the request if the connection was opened; clear text has a request alone."""
    query = case.query
    encrypted = not query.url.startswith("http://")
    name = query.url.rpartition("/")[2]
    hello = Flow(ADDRESS, (name,), query.at, used=query.used)
    if encrypted:
        ruling = ruler.rule(hello)
        if ruling.action is not Action.OPEN:
            return ruling, False
    return ruler.rule(replace(hello, request=case.request, cookies=case.cookies, opened=encrypted)), encrypted


@MANY
@given(policies(), cases())
def test_agree(policy: Policy, case: Case) -> None:
    """What `explain` says of a case is what the gateway does with it."""
    ruler = living(policy, case.query)
    ruling, opens = walk(ruler, case)
    answer = explain(engine(policy), case.query)
    assert isinstance(ruling.outcome, Decision)
    assert (answer.verdict, answer.rule, answer.opens) == (ruling.outcome.verdict, ruling.outcome.rule, opens)
    assert answer.record == ("minute" if ruling.recorded else "none")
    assert (answer.service, answer.category) == (ruling.facts.service, ruling.facts.category)
    assert (answer.period, answer.pupils, answer.day) == (
        ruling.facts.period,
        ruling.facts.pupils,
        ruling.facts.day,
    )
    assert answer.trace == ruler.trace(ruling)
    assert answer.until == until(
        ruler, replace(ruling, situation=replace(ruling.situation, authorised=case.query.authorised))
    )


@MANY
@given(cases())
def test_the_wire_tells(case: Case) -> None:
    """The cookies and metadata of a case tell the account and the activity that its question names."""
    ruler = living(engine().policies.policies["breaks"], replace(case.query, inspectable=True))
    name = case.query.url.rpartition("/")[2]
    found = ruler.situation(Flow(ADDRESS, (name,), case.query.at, case.request, case.cookies))
    if found.match is None:
        return
    assert found.activity is case.query.activity
    if found.match.service.account_cookies:
        assert found.account is case.query.account
    elif not found.match.service.signed_in_cookies:
        assert found.account is Account.UNKNOWN
