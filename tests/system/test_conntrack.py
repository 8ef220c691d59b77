"""The kernel's table of connections as the steward works on it, and the counters of our rules, in both families."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from agent.core.steering import Steering
from agent.gateway.steering.names import CUT, MASK
from agent.gateway.steering.nft import Nft
from agent.gateway.steering.ruleset import ruleset
from agent.gateway.steward.conntrack import TCP, UDP, Connection, Conntrack
from agent.gateway.steward.counters import Counters
from agent.gateway.steward.quic import Refused, end

from . import places
from .conftest import need, raised
from .gateway import until
from .kernel import PLAN
from .lab import Lab

GATEWAY, PORT = places.GATEWAY, 443


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A network whose gateway keeps a table of connections, because our rules ask for it."""
    need(("ip", "nft"))
    with raised(Lab(tmp_path_factory.mktemp("conntrack"), where=replace(places.LABORATORY, kind="btlabtrack"))) as made:
        made.inside(GATEWAY, lambda: Nft().apply(ruleset(PLAN, Steering(("192.0.2.53",)), (8080,))))
        yield made


def track[T](lab: Lab, work: Callable[[Conntrack], T]) -> T:
    """Do something with the gateway's table."""

    def do() -> T:
        table = Conntrack()
        try:
            return work(table)
        finally:
            table.close()

    return lab.inside(GATEWAY, do)


def sent(lab: Lab, to: str, protocol: int) -> Connection:
    """A connection from the laptop through the gateway, as its table has it."""
    own = places.LINKS[0].device_v6 if ":" in to else places.LINKS[0].device_v4[0]
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == TCP else socket.SOCK_DGRAM
    with lab.inside(places.LAPTOP, lambda: socket.socket(family, kind)) as made:
        made.bind((own, 0))
        port = made.getsockname()[1]
        made.settimeout(5)
        try:
            made.connect((to, PORT))
            made.send(b"?")
        except ConnectionError:
            pass
        return Connection(protocol, own, port, to, PORT)


@pytest.mark.parametrize("to", [places.BBC.v4, places.BBC.v6], ids=["v4", "v6"])
def test_a_connection_is_listed_and_taken_out(lab: Lab, to: str) -> None:
    """Among those to its port, once; after that it is not there."""
    one = sent(lab, to, UDP)
    # The first packet waits for its neighbour's address.
    until("it is listed", lambda: track(lab, lambda table: list(table.to_port(UDP, PORT))).count(one) == 1, 20)
    assert one not in track(lab, lambda table: list(table.to_port(TCP, PORT)))
    assert track(lab, lambda table: table.remove(one))
    assert one not in track(lab, lambda table: list(table.to_port(UDP, PORT)))
    assert not track(lab, lambda table: table.remove(one))


@pytest.mark.parametrize("to", [places.BBC.v4, places.BBC.v6], ids=["v4", "v6"])
def test_a_marked_connection_ends_on_both_sides(lab: Lab, to: str) -> None:
    """It was let through; the next packet of either side is answered with an end."""
    with lab.listen(places.INTERNET, (to, PORT)) as listening, lab.connect(places.LAPTOP, (to, PORT)) as client:
        site, _ = listening.accept()
        with site:
            client.sendall(b"before")
            assert site.recv(10) == b"before"
            host, port = client.getsockname()[:2]
            assert track(lab, lambda table: table.mark(Connection(TCP, host, port, to, PORT), CUT, MASK))
            client.sendall(b"after")
            with pytest.raises(ConnectionResetError):
                client.recv(10)
            site.settimeout(5)
            site.sendall(b"after")
            with pytest.raises(ConnectionResetError):
                site.recv(10)


def test_one_that_is_not_there_is_not_marked(lab: Lab) -> None:
    """It has ended already."""
    gone = Connection(TCP, "10.20.10.21", 1, places.BBC.v4, PORT)
    assert not track(lab, lambda table: table.mark(gone, CUT, MASK))


def test_quic_that_a_plan_refuses_is_ended(lab: Lab) -> None:
    """And no other."""
    social, other = sent(lab, places.INSTAGRAM.v4, UDP), sent(lab, places.WIKIPEDIA.v6, UDP)
    until("both are listed", lambda: {social, other} <= set(track(lab, lambda t: list(t.to_port(UDP, PORT)))), 20)
    refused = Refused(PLAN, {0: {places.INSTAGRAM.v4}})
    assert lab.inside(GATEWAY, lambda: end(refused)) == 1
    left = track(lab, lambda table: list(table.to_port(UDP, PORT)))
    assert social not in left
    assert other in left


def test_counters_count_packets(lab: Lab) -> None:
    """Those of our table by name; none for a table that is not there."""

    def read(table: str = "breaktime") -> dict[str, int]:
        counters = Counters(table)
        try:
            return counters.read()
        finally:
            counters.close()

    before = lab.inside(GATEWAY, read)
    lab.inside(GATEWAY, lambda: Nft().add(0, [places.FACEBOOK.v4]))
    sent(lab, places.FACEBOOK.v4, UDP)
    until("it is counted", lambda: lab.inside(GATEWAY, read)["quic"] == before["quic"] + 1, 20)
    assert lab.inside(GATEWAY, lambda: read("another")) == {}
