"""Which services are of concern for a client: never too few, whatever policy, time and request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.activity import Request
from agent.core.authorisation import Authorisation
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import Binding, Client, Device, Owner, Person, Role, Zone, ZoneRange, network
from agent.core.concerned import Concerns, concerned
from agent.core.decision import Decision, Needs, Verdict
from agent.core.directory import Directory
from agent.core.engine import Action, Engine
from agent.core.flow import Flow
from agent.core.policy import Allowance, Monitoring, Policy
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind

from .build import (
    ALLOW,
    BLOCK,
    BREAKS,
    CATALOGUE,
    LIKE_BUTTON,
    LONDON,
    MINUTES,
    OFFICIAL_ID,
    OTHER_ID,
    PAGE,
    STAFF_LAPTOP,
    STAFF_PHONE,
    at,
    engine,
    one_of,
    policy,
    rule,
)
from .strategies import MANY, NAMES, clients, instants, policies

ADDRESS = "10.1.1.1"
ALL = frozenset(CATALOGUE.services)
QUIET = replace(BREAKS, monitoring=Monitoring.NEVER, totals=False, allowance=None)
PUPIL = replace(STAFF_PHONE, role=Role.PUPIL, person=None)
PERMISSION = Authorisation(
    "1", at("2026-11-23T09:00"), at("2026-11-23T10:00"), "a page", roles=frozenset({Role.TEACHER}),
    services=frozenset({"facebook"}),
)  # fmt: skip

LONG = replace(
    PERMISSION, starts=at("2026-01-01T00:00"), ends=at("2028-12-31T00:00"),
    roles=frozenset({Role.TEACHER, Role.PUPIL, Role.UNKNOWN}), services=frozenset(),
)  # fmt: skip
NOTHING = (Monitoring.NEVER, False, False)
KEPT = (NOTHING, NOTHING, NOTHING, (Monitoring.NEVER, True, False), (Monitoring.NEVER, False, True),
        (Monitoring.ALWAYS, False, False), (Monitoring.ON_CONCERN, False, False))  # fmt: skip
"""Whether minutes are recorded, stand in totals, count for an allowance; oftenest nothing, so that rules matter."""

REQUESTS: tuple[Request | None, ...] = (
    None,
    PAGE,
    LIKE_BUTTON,
    Request("POST", "/composer/1", site="same-origin", mode="cors", dest="empty", source="www.facebook.com"),
    Request("POST", "/login/1", site="same-origin", mode="navigate", dest="document"),
)
COOKIES: tuple[Mapping[str, str], ...] = ({}, {"c_user": OFFICIAL_ID}, {"c_user": OTHER_ID}, {"LOGIN_INFO": "1"})


def directory_of(client: Client) -> Directory:
    """A directory in which this client, as far as a directory can say it, is at `ADDRESS`."""
    person = Person(client.person, client.role, client.groups) if client.person else None
    zone = ZoneRange(client.zone, network("10.1.1.0/24"), client.role, client.owner)
    device = Device(client.device or "d", client.owner, client.kind, person, client.inspectable)
    return Directory((Binding(network(ADDRESS), device),), (zone,))


@MANY
@given(
    policies(),
    st.sampled_from([ALLOW, ALLOW, ALLOW, BLOCK]),
    st.sampled_from(KEPT),
    clients(),
    st.lists(instants(), min_size=2, max_size=2),
    st.booleans(),
    st.booleans(),
)
def test_what_is_no_concern_passes(
    ruled_by: Policy,
    otherwise: Verdict,
    kept: tuple[Monitoring, bool, bool],
    drawn: Client,
    times: list[datetime],
    permitted: bool,
    case: bool,
) -> None:
    """If the engine ever blocks, must look inside or records, the service is of concern; what is not, passes."""
    monitoring, totals, allowance = kept
    ruled_by = replace(ruled_by, monitoring=monitoring, totals=totals, default=rule("default", otherwise))
    whole = engine(
        ruled_by if allowance else replace(ruled_by, allowance=None),
        directory=directory_of(drawn),
        authorisations=[LONG] if permitted else [],
        subjects=["teacher-01"] if case else [],
    )
    concerns = concerned(whole, whole.directory.identify(ADDRESS))
    for name in NAMES:
        match = whole.match((name,))
        if match is None or match.service.id not in concerns:
            for flow in flows(name, times):
                assert_passes(whole, flow, totals)


def flows(name: str, times: list[datetime]) -> Iterator[Flow]:
    """Everything that a client might do there at these times."""
    for instant, request, used in product(times, REQUESTS, (0, MINUTES, 90)):
        for cookies in COOKIES if request else COOKIES[:1]:
            yield Flow(ADDRESS, (name,), instant.astimezone(LONDON), request, cookies, request is not None, used)


def assert_passes(whole: Engine, flow: Flow, totals: bool) -> None:
    """It goes through on its name alone, and nothing of it is kept."""
    ruling = whole.rule(flow)
    assert ruling.action is Action.PASS
    assert isinstance(ruling.outcome, Decision)
    assert not ruling.recorded
    policy_in_force = whole.policy_of(ruling.situation)
    assert policy_in_force is not None
    assert not (ruling.counts and (totals or policy_in_force.allowance))


@pytest.mark.parametrize(
    ("ruled_by", "client", "expected"),
    [
        pytest.param(None, STAFF_LAPTOP, frozenset(), id="no policy: nothing"),
        pytest.param(BREAKS, STAFF_LAPTOP, ALL, id="counted: all social media of staff"),
        pytest.param(QUIET, STAFF_LAPTOP, ALL, id="blocked at times"),
        pytest.param(replace(QUIET, rules=()), STAFF_LAPTOP, frozenset(), id="never blocked, nothing kept"),
        pytest.param(
            replace(QUIET, rules=(), totals=True, social_media=frozenset({Category.WIKI})),
            STAFF_LAPTOP,
            frozenset({"wikipedia"}),
            id="counted in the totals: what the policy calls social media",
        ),
        pytest.param(
            replace(QUIET, rules=(), allowance=Allowance(MINUTES)), STAFF_PHONE, ALL, id="counted for an allowance"
        ),
        pytest.param(replace(BREAKS, rules=()), PUPIL, frozenset(), id="nobody else is counted"),
        pytest.param(BREAKS, PUPIL, ALL, id="but blocked"),
        pytest.param(
            policy(rule("r", BLOCK, one_of("service", "x"))), PUPIL, frozenset({"x"}), id="one service by its name"
        ),
        pytest.param(
            policy(rule("a", ALLOW, one_of("role", Role.PUPIL)), rule("b", BLOCK)),
            PUPIL,
            frozenset(),
            id="a rule that always holds keeps those below from being read",
        ),
        pytest.param(
            policy(rule("a", ALLOW, one_of("period", PeriodKind.BREAK)), rule("b", BLOCK)),
            PUPIL,
            ALL,
            id="one that holds at times does not",
        ),
        pytest.param(
            policy(rule("r", BLOCK, one_of("account", "other"))), PUPIL, frozenset(), id="nobody would look inside"
        ),
        pytest.param(
            policy(rule("r", BLOCK, one_of("account", "other"))),
            replace(PUPIL, inspectable=True),
            frozenset({"facebook", "x", "kindling"}),
            id="where inside is looked: services that show the account",
        ),
    ],
)
def test_examples(ruled_by: Policy | None, client: Client, expected: frozenset[str]) -> None:
    """What a person would say is of concern."""
    assert concerned(engine(ruled_by), client) == expected


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [pytest.param([], frozenset(), id="never given"), pytest.param([PERMISSION], {"facebook"}, id="given at times")],
)
def test_a_permission_may_come_and_go(permissions: list[Authorisation], expected: frozenset[str]) -> None:
    """A rule on permissions is of concern only for whom and where there is one."""
    ruled_by = replace(policy(rule("r", BLOCK, one_of("authorised", True))), monitoring=Monitoring.NEVER, totals=False)
    assert concerned(engine(ruled_by, authorisations=permissions), STAFF_PHONE) == expected


def test_clients_that_are_alike_are_worked_out_once() -> None:
    """The answer for one laptop is the very one for the next."""
    found = Concerns(engine())
    assert found.of(STAFF_LAPTOP) is found.of(replace(STAFF_LAPTOP, device="laptop-02"))
    assert found.of(STAFF_LAPTOP) is not found.of(replace(STAFF_LAPTOP, zone=Zone.HALL, owner=Owner.UNKNOWN))


def test_needs_is_of_concern() -> None:
    """Where the verdict turns on the inside, the engine asks for it, and the service is of concern."""
    whole = engine(policy(rule("r", BLOCK, one_of("account", "other"))))
    ruling = whole.rule(Flow("10.20.10.1", ("facebook.com",), at("2026-11-23T09:30")))
    assert isinstance(ruling.outcome, Needs)
    assert "facebook" in concerned(whole, STAFF_LAPTOP)


@pytest.mark.parametrize(
    ("fact", "value"),
    [*(("period", kind) for kind in PeriodKind), *(("day", kind) for kind in DayKind), ("pupils", Pupils.ABSENT)],
    ids=str,
)
def test_any_time_will_come(fact: str, value: object) -> None:
    """A rule for one kind of time is of concern all the time."""
    ruled_by = replace(QUIET, rules=(rule("r", BLOCK, one_of(fact, value)),))
    assert concerned(engine(ruled_by), PUPIL) == ALL
