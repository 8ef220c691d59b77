"""The plan: whose traffic, to which names, in which classes, and what happens when nobody rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import steering
from agent.core.addresses import Adopted, Found
from agent.core.catalogue import Catalogue, Category, DictIndex, HostKind, Service
from agent.core.clients import Binding, Device, DeviceKind, Owner, Person, Role, Zone, ZoneRange, network
from agent.core.directory import Directory
from agent.core.engine import Engine
from agent.core.policy import Monitoring, Policy
from agent.core.steering import OnFailure, Plan, QuicClass, Steer, Steering, concerned, plan

from .build import BLOCK, BREAKS, DIRECTORY, LAPTOP, PHONE, engine, hosts, one_of, policy, rule
from .strategies import MANY, policies

SETTINGS = Steering(("192.0.2.53",))


def quiet(*services: str, role: Role | None = None) -> Policy:
    """A policy that blocks these services, for a role or for everybody, and keeps nothing."""
    conditions = [one_of("service", *services)] + ([one_of("role", role)] if role else [])
    return replace(policy(rule("r", BLOCK, *conditions)), monitoring=Monitoring.NEVER, totals=False)


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Zones and devices in a corner so small that they lie in one another."""
    number = st.integers(0, 31)
    zones = [
        ZoneRange(
            draw(st.sampled_from(Zone)), network(f"10.0.0.{draw(number)}/{draw(st.integers(27, 32))}"),
            draw(st.sampled_from(Role)), draw(st.sampled_from(Owner)),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    bindings = [
        Binding(
            network(f"10.0.0.{draw(number)}/{draw(st.integers(30, 32))}"),
            Device(
                f"d{n}", draw(st.sampled_from(Owner)), DeviceKind.LAPTOP,
                draw(st.sampled_from([None, Person("teacher-01", Role.TEACHER)])), draw(st.booleans()),
            ),
        )
        for n in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    return Directory(tuple(bindings), tuple(zones))


@MANY
@given(policies(), directories(), st.sampled_from(Zone))
def test_the_kernel_finds_what_the_directory_finds(ruled_by: Policy, directory: Directory, shut: Zone) -> None:
    """For each address: its range's class holds every service of concern there; one without a range has none."""
    whole = engine(replace(ruled_by, monitoring=Monitoring.NEVER, totals=False), directory=directory)
    made = plan(whole, replace(SETTINGS, on_failure={shut: OnFailure.CLOSED}))
    services = {one.number: one.services for one in made.classes}
    networks = [one.network for one in directory.zones] + [one.network for one in directory.bindings]
    for n in range(32):
        address = ip_address(f"10.0.0.{n}")
        known = any(address in one for one in networks)
        client = directory.identify(str(address))
        classes = [number for part, number in made.ranges if address in part]
        assert [address in part for part in made.clients].count(True) == known
        assert [address in part for part in made.closed].count(True) == (known and client.zone is shut)
        assert len(classes) == bool(known and concerned(whole, client))
        assert not classes or concerned(whole, client) == services[classes[0]]


@MANY
@given(policies(), directories())
def test_the_resolver_is_told_what_is_of_concern(ruled_by: Policy, directory: Directory) -> None:
    """Each host falls under the classes that its service concerns; what concerns nobody falls under none."""
    whole = engine(replace(ruled_by, monitoring=Monitoring.NEVER, totals=False), directory=directory)
    made = plan(whole, SETTINGS)
    for service in whole.catalogue.services.values():
        classes = {one.number for one in made.classes if service.id in one.services and not one.full}
        for host, _ in service.entries():
            domain = made.domain_of(f"www.{host.name}")
            assert (domain is not None) == any(service.id in one.services for one in made.classes)
            assert domain is None or set(made.domains[domain]) == classes


def test_the_example_site() -> None:
    """Everybody is of concern in everything under a policy that counts and blocks all: one class, names once."""
    made = plan(engine(BREAKS), SETTINGS)
    assert [(one.number, one.full) for one in made.classes] == [(1, True)]
    assert {str(part) for part in made.clients} == {"10.20.10.0/24", "10.20.20.0/24", "10.20.70.0/24"}
    assert {str(part): number for part, number in made.ranges} == {str(part): 1 for part in made.clients}
    assert made.domains["facebook.com"] == ()
    assert "graph.facebook.com" not in made.domains
    assert (made.left_out, made.closed, made.everything) == (0, (), False)


def test_everything_may_be_steered() -> None:
    """For the strict: the plan says so, and names the same names all the same."""
    assert plan(engine(BREAKS), replace(SETTINGS, steer=Steer.ALL)).everything


def test_the_machine_itself_is_never_steered() -> None:
    """The loopback network may stand for a classroom in a first try; the kernel is not told."""
    directory = Directory((), (ZoneRange(Zone.CLASSROOM, network("127.0.0.0/8")),))
    made = plan(engine(BREAKS, directory=directory), SETTINGS)
    assert (made.clients, made.ranges, made.domains) == ((), (), {})


def test_nobody_of_concern() -> None:
    """Where no rule blocks and nothing is kept there is nothing to steer."""
    made = plan(engine(replace(BREAKS, rules=(), allowance=None, monitoring=Monitoring.NEVER, totals=False)), SETTINGS)
    assert (made.classes, made.ranges, made.domains) == ((), (), {})
    assert made.clients


def test_classes_by_what_is_of_concern() -> None:
    """Visitors are blocked on one service; only they have it as a concern, wherever their range begins."""
    made = plan(engine(quiet("x", role=Role.VISITOR)), SETTINGS)
    assert [(one.services, one.full) for one in made.classes] == [(frozenset({"x"}), True)]
    assert [str(part) for part, _ in made.ranges] == ["10.20.70.0/24"]
    assert set(made.domains) == {"x.com", "twitter.com"}


def nested(*services: tuple[str, Category, str]) -> Engine:
    """An engine over services of these hosts."""
    listed = [Service(name, name, category, {HostKind.SITE: hosts(text)}) for name, category, text in services]
    return replace(engine(quiet("big", "other")), catalogue=Catalogue(listed))


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        pytest.param([("big", "a.example www.a.example")], {"a.example"}, id="told once"),
        pytest.param([("big", "a.example"), ("other", "b.a.example")], {"a.example"}, id="another that says the same"),
        pytest.param([("small", "a.example"), ("big", "b.a.example")], {"b.a.example"}, id="of concern under one not"),
        pytest.param([("small", "a.example b.a.example")], set(), id="of no concern"),
    ],
)
def test_names_that_lie_in_one_another(services: list[tuple[str, str]], expected: set[str]) -> None:
    """The resolver takes the longest name that fits, so only differences are told."""
    whole = nested(*((name, Category.FORUM, text) for name, text in services))
    assert set(plan(whole, SETTINGS).domains) == expected


def test_a_name_of_no_concern_under_one_that_is() -> None:
    """It is told apart, so that its addresses do not fall into the class of the name above."""
    teacher = replace(quiet("big"), rules=(*quiet("big").rules, *quiet("other", role=Role.TEACHER).rules))
    whole = nested(
        ("big", Category.FORUM, "a.example"), ("small", Category.FORUM, "s.a.example t.s.a.example"),
        ("other", Category.FORUM, "b.example"),
    )  # fmt: skip
    made = plan(replace(whole, policies=engine(teacher).policies), SETTINGS)
    everybody = next(one for one in made.classes if one.services == {"big"})
    assert made.domains == {"a.example": (everybody.number,), "s.a.example": (), "b.example": ()}
    assert made.domain_of("x.t.s.a.example") == "s.a.example"
    assert made.domain_of("a.example.org") is None


def test_too_many_names() -> None:
    """The first names of every service come first; how many found no room is said."""
    whole = nested(("big", Category.FORUM, "a.example b.example c.example"), ("other", Category.WIKI, "d.example"))
    made = plan(whole, SETTINGS, 3)
    assert (list(made.domains), made.left_out) == (["a.example", "d.example", "b.example"], 1)


def test_too_many_classes() -> None:
    """Those that differ least are put together; nobody's services are lost for it."""
    people = [Person(f"teacher-{n:02}", Role.TEACHER) for n in range(12)]
    bindings = tuple(Binding(network(f"10.0.0.{n}"), Device(f"d{n}", person=one)) for n, one in enumerate(people))
    rules = [
        rule(f"r{n}", BLOCK, one_of("person", one.id), one_of("service", *[f"s{k}" for k in range(n + 1)]))
        for n, one in enumerate(people)
    ]
    listed = [Service(f"s{n}", "s", Category.FORUM, {HostKind.SITE: hosts(f"s{n}.example")}) for n in range(12)]
    ruled_by = replace(policy(*rules), monitoring=Monitoring.NEVER, totals=False)
    whole = replace(engine(ruled_by, directory=Directory(bindings)), catalogue=Catalogue(listed))
    made = plan(whole, SETTINGS)
    assert len(made.classes) == steering.MOST_CLASSES
    for n in range(12):
        (number,) = [number for part, number in made.ranges if ip_address(f"10.0.0.{n}") in part]
        client = whole.directory.identify(f"10.0.0.{n}")
        assert concerned(whole, client) <= made.classes[number - 1].services


def test_zones_that_are_shut_when_no_worker_is_left() -> None:
    """By the zone of each address; open where nothing is said."""
    made = plan(engine(BREAKS), replace(SETTINGS, on_failure={Zone.GUEST: OnFailure.CLOSED}))
    assert [str(part) for part in made.closed] == ["10.20.70.0/24"]
    assert DIRECTORY.identify(LAPTOP).zone is Zone.CLASSROOM
    assert DIRECTORY.identify(PHONE).zone is Zone.STAFF_ROOM


def test_where_an_address_belongs() -> None:
    """By what it was answered for, what was read behind it, or in every class's set where nothing is known."""
    classes = (
        QuicClass(1, frozenset({"facebook", "x"}), full=True),
        QuicClass(2, frozenset({"facebook", "x"})),
        QuicClass(3, frozenset({"facebook"})),
    )
    made = Plan({"facebook.com": (2, 3)}, 0, (), classes, (), ())
    expected = {"facebook.com": (2, 3), Found("facebook"): (2, 3), Found("x"): (2,), Adopted(): (2, 3)}
    assert made.numbers == expected
    assert made.own_sets == classes[1:]
    assert replace(made, everything=True).numbers == {"facebook.com": (), Adopted(): ()}


class Listing(DictIndex):
    """An index with a short list and a long one."""

    def names(self) -> Iterable[tuple[str, str]]:
        """The short list's hosts."""
        return [("a.listed.example", "listed"), ("b.listed.example", "listed")]

    def beyond(self) -> Mapping[str, int]:
        """The long ones' sizes: of a service that is of concern, and of one that is not."""
        return {"listed": 30_000, "unheard-of": 9}


def test_hosts_of_outside_lists() -> None:
    """The resolver minds those of short lists after the catalogue's own; long lists are left out whole."""
    listed = Service("listed", "Listed", Category.FORUM, {}, listed=HostKind.SITE)
    own = Service("own", "Own", Category.FORUM, {HostKind.SITE: hosts("own.example")})
    whole = replace(engine(quiet("own", "listed")), catalogue=Catalogue([listed, own], Listing.of([own])))
    made = plan(whole, SETTINGS)
    assert list(made.domains) == ["own.example", "a.listed.example", "b.listed.example"]
    assert made.left_out == 30_000
