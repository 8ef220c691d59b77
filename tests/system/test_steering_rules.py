"""The rules in a real kernel: every packet ends up where the plan says, while all stand and while none does."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.steering import Plan
from agent.gateway.steering import names
from agent.gateway.steering.nft import Nft
from agent.gateway.steward.conntrack import TCP, Connection, Conntrack

from . import places
from .conftest import need, raised
from .kernel import DOH, OTHER, PLAN, PORTS, RESOLVER, SOCIAL, UPSTREAM, Kernel
from .lab import Lab, family_of

LAPTOP, PHONE, GATEWAY, INTERNET = places.NAMESPACES
GATEWAYS = {LAPTOP: ("10.20.10.1", "fd00:20:10::1"), PHONE: ("10.20.20.1", "fd00:20:20::1")}
BOTH = [pytest.param(4, id="IPv4"), pytest.param(6, id="IPv6")]
SOCIALS = {0: [SOCIAL.v4, SOCIAL.v6]}
PASSED = f"site {SOCIAL.name}"


def of(origin: places.Origin, version: int) -> str:
    """An origin's address."""
    return origin.v4 if version == 4 else origin.v6


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """The laboratory's network with workers, sites and resolvers that say who they are."""
    need(("ip", "nft"))
    where = replace(places.LABORATORY, kind="btlabrules")
    with raised(Lab(tmp_path_factory.mktemp("rules"), where=where)) as lab:
        made = Kernel(lab)
        for port in PORTS:
            made.tcp(GATEWAY, "::", port, f"worker {port}")
        for origin in (SOCIAL, OTHER, DOH):
            for version in (4, 6):
                made.tcp(INTERNET, of(origin, version), 443, f"site {origin.name}")
                made.udp(INTERNET, of(origin, version), 443, f"quic {origin.name}")
                made.tcp(INTERNET, of(origin, version), 853, "private")
                made.udp(INTERNET, of(origin, version), 853, "private")
        for origin, label in ((RESOLVER, "the client's"), (UPSTREAM, "upstream")):
            for version in (4, 6):
                made.udp(INTERNET, of(origin, version), 53, label)
        yield made
        made.close()


@pytest.fixture
def kernel(network: Kernel) -> Iterator[Kernel]:
    """The rules of the plan, with one site known as social media and workers that are well."""
    network.apply()
    network.do(lambda nft: nft.refill({**SOCIALS, 2: SOCIALS[0]}))
    network.do(lambda nft: nft.stand(30))
    yield network
    network.do(lambda nft: nft.remove())


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("place", [LAPTOP, PHONE])
def test_social_media_goes_to_a_worker(kernel: Kernel, place: str, version: int) -> None:
    """A client always meets the same worker; anything else is forwarded."""
    met = {kernel.reach(place, of(SOCIAL, version)) for _ in range(5)}
    assert len(met) == 1
    assert met < {f"worker {port}" for port in PORTS}
    assert kernel.reach(place, of(OTHER, version)) == f"site {OTHER.name}"


@pytest.mark.parametrize("version", BOTH)
def test_the_share_of_a_worker_that_is_gone(kernel: Kernel, version: int) -> None:
    """It falls to those left; when it is back, and after every new load, each client meets its own again."""
    sources = places.LINKS[0].device_v4 if version == 4 else ("",)
    before = [kernel.reach(LAPTOP, of(SOCIAL, version), source=one) for one in sources]
    for left in PORTS:
        kernel.do(lambda nft, port=left: nft.share(PORTS, [port]))  # type: ignore[misc]
        assert {kernel.reach(LAPTOP, of(SOCIAL, version), source=one) for one in sources} == {f"worker {left}"}
    kernel.do(lambda nft: nft.share(PORTS, PORTS))
    assert [kernel.reach(LAPTOP, of(SOCIAL, version), source=one) for one in sources] == before
    kernel.apply()
    assert [kernel.reach(LAPTOP, of(SOCIAL, version), source=one) for one in sources] == before


