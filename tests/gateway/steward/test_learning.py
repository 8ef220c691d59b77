"""What the steward hears of questions: of school devices alone, as tokens, and only where the site asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.clients import Binding, Device, DeviceKind, Owner, network
from agent.core.directory import Directory, Live
from agent.core.held import Held
from agent.core.learning import WEEK
from agent.core.steering import Steering
from agent.gateway.steward.answers import Answers
from agent.gateway.steward.learning import Learning
from tests.core.build import at, engine

from .fakes import PLAN, SETTINGS
from .test_steward import BLOCKED, Bench, orders, run

WANTED = Steering(("192.0.2.53",), learn=True)
NOW = at("2026-11-23T09:30")
PAGE, HOST = "www.facebook.com", "img.parts.example"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW


def school(count: int = 6) -> list[str]:
    """Addresses of devices of the school's."""
    return [f"10.20.77.{number}" for number in range(1, count + 1)]


def made(settings: Steering = WANTED, clock: Clock | None = None, told: bool = True) -> Learning:
    """A steward's learning on a site whose devices at 10.20.77.0/28 are the school's."""
    bound = tuple(Binding(network(f"{a}/32"), Device(f"d{a}", Owner.SCHOOL, DeviceKind.LAPTOP)) for a in school())
    own = tuple(
        Binding(network(f"10.20.78.{n}/32"), Device(f"p{n}", Owner.PERSONAL, DeviceKind.PHONE)) for n in range(1, 7)
    )
    one = engine(directory=Directory((*bound, *own), ()))
    one = one if told else replace(one, site=replace(one.site, governance=None))
    moment = clock or Clock()
    return Learning(one, settings, lambda: moment.now)


def ask(learning: Learning, addresses: list[str]) -> None:
    """Each asks for a page and for a host beside it."""
    for address in addresses:
        learning.heard(address, PAGE)
        learning.heard(address, HOST)


def test_what_is_told() -> None:
    """Host, service and counts: no address, no device."""
    learning = made()
    ask(learning, school())
    assert learning.told() == [{"host": "parts.example", "service": "facebook", "pages": 6, "of": 6}]


@pytest.mark.parametrize(
    ("learning", "addresses"),
    [
        pytest.param(made(), [f"10.20.78.{n}" for n in range(1, 7)], id="people's own devices"),
        pytest.param(made(), [f"10.99.0.{n}" for n in range(1, 7)], id="devices that nobody knows"),
        pytest.param(made(), ["not an address"] * 6, id="odd words"),
        pytest.param(made(), school()[:1] * 9, id="one device often"),
        pytest.param(made(replace(WANTED, learn=False)), school(), id="a site that does not ask for it"),
        pytest.param(made(told=False), school(), id="a site where nobody was told"),
        pytest.param(made(replace(WANTED, unwanted=frozenset({"parts.example"}))), school()[:4], id="too few"),
    ],
)
def test_what_is_not(learning: Learning, addresses: list[str]) -> None:
    """Nobody else's questions count."""
    ask(learning, addresses)
    assert learning.told() == []


MACS = [f"00:16:3e:00:00:0{n}" for n in range(1, 7)]
SIX = [f"fd00::{n}" for n in range(1, 7)]


def live(addresses: list[str], macs: list[str], owner: Owner = Owner.SCHOOL, kept: float = 60.0) -> Learning:
    """A learning on a site where leases tell that these addresses are held by these devices."""
    devices = {mac: Device(f"d{mac}", owner, DeviceKind.LAPTOP) for mac in MACS}
    at = NOW.timestamp()
    pieces = {a: (Held(at - 60, at + kept, mac, "dhcp"),) for a, mac in zip(addresses, macs, strict=True)}
    bound = tuple(Binding(network(f"{a}/32"), Device(f"l{a}", Owner.SCHOOL)) for a in school())
    return Learning(engine(directory=Directory(bound, live=Live(devices)).holding(pieces)), WANTED, lambda: NOW)


@pytest.mark.parametrize(
    ("learning", "addresses", "counts"),
    [
        pytest.param(live(SIX, MACS), SIX, True, id="six devices that leases tell of"),
        pytest.param(live(SIX, MACS[:1] * 6), SIX, False, id="one device with six addresses"),
        pytest.param(live(SIX, [""] * 6), SIX, False, id="contested"),
        pytest.param(live(school(), [""] * 6), school(), False, id="contested, though the inventory lists them"),
        pytest.param(live(SIX, MACS, Owner.PERSONAL), SIX, False, id="people's own"),
        pytest.param(live(SIX, MACS, kept=0.0), SIX, False, id="leases that are over"),
        pytest.param(live(SIX, [f"00:16:3e:00:01:0{n}" for n in range(6)]), SIX, False, id="nobody knows them"),
    ],
)
def test_who_counts_by_live_sources(learning: Learning, addresses: list[str], counts: bool) -> None:
    """A device is counted once whatever addresses it has, and only if it is the school's for sure at that instant."""
    ask(learning, addresses)
    assert bool(learning.told()) is counts


def test_no_longer_wanted() -> None:
    """What was counted goes when the site takes the word out, and does not come back with it."""
    learning = made()
    ask(learning, school())
    learning.follow(learning._engine, replace(WANTED, learn=False))
    assert (learning.wanted, learning.told()) == (False, [])
    learning.follow(learning._engine, WANTED)
    assert learning.told() == []


def test_the_key_is_of_the_week() -> None:
    """After a week all is forgotten, and a device's token is another."""
    clock = Clock()
    learning = made(clock=clock)
    ask(learning, school())
    before = learning._key
    clock.now = NOW + timedelta(seconds=WEEK)
    learning.heard(school()[0], PAGE)
    assert (learning._key != before, learning.told()) == (True, [])


def test_no_address_is_kept() -> None:
    """Only hashes under a key that nobody else has."""
    learning = made()
    ask(learning, school()[:4])
    kept = repr(vars(learning._learner))
    assert not any(address in kept or f"'d{address}'" in kept for address in school())


def test_questions_come_from_the_resolver_s_log() -> None:
    """Who asks is handed on only where somebody wants to hear it."""
    heard: list[tuple[str, str]] = []
    answers = Answers(PLAN.domain_of, lambda *_: None, lambda: None, {})
    line = b"dnsmasq[7]: 1 10.0.0.2/5353 query[A] Any.Example from 10.0.0.2\n"
    answers.feed(line)
    answers.heard = lambda client, name: heard.append((client, name))
    answers.feed(line)
    assert heard == [("10.0.0.2", "any.example")]


def test_the_steward_knows_who_has_an_address(tmp_path: Path) -> None:
    """What live sources say since the orders came is what questions are held against."""
    known = live(SIX, MACS)._engine

    async def work(bench: Bench) -> None:
        await bench.steward.take_up(orders(BLOCKED, replace(SETTINGS, learn=True)))
        ask(bench.steward.learning, SIX)
        assert bench.steward.learning.told() == []
        bench.steward.know(known, SIX)
        ask(bench.steward.learning, SIX)
        assert bench.steward.learning.told() != []

    run(tmp_path, work)


def test_the_steward_hears_only_where_the_site_asks_for_it(tmp_path: Path) -> None:
    """A reload with the word begins it, a reload without it ends it."""

    heard: list[bool] = []

    async def work(bench: Bench) -> None:
        for learn in (False, True, False):
            await bench.steward.take_up(orders(BLOCKED, replace(SETTINGS, learn=learn)))
            heard.append(bench.steward.answers.heard == bench.steward.learning.heard)

    run(tmp_path, work)
    assert heard == [False, True, False]
