"""One look-up of an address in a large school's directory: 20,000 devices, ten past leases of each; and the swap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv4Network

from agent.core.clients import Binding, Device, DeviceKind, Owner, Person, Role, Zone, ZoneRange
from agent.core.directory import Directory, Live
from agent.core.held import Held
from tests.bench.clocks import ROUNDS, each, medians, micros, one_core, slowest
from tests.bench.figures import Mark, Result, Row

UNDER_2 = Mark(2, at_most=True)
UNDER_50_MS = Mark(50_000, at_most=True)
DEVICES, PAST = 20_000, 10
HOUR = 3600.0
FIRST = int(IPv4Address("10.20.0.0"))
CALLS = 20


def directory() -> Result:
    """Now, at an instant of the past that nobody has asked for yet, and of an address that nobody holds."""
    whole = large()
    addresses = [_address(n) for n in range(0, DEVICES, 97)]
    now = PAST * HOUR + 60
    jobs = {
        "now": [partial(whole.identify, address, now) for address in addresses],
        "in the past": [partial(whole.identify, a, (i % PAST) * HOUR + 60) for i, a in enumerate(addresses)],
        "of the inventory alone": [partial(whole.identify, f"10.90.{n}.7", now) for n in range(200)],
    }
    rows = []
    for what, those in jobs.items():
        rounds = each(those, CALLS)
        rows.append(Row(f"identify, {what}", "the case in the middle", "µs", medians(rounds), mark=UNDER_2))
        rows.append(Row(f"identify, {what}", "the slowest case", "µs", slowest(rounds)))
    rows.append(_first_look(whole, addresses))
    swap = each([partial(whole.holding, {_address(1): (Held(0, now + HOUR, _mac(1), "dhcp"),)})], 1)
    rows.append(Row("holding", "one lease that moved", "µs", medians(swap), mark=UNDER_50_MS))
    return Result("directory", f"{DEVICES:,} devices, {DEVICES * PAST:,} past leases", tuple(rows))


def _first_look(whole: Directory, addresses: Sequence[str]) -> Row:
    """The first time that a lease is asked for: what is known of it is worked out then."""
    values = []
    for _ in range(ROUNDS):
        one = whole.holding(whole.held)
        jobs = [partial(one.identify, address, PAST * HOUR + 60) for address in addresses]
        values.append(medians(_once(jobs))[0])
    return Row("identify, for the first time", "the case in the middle", "µs", tuple(values))


def _once(jobs: Sequence[Callable[[], object]]) -> list[list[float]]:
    with one_core():
        return [[micros(job, 1) for job in jobs]]


def large() -> Directory:
    """Every device has had ten addresses, one after the other, and has one now."""
    person = Person("teacher-01", Role.TEACHER)
    devices = {_mac(n): Device(f"d{n}", Owner.SCHOOL, DeviceKind.LAPTOP, person, True) for n in range(DEVICES)}
    fixed = tuple(Binding(IPv4Network(f"10.90.{n}.7"), Device(f"f{n}", Owner.SCHOOL)) for n in range(200))
    zones = tuple(ZoneRange(Zone.CLASSROOM, IPv4Network(f"10.{20 + n}.0.0/16")) for n in range(8))
    empty = Directory(fixed, zones, Live(devices))
    return empty.holding({_address(n): tuple(_pieces(n)) for n in range(DEVICES)})


def _pieces(n: int) -> list[Held]:
    past = [Held(i * HOUR, (i + 1) * HOUR, _mac((n + i * 7919) % DEVICES), "dhcp") for i in range(PAST)]
    return [*past, Held(PAST * HOUR, PAST * HOUR + 8 * HOUR, _mac(n), "dhcp+neighbours")]


def _mac(n: int) -> str:
    return f"00:16:3e:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"


def _address(n: int) -> str:
    return str(IPv4Address(FIRST + n))