@pytest.mark.parametrize("version", BOTH)
def test_without_a_worker(kernel: Kernel, version: int) -> None:
    """The zone that is open goes straight to the site, the one that is shut is refused; both come back."""
    gone: list[Callable[[Nft], None]] = [lambda nft: nft.step_aside(), lambda nft: nft.share(PORTS, [])]
    for all_are_gone in gone:
        kernel.do(all_are_gone)
        assert kernel.reach(LAPTOP, of(SOCIAL, version)) == PASSED
        assert kernel.reach(PHONE, of(SOCIAL, version)) == "refused"
        assert kernel.reach(PHONE, of(OTHER, version)) == f"site {OTHER.name}"
        kernel.do(lambda nft: nft.share(PORTS, PORTS))
        kernel.do(lambda nft: nft.stand(30))
        assert kernel.reach(PHONE, of(SOCIAL, version)).startswith("worker")


def test_when_nobody_renews_it_the_kernel_steps_aside_by_itself(kernel: Kernel) -> None:
    """Whatever became of our processes, a second after the last word from them web traffic flows."""
    kernel.do(lambda nft: nft.stand(1))
    assert kernel.do(lambda nft: nft.standing()) == {4, 6}
    assert kernel.reach(LAPTOP, SOCIAL.v4).startswith("worker")
    time.sleep(1.3)
    assert kernel.do(lambda nft: nft.standing()) == frozenset()
    assert kernel.reach(LAPTOP, SOCIAL.v4) == PASSED


@pytest.mark.parametrize("version", BOTH)
def test_quic_is_refused_where_it_is_of_concern(kernel: Kernel, version: int) -> None:
    """By class and address: what concerns one client may be nothing to another, and other sites keep theirs."""
    kernel.do(lambda nft: nft.refill({2: []}))
    assert kernel.ask(LAPTOP, of(SOCIAL, version), 443) == "refused"
    assert kernel.ask(PHONE, of(SOCIAL, version), 443) == f"quic {SOCIAL.name}"
    assert kernel.ask(LAPTOP, of(OTHER, version), 443) == f"quic {OTHER.name}"
    kernel.do(lambda nft: nft.add(2, SOCIALS[0]))
    assert kernel.ask(PHONE, of(SOCIAL, version), 443) == "refused"


@pytest.mark.parametrize("version", BOTH)
def test_private_dns_is_refused(kernel: Kernel, version: int) -> None:
    """By its port wherever it is, and by its address where it hides among web traffic."""
    assert kernel.reach(LAPTOP, of(OTHER, version), 853) == "refused"
    assert kernel.ask(LAPTOP, of(OTHER, version), 853) == "refused"
    assert kernel.reach(LAPTOP, of(DOH, version)) == "refused"
    assert kernel.ask(LAPTOP, of(DOH, version), 443) == "refused"


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("place", [LAPTOP, PHONE])
def test_names_are_asked_of_our_resolver(kernel: Kernel, place: str, version: int) -> None:
    """Whatever resolver a client asks, ours answers; while it is gone, the one asked, or upstream for ours."""
    home = GATEWAYS[place][version == 6]
    assert kernel.ask(place, of(RESOLVER, version), 53) == "the client's"
    assert kernel.ask(place, home, 53) == "upstream"
    ours = kernel.udp(GATEWAY, "0.0.0.0" if version == 4 else "::", 53, "ours")
    assert kernel.ask(place, of(RESOLVER, version), 53) == "ours"
    assert kernel.ask(place, home, 53) == "ours"
    kernel.end(ours)
    assert kernel.ask(place, of(RESOLVER, version), 53) == "the client's"


@pytest.mark.parametrize("version", BOTH)
def test_strangers_get_nothing(kernel: Kernel, version: int) -> None:
    """The workers' ports and our resolver are for the site's clients, and a worker's port for what was steered."""
    out, stranger = ("10.90.0.1", "10.90.0.2") if version == 4 else ("fd00:90::1", "fd00:90::2")
    ours = kernel.udp(GATEWAY, "0.0.0.0" if version == 4 else "::", 53, "ours")
    assert kernel.ask(INTERNET, out, 53, stranger) == "refused"
    kernel.end(ours)
    assert kernel.reach(INTERNET, out, PORTS[0]) == "refused"
    assert kernel.reach(LAPTOP, GATEWAYS[LAPTOP][version == 6], PORTS[0]) == "refused"


def everything() -> Plan:
    """The plan of a site that steers the whole web."""
    return replace(PLAN, everything=True)


