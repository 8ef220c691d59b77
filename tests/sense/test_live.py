"""Live: batches of a log group in, lines out."""

from __future__ import annotations

from struct import pack

import pytest

from agent.sense.flows import Flows
from agent.sense.lines import Line, Meters, Seen, decode
from agent.sense.live import Live
from agent.sense.nflog import packets
from tests.sense.making import CLIENT, ECH, NAME, SERVER, client_hello, ip, logged, records, syn, tcp, udp

HELLO = records(client_hello())


def lines(data: bytes) -> list[Line]:
    """The lines in what was written."""
    return [decode(line) for line in data.splitlines()]


def test_batch() -> None:
    """Every packet of a batch comes out with its rule's prefix, in order."""
    batch = logged(b"one", b"three", prefix=b"a rule") + logged(b"x" * 4000, prefix=b"")
    assert list(packets(batch)) == [(b"one", b"a rule"), (b"three", b"a rule"), (b"x" * 4000, b"")]


BAD = {
    "nothing": b"",
    "a header alone": logged(b"one")[:16],
    "a message of no length": pack("=IHHII", 0, 0x400, 0, 0, 0) * 3,
    "an attribute of no length": pack("=IHHII", 24, 0x400, 0, 0, 0) + bytes(8),
    "another kind of message": pack("=IHHII", 24, 0x1234, 0, 0, 0) + bytes(8),
}


@pytest.mark.parametrize("batch", BAD.values(), ids=BAD.keys())
def test_no_batch(batch: bytes) -> None:
    """What is not well formed holds no packets."""
    assert list(packets(batch)) == []


def test_lines_and_meters() -> None:
    """A flow is one line as soon as it is read; the meters count it, and are said when they have changed."""
    live = Live(Flows())
    hello = tcp(records(client_hello(more=ECH)), 1)
    assert live.take(logged(syn(), tcp(b""), prefix=b"first"), 1.0) == b""
    said = lines(live.take(logged(hello, udp(b"\x40" * 50), ip(1, b"ping"), prefix=b"slip"), 1.1))
    assert said == [
        Seen("TLS", NAME, CLIENT, 50001, SERVER, 443, True, "first"),  # the first packet's rule counts
        Seen("UDP", None, CLIENT, 50001, SERVER, 443, False, "slip"),
    ]
    meters = lines(live.meters())
    assert meters == [
        Meters({"packets": 5, "flows": 2, "TLS": 1, "UDP": 1, "hidden": 1, "unnamed": 1, "unread": 1, "evicted": 0})
    ]
    assert live.meters() == b""


def test_without_a_name() -> None:
    """A flow that is waited for in vain is said once, without a name."""
    live = Live(Flows())
    assert live.take(logged(syn(), tcp(HELLO[:50])), 1.0) == b""
    assert live.tick(2.0) == b""
    assert lines(live.tick(9.0)) == [Seen("TLS", None, CLIENT, 50001, SERVER, 443, False, "slip")]
    assert live.tick(99.0) == b""


def test_many_at_once() -> None:
    """However many flows begin, those half read stay within the limit."""
    flows = Flows()
    live = Live(flows)
    for i in range(3 * flows.limits.half_read // 32):
        live.take(logged(*(tcp(HELLO[:99], sport=1024 + 32 * i + n) for n in range(32))), 1.0)
    assert len(flows) <= flows.limits.half_read
    assert flows.evicted == 2 * flows.limits.half_read


def test_many_prefixes() -> None:
    """However many prefixes rules may have, each comes out as it is."""
    live = Live(Flows())
    for i in range(600):
        (said,) = lines(live.take(logged(tcp(HELLO, sport=2000 + i), prefix=b"%d" % i), 1.0))
        assert isinstance(said, Seen)
        assert said.prefix == str(i)
