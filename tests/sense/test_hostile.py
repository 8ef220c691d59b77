"""Whatever the bytes: no parser raises, hangs, or says a name that is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.sense import clear, gquic, hello, links, quic, tunnels, wire
from agent.sense.captures import Capture, NoCapture
from agent.sense.datagrams import Datagrams
from agent.sense.flows import Flows, Limits
from agent.sense.lines import Seen, decode
from agent.sense.live import Live
from agent.sense.offline import lines
from agent.sense.streams import read_stream
from tests.sense import making
from tests.sense.making import client_hello, crypto, initial, logged, pcap, pcapng, records, tcp, udp

SEEDS = (
    records(client_hello(key=99)), client_hello(key=99), b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", making.google(),
    making.chlo(), initial(crypto(client_hello(key=32))), crypto(b"abc") + b"\x02\x05\x00\x01\x02\x00\x01",
    making.ethernet(tcp(records(client_hello(key=9))), 0x8100), tcp(b"abc"), logged(tcp(b"abc")), logged(udp(b"abc")),
)  # fmt: skip
NAME = re.compile(r"[0-9a-z_.-]{1,255}|\[[0-9a-f:.]+\]")


@st.composite
def damaged(draw: st.DrawFn, seeds: tuple[bytes, ...] = SEEDS) -> bytes:
    """Something well formed, then cut, overwritten and stretched."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        data[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=8) | st.just(b"\xff\xff\xff\xff"))
    return bytes(data[: draw(st.integers(0, len(data)))]) if draw(st.booleans()) else bytes(data)


PARSERS: dict[str, Callable[[bytes], object]] = {
    "client_hello": hello.client_hello,
    "unwrap": hello.unwrap,
    "a TLS stream": lambda data: hello.read_stream(data) if hello.starts_like_record(data) else None,
    "a stream": lambda data: read_stream(data) if data else None,
    "HTTP": clear.read_stream,
    "a Google datagram": lambda data: gquic.read_datagram(data) if gquic.is_google(data) else None,
    "CHLO": gquic.read_chlo,
    "frames": quic.crypto,
    "initials": lambda data: [*quic.initials(data, False), *quic.initials(data, True)],
    "an IP datagram": wire.read,
    "a tunnel": lambda data: (tunnels.of_stream(data), tunnels.of_datagram(data)),
    "a QUIC flow": lambda data: Datagrams().feed(wire.Packet(b"", False, data)),
    "a QUIC flow, cut": lambda data: Datagrams().feed(wire.Packet(b"", False, data, cut=True)),
    "a frame": lambda data: [links.datagram(link, data) for link in range(300) if links.reads(link)],
    "a batch": lambda data: Live(Flows()).take(data, 0.0),
}


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS.keys())
@given(data=st.binary(max_size=300) | damaged())
def test_never_raises(parse: Callable[[bytes], object], data: bytes) -> None:
    """Every parser answers, whatever it is given."""
    parse(data)


@given(parts=st.lists(st.tuples(st.booleans(), damaged(), st.integers(0, 3000)), max_size=12))
@settings(max_examples=300)
def test_flows_stay_whole(parts: list[tuple[bool, bytes, int]]) -> None:
    """Any packets in any order: lines that can be read, names that are names, and never more than the limits."""
    flows = Flows(Limits(half_read=3, spoken=5))
    live = Live(flows)
    said = b""
    for i, (over_tcp, payload, seq) in enumerate(parts):
        datagram = tcp(payload, seq, sport=50000 + seq % 5) if over_tcp else udp(payload, sport=50000 + seq % 5)
        said += live.take(logged(datagram), float(i)) + live.tick(float(i))
        assert len(flows) <= 3
    for raw in said.splitlines():
        seen = decode(raw)
        assert isinstance(seen, Seen)
        assert seen.name is None or NAME.fullmatch(seen.name)


@given(data=damaged((pcap(tcp(records(client_hello(key=9))), link=101), pcapng((0, b"abcd"), (0, b"efgh")))))
@settings(max_examples=200)
def test_captures(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A damaged capture is read as far as it goes, or refused with a reason."""
    path = Path(tmp_path_factory.getbasetemp()) / "damaged"
    path.write_bytes(data)
    try:
        read = Capture(path)
    except NoCapture:
        return
    assert list(lines(read))
