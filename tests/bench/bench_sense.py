"""The first packets of a flow that was not steered, from the kernel's batch to the line with its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from ipaddress import ip_address

from agent.sense.flows import Flows
from agent.sense.lines import Seen, decode
from agent.sense.live import Live
from tests.bench.clocks import each
from tests.bench.figures import Mark, Result, Row
from tests.sense.making import V4, client_hello, crypto, initial, logged, records, syn, tcp, udp

TLS_MARK = Mark(30, at_most=True)
FLOWS, BATCH = 2048, 32
HELLO = client_hello()
"""As long as browsers send them: with post-quantum keys it fills a segment and a half, or two QUIC packets."""
SMALL = client_hello(key=32)
LARGE = client_hello(key=1216 + 400)
SPLIT = 1100


def sense() -> Result:
    """Processor time for each flow: a batch taken apart, headers, hello, table, counts and the JSON line."""
    return Result(
        "sense",
        "one flow named from the first packets that nftables logs",
        (
            _row("TLS, a hello in one packet", _one, TLS_MARK),
            _row("TLS, SYN, ACK and a hello in two segments", _handshake),
            _row("QUIC, a hello in one Initial", _initial),
            _row("QUIC, a hello in two Initials", _initials),
            _row("neither, given up at its first packet", _other),
        ),
    )


def _row(what: str, flow: Callable[[int], Sequence[bytes]], mark: Mark | None = None) -> Row:
    flows = [flow(i) for i in range(FLOWS)]
    packets = [packet for one in flows for packet in one]
    batches = [logged(*packets[i : i + BATCH]) for i in range(0, len(packets), BATCH)]
    lines = [decode(line) for line in _read(batches).splitlines()]
    named = sum(1 for line in lines if isinstance(line, Seen) and line.name)
    assert len(lines) == FLOWS
    assert named in (0, FLOWS)
    rounds = [micros[0] / FLOWS for micros in each([partial(_read, batches)], 1)]
    return Row(what, "agent.sense", "µs", tuple(rounds), mark=mark, note=f"{len(packets) // FLOWS} packet(s) a flow")


def _read(batches: Sequence[bytes]) -> bytes:
    live = Live(Flows())
    return b"".join(live.take(batch, 1.0) for batch in batches)


def _ends(number: int) -> tuple[str, str]:
    return str(ip_address("10.0.0.0") + number), V4[1]


def _one(number: int) -> Sequence[bytes]:
    return (tcp(records(HELLO), ends=_ends(number)),)


def _handshake(number: int) -> Sequence[bytes]:
    hello, port = records(LARGE), 2000 + number
    return syn(0, port), tcp(b"", sport=port), tcp(hello[:1400], sport=port), tcp(hello[1400:], 1401, sport=port)


def _initial(number: int) -> Sequence[bytes]:
    return (udp(initial(crypto(SMALL), dcid=number.to_bytes(8)), ends=_ends(number)),)


def _initials(number: int) -> Sequence[bytes]:
    dcid, ends = number.to_bytes(8), _ends(number)
    second = initial(crypto(LARGE[SPLIT:], SPLIT), dcid=dcid, number=1)
    return udp(initial(crypto(LARGE[:SPLIT]), dcid=dcid), ends=ends), udp(second, ends=ends)


def _other(number: int) -> Sequence[bytes]:
    return (udp(b"\x40" + bytes(200), ends=_ends(number)),)
