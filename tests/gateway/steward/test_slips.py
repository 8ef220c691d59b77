"""What slipped past: ruled on by its name as a worker would, and judged again when the answer could change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from agent.core.clients import Device, Owner, Person, Role, Zone, ZoneRange, network
from agent.core.directory import Directory, Live
from agent.core.engine import Engine
from agent.core.held import Held
from agent.core.policy import Allowance, Monitoring
from agent.core.steering import Plan, Steering, plan
from agent.gateway.steward.conntrack import TCP, UDP, Connection
from agent.gateway.steward.slips import Hands, Slips
from tests.core.build import ALLOW, BLOCK, LAPTOP, at, engine, one_of, policy, rule

SETTINGS = Steering(("192.0.2.53",))
LESSON, BREAK = "2026-11-23T09:30", "2026-11-23T10:31"
NO_LESSONS = replace(
    policy(rule("lessons", BLOCK, one_of("period", "lesson"), one_of("service", "facebook"))),
    monitoring=Monitoring.NEVER, totals=False, allowance=None,
)  # fmt: skip
"""Facebook is blocked in lessons; nothing else is of any concern."""


@dataclass(frozen=True)
class Sight:
    """A flow that was read."""

    name: str | None
    protocol: str = "TLS"
    src: str = LAPTOP
    sport: int = 5000
    dst: str = "192.0.2.9"
    dport: int = 443


class Bench:
    """Slips by an engine at a time of the day, and what is done about them."""

    def __init__(self, when: str = LESSON, of: Engine | None = None, most: int = 100) -> None:
        self.now = at(when)
        self.found: list[tuple[str, str]] = []
        self.passed_by: list[str] = []
        self.cut: list[Connection] = []
        self.counts: list[tuple[str, str]] = []
        whole = of or engine(NO_LESSONS)
        hands = Hands(
            lambda address, domain: self.found.append((address, domain)), self.passed_by.append, self._cut,
            lambda protocol, done: self.counts.append((protocol, done)),
        )  # fmt: skip
        self.slips = Slips(whole, planned(whole), self._now, hands, most)

    def _now(self) -> datetime:
        return self.now

    def _cut(self, connection: Connection) -> bool:
        self.cut.append(connection)
        return True


def planned(whole: Engine) -> Plan:
    """Its plan."""
    return plan(whole, SETTINGS)


def test_what_is_not_allowed_ends() -> None:
    """Its address stands for its service from now on, and its connection is cut and counted."""
    bench = Bench()
    bench.slips.seen(Sight("www.facebook.com"))
    assert bench.found == [("192.0.2.9", "facebook")]
    assert bench.cut == [Connection(TCP, LAPTOP, 5000, "192.0.2.9", 443)]
    assert bench.counts == [("tcp", "cut")]


def test_what_is_allowed_goes_on_until_it_is_not() -> None:
    """It ends with its permission, and not before."""
    bench = Bench(BREAK)
    bench.slips.seen(Sight("www.facebook.com"))
    assert bench.counts == [("tcp", "passed")]
    bench.now = at("2026-11-23T10:44:59")
    bench.slips.tick()
    assert bench.cut == []
    bench.now = at("2026-11-23T10:45")
    bench.slips.tick()
    assert len(bench.cut) == 1
    assert len(bench.slips) == 0


def test_quic_of_whom_a_rule_concerns_ends_at_any_time() -> None:
    """No worker could rule on it later."""
    bench = Bench(BREAK)
    bench.slips.seen(Sight("www.facebook.com", "QUIC"))
    assert bench.cut == [Connection(UDP, LAPTOP, 5000, "192.0.2.9", 443)]
    assert bench.counts == [("quic", "cut")]


@pytest.mark.parametrize("name", ["www.bbc.co.uk", "www.instagram.com", "not a name", "\N{SNOWMAN}"])
def test_what_concerns_nobody_is_passed_by(name: str) -> None:
    """Also a service that no rule speaks of; its address is not looked at again for a while."""
    bench = Bench()
    bench.slips.seen(Sight(name))
    assert bench.passed_by == ["192.0.2.9"]
    assert (bench.found, bench.cut, bench.counts) == ([], [], [])


@pytest.mark.parametrize("name", [None, ""])
def test_what_has_no_name_is_let_be(name: str | None) -> None:
    """And the next to the same address is looked at again, for it may have one."""
    bench = Bench()
    bench.slips.seen(Sight(name))
    assert (bench.found, bench.cut, bench.passed_by) == ([], [], [])


def test_a_new_policy_judges_what_was_let_through() -> None:
    """At the next tick, as workers do."""
    bench = Bench(BREAK)
    bench.slips.seen(Sight("www.facebook.com"))
    never = replace(NO_LESSONS, rules=(rule("never", BLOCK, one_of("service", "facebook")),))
    fresh = engine(never)
    bench.slips.take_up(fresh, planned(fresh))
    bench.slips.tick()
    assert len(bench.cut) == 1


def test_what_an_allowance_would_count_is_not_let_through() -> None:
    """Only a worker counts minutes; the device comes back through one."""
    counted = replace(NO_LESSONS, rules=(rule("all", ALLOW, one_of("service", "facebook")),))
    whole = engine(replace(counted, allowance=Allowance(30, weekly=False)))
    bench = Bench(BREAK, whole)
    bench.slips.seen(Sight("www.facebook.com"))
    assert len(bench.cut) == 1


def test_what_is_held_is_bounded() -> None:
    """The oldest go first; most of them have ended long since."""
    bench = Bench(BREAK, most=10)
    for port in range(50):
        bench.slips.seen(Sight("www.facebook.com", sport=port))
    assert len(bench.slips) == 10


def test_what_has_ended_is_forgotten() -> None:
    """It is not judged again; what the kernel still has is."""
    bench = Bench(BREAK)
    for port in (1, 2):
        bench.slips.seen(Sight("www.facebook.com", sport=port))
    gone, other = sorted(bench.slips.held(), key=lambda one: one.sport)
    bench.slips.forget([gone, gone])
    bench.now = at("2026-11-23T10:45")
    bench.slips.tick()
    assert bench.cut == [other]


def test_another_device_at_the_address() -> None:
    """When an address is another device's, or its lease ends, what it was let through is judged as that one's."""
    mac, place = "00:16:3e:00:00:0a", "10.20.10.77"
    now = at(LESSON).timestamp()
    ruled_by = policy(rule("strangers", BLOCK, one_of("role", Role.UNKNOWN), one_of("service", "facebook")))
    quiet = replace(ruled_by, monitoring=Monitoring.NEVER, totals=False, allowance=None)
    zones = (ZoneRange(Zone.CLASSROOM, network("10.20.10.0/24")),)
    live = Live({mac: Device("laptop-a", Owner.SCHOOL, person=Person("teacher-01", Role.TEACHER))})
    held = Directory((), zones, live).holding({place: (Held(now - 60, now + 600, mac, "dhcp"),)})
    whole = engine(quiet, directory=held)
    bench = Bench(of=whole)
    bench.slips.seen(Sight("www.facebook.com", src=place))
    bench.slips.tick()
    assert bench.cut == []
    gone = {place: (Held(now - 60, now, mac, "dhcp"),)}
    bench.slips.know(replace(whole, directory=held.holding(gone)), gone)
    bench.slips.tick()
    assert [one.src for one in bench.cut] == [place]
    other = Bench(of=whole)
    other.slips.seen(Sight("www.facebook.com", src=place))
    other.now = at("2026-11-23T09:41")
    other.slips.tick()
    assert [one.src for one in other.cut] == [place]