@pytest.mark.parametrize("version", BOTH)
def test_the_whole_web_may_be_steered(kernel: Kernel, version: int) -> None:
    """For the strict every site goes to a worker and QUIC nowhere; what is within the school stays there."""
    kernel.apply(everything())
    assert kernel.reach(LAPTOP, of(OTHER, version)).startswith("worker")
    assert kernel.ask(LAPTOP, of(OTHER, version), 443) == "refused"
    local = kernel.tcp(GATEWAY, GATEWAYS[LAPTOP][version == 6], 443, "the school's own")
    assert kernel.reach(LAPTOP, GATEWAYS[LAPTOP][version == 6]) == "the school's own"
    kernel.end(local)


def test_a_new_load_touches_no_connection(kernel: Kernel) -> None:
    """Whatever is loaded, even nothing of concern, connections to workers and past them go on."""
    steered = kernel.lab.connect(LAPTOP, (SOCIAL.v4, 443))
    passed = kernel.lab.connect(LAPTOP, (OTHER.v6, 443))
    for made in (steered, passed):
        made.recv(100)
    for plan in (PLAN, everything(), replace(PLAN, classes=(), ranges=(), closed=())):
        kernel.apply(plan)
        for made in (steered, passed):
            made.sendall(b"still there?")
            assert made.recv(100) == b"still there?"
    for made in (steered, passed):
        made.close()


def mark(kernel: Kernel, made: socket.socket) -> int:
    """Our bits of the mark of a client's connection."""
    table = kernel.lab.inside(GATEWAY, lambda: Path("/proc/thread-self/net/nf_conntrack").read_text())
    line = next(line for line in table.splitlines() if f"sport={made.getsockname()[1]} " in line)
    found = re.search(r" mark=(\d+)", line)
    return int(found[1]) & names.MASK if found else 0


def marked(slipped: Connection) -> bool:
    """What the steward does with a connection that is not allowed."""
    with closing(Conntrack()) as table:
        return table.mark(slipped, names.CUT, names.MASK)


def met(kernel: Kernel, origin: places.Origin, version: int) -> socket.socket:
    """A connection from the laptop that was answered once."""
    made = kernel.lab.connect(LAPTOP, (of(origin, version), 443))
    made.recv(100)
    return made


@pytest.mark.parametrize("version", BOTH)
def test_the_first_packets_to_an_address_that_nobody_named(kernel: Kernel, version: int) -> None:
    """Three with content are shown, then no more, as its mark says; an address that was read only now and then."""
    with met(kernel, OTHER, version) as made:
        for expected in (*names.LOOKS, names.LOOKED, names.LOOKED):
            assert mark(kernel, made) == expected
            made.sendall(b"x" * 100)
            made.recv(1000)
    kernel.do(lambda nft: nft.looked_at(of(OTHER, version)))
    again = [met(kernel, OTHER, version) for _ in range(8)]
    assert sum(mark(kernel, made) != 0 for made in again) < 4
    for made in again:
        made.close()


@pytest.mark.parametrize("version", BOTH)
def test_quic_to_social_media_of_others_is_looked_at(kernel: Kernel, version: int) -> None:
    """It is let through, as it concerns another class; behind the same address may be what concerns this one."""
    kernel.do(lambda nft: nft.refill({2: []}))
    made = kernel.lab.inside(PHONE, lambda: socket.socket(family_of(of(SOCIAL, version)), socket.SOCK_DGRAM))
    made.settimeout(2)
    with made:
        made.connect((of(SOCIAL, version), 443))
        for expected in (names.LOOKS[1], names.LOOKS[2], names.LOOKED, names.LOOKED):
            made.send(b"x" * 100)
            assert made.recv(1000) == f"quic {SOCIAL.name}".encode()
            assert mark(kernel, made) == expected


@pytest.mark.parametrize("version", BOTH)
def test_a_connection_that_is_cut(kernel: Kernel, version: int) -> None:
    """Its next packet is answered by an end, whatever it is doing; others go on, and other bits of marks stay."""
    with met(kernel, OTHER, version) as made, met(kernel, OTHER, version) as other:
        source, sport = made.getsockname()[:2]
        slipped = Connection(TCP, source, sport, of(OTHER, version), 443)
        assert kernel.lab.inside(GATEWAY, lambda: marked(slipped))
        made.sendall(b"x" * 100)
        with pytest.raises(ConnectionResetError):
            made.recv(1000)
        other.sendall(b"there?")
        assert other.recv(100) == b"there?"
