"""The table of flows: each is spoken of once, and there are never more than the limits say."""

from __future__ import annotations

import pytest

from agent.sense.flows import Flows, Limits
from agent.sense.lines import Seen
from agent.sense.wire import ACK, SYN, read
from tests.sense.making import CLIENT, NAME, SERVER, client_hello, crypto, initial, records, syn, tcp, udp

HELLO = records(client_hello())
BACK = (SERVER, CLIENT)
SERVER_HELLO = records(b"\x02" + bytes(90))
RECORD = b"\x17\x03\x03\x00\x10" + bytes(16)


def answer(payload: bytes = b"", seq: int = 1, flags: int = ACK) -> bytes:
    """A packet of the server's."""
    return tcp(payload, seq, flags, 443, 50001, BACK)


def feed(flows: Flows, *datagrams: bytes, now: float = 0.0) -> list[Seen]:
    """What the table says to these packets."""
    packets = [packet for datagram in datagrams if (packet := read(datagram)) is not None]
    return [seen for packet in packets if (seen := flows.packet(packet, now, "rule")) is not None]


def line(protocol: str = "TLS", name: str | None = NAME) -> Seen:
    """The line of the usual flow."""
    return Seen(protocol, name, CLIENT, 50001, SERVER, 443, False, "rule")


QUIC = udp(initial(crypto(client_hello(key=32))))
UNSPOKEN = udp(initial(b"", 0x1A2A3A4A, "00" * 20))
OFFER = udp(b"\x80" + bytes(30), 443, 50001, BACK)
FROM_SERVER = udp(initial(b"\x01", dcid=b"by client"), 443, 50001, BACK)
CASES = {
    "both directions": ([syn(), answer(b"", 9, SYN | ACK), tcp(HELLO), answer(SERVER_HELLO, 10)], [line()]),
    "the server's side first": ([answer(SERVER_HELLO), tcp(HELLO)], [line()]),
    "said once, though sent again": ([syn(), tcp(HELLO), tcp(HELLO), tcp(RECORD, 9999)], [line()]),
    "TCP and UDP between the same ends": ([tcp(HELLO), QUIC], [line(), line("QUIC")]),
    "a new connection between the same ends": ([syn(), tcp(HELLO), syn(70), tcp(HELLO, 71)], [line(), line()]),
    "the SYN sent again": ([syn(), tcp(HELLO[:9]), syn(), tcp(HELLO[9:], 10)], [line()]),
    "a new SYN before anything was said": ([syn(), tcp(b"\x16"), syn(70), tcp(HELLO, 71)], [line()]),
    "half a hello, and the server answers": ([syn(), tcp(HELLO[:-9]), answer(SERVER_HELLO)], [line()]),
    "the server answers before, in the capture": ([syn(), answer(SERVER_HELLO), tcp(HELLO)], [line()]),
    "something else": ([syn(), tcp(b"\x05\x01\x00")], [line("TCP", None)]),
    "something else over UDP": ([udp(b"\x01\0\0\0" + bytes(144))], [line("WireGuard", None)]),
    "a QUIC server's packet first": ([FROM_SERVER, QUIC], [line("QUIC")]),
    "a QUIC server that offers versions": ([UNSPOKEN, OFFER, QUIC], [line("QUIC")]),
}  # fmt: skip


@pytest.mark.parametrize(("datagrams", "said"), CASES.values(), ids=CASES.keys())
def test_once(datagrams: list[bytes], said: list[Seen]) -> None:
    """A flow has one line, with the client's end first, whichever of its packets are seen."""
    assert feed(Flows(), *datagrams) == said


WAITING = {
    "half a hello": ([syn(), tcp(HELLO[:-9])], [line()]),
    "half a hello without its name": ([syn(), tcp(HELLO[:99])], [line(name=None)]),
    "the middle of a connection": ([tcp(RECORD)], [line(name=None)]),
    "the middle, told by its server": ([answer(RECORD)], [line(name=None)]),
    "the middle, both sides": ([answer(RECORD), tcp(RECORD)], [line(name=None)]),
    "half a QUIC hello": ([udp(initial(crypto(client_hello()[:900])))], [line("QUIC", None)]),
    "a SYN alone": ([syn()], []),
    "a server's side alone": ([answer(SERVER_HELLO)], []),
}


@pytest.mark.parametrize(("datagrams", "said"), WAITING.values(), ids=WAITING.keys())
def test_in_the_end(datagrams: list[bytes], said: list[Seen]) -> None:
    """What is only half read is said when nothing more comes: after the patience, or at the end."""
    flows = Flows()
    assert feed(flows, *datagrams, now=10.0) == []
    assert list(flows.expire(12.9)) == []
    assert list(flows.expire(13.1)) == said
    assert (list(flows.end()), len(flows)) == ([], 0)
    feed(other := Flows(), *datagrams)
    assert list(other.end()) == said


def test_forgotten() -> None:
    """What was said is remembered for a while and then forgotten."""
    flows = Flows(Limits(memory=60.0))
    assert len(feed(flows, tcp(HELLO), now=0.0)) == 1
    assert list(flows.expire(59.0)) == []
    assert feed(flows, tcp(HELLO), now=59.0) == []
    assert list(flows.expire(61.0)) == []
    assert len(feed(flows, tcp(HELLO), now=61.0)) == 1


def test_too_many_half_read() -> None:
    """Of too many half-read flows the oldest are given up, said as far as they are known, and counted."""
    flows = Flows(Limits(half_read=10))
    feed(flows, *(tcp(HELLO[:-9], sport=1000 + i) for i in range(15)))
    said = list(flows.make_room(0.0))
    assert [seen.sport for seen in said] == [1000, 1001, 1002, 1003, 1004]
    assert {seen.name for seen in said} == {NAME}
    assert (len(flows), flows.evicted) == (10, 5)


def test_too_many_spoken_of() -> None:
    """Of too many flows that were spoken of the oldest are forgotten first."""
    flows = Flows(Limits(spoken=10))
    assert len(feed(flows, *(tcp(HELLO, sport=1000 + i) for i in range(100)))) == 100
    assert feed(flows, tcp(HELLO, sport=1099)) == []
    assert len(feed(flows, tcp(HELLO, sport=1000))) == 1
