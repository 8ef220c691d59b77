"""Where live sources tell who is at an address, the kernel steers for whoever may come to be there."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from agent.core.clients import Binding, Device, DeviceKind, Owner, Person, Role, Zone, ZonePoint, ZoneRange, network
from agent.core.concerned import concerned
from agent.core.directory import Directory, Live
from agent.core.engine import Engine
from agent.core.held import Held
from agent.core.policy import Monitoring
from agent.core.steering import Plan, Steering, plan

from .build import BLOCK, engine, one_of, policy, rule

TEACHER = Person("teacher-01", Role.TEACHER)
LEADER = Person("leader-01", Role.SENIOR_LEADER)
A, B, C = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b", "da:a1:19:12:34:56"
ZONES = (ZoneRange(Zone.CLASSROOM, network("10.20.10.0/24")),)
FIXED = (Binding(network("10.20.10.9"), Device("fixed", Owner.UNKNOWN)),)
LIVE = Live(
    {A: Device("laptop", Owner.SCHOOL, DeviceKind.LAPTOP, TEACHER, True), B: Device("tv", Owner.SCHOOL, DeviceKind.TV)},
    {"leader-01": LEADER},
    {"aa:aa:aa:aa:aa:01": ZonePoint(Zone.STAFF_ROOM)},
)


def made(live: Live | None, **conditions: object) -> tuple[Engine, Plan]:
    """An engine that blocks Facebook for somebody, and its plan."""
    ruled_by = policy(rule("r", BLOCK, *(one_of(fact, value) for fact, value in conditions.items())))
    quiet = replace(ruled_by, monitoring=Monitoring.NEVER, totals=False)
    whole = engine(quiet, directory=Directory(FIXED, ZONES, live))
    return whole, plan(whole, Steering(("192.0.2.53",)))


CASES = {
    "a teacher's laptop": {"role": Role.TEACHER},
    "a device without a person": {"kind": DeviceKind.TV},
    "somebody's own": {"owner": Owner.PERSONAL},
    "who signs in somewhere": {"role": Role.SENIOR_LEADER},
    "another place, told by its access point": {"zone": Zone.STAFF_ROOM},
}


@pytest.mark.parametrize("conditions", CASES.values(), ids=CASES)
def test_whoever_may_come(conditions: dict[str, object]) -> None:
    """Without live sources a subnet of strangers concerns no rule on others; with them it does."""
    assert made(None, **conditions)[1].ranges == ()
    assert {str(part) for part in made(LIVE, **conditions)[1].clients} == {"10.20.10.0/24"}
    assert sum(part.num_addresses for part, _ in made(LIVE, **conditions)[1].ranges) == 256


@pytest.mark.parametrize("conditions", CASES.values(), ids=CASES)
def test_never_less(conditions: dict[str, object]) -> None:
    """Whoever then holds an address: what concerns them is steered from it."""
    whole, steered = made(LIVE, **conditions)
    services = frozenset().union(*(one.services for one in steered.classes))
    for mac, point, person in product((A, B, C, ""), ("", "aa:aa:aa:aa:aa:01"), ("", "leader-01")):
        held = (Held(0, 100, mac, "radius", point, "", person),)
        client = whole.directory.holding({"10.20.10.7": held}).identify("10.20.10.7", 50)
        assert concerned(whole, client) <= services


def test_a_device_with_a_right_of_its_own() -> None:
    """A device that the site names for the school's accounts is not put together with others of its kind."""
    whole, _ = made(LIVE, official_user=True)
    named = replace(whole, official_users=replace(whole.official_users, roles=frozenset(), devices=frozenset({"tv"})))
    assert plan(named, Steering(("192.0.2.53",))).ranges != ()
