"""Datagrams in fragments, and datagrams inside others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from struct import pack

import pytest

from agent.sense import wire
from agent.sense.captures import Capture
from agent.sense.fragments import MAX_PIECES, MAX_WAITING, Fragments
from agent.sense.inside import innermost
from agent.sense.lines import Seen
from agent.sense.offline import lines
from tests.sense.making import (
    CLIENT,
    NAME,
    SERVER,
    V4,
    V6,
    client_hello,
    crypto,
    ethernet,
    initial,
    ip,
    pcap,
    records,
    tcp,
    udp,
)

QUIC = udp(initial(crypto(client_hello(key=32))))
QUIC_6 = udp(initial(crypto(client_hello(key=32))), ends=V6)


def cut_4(datagram: bytes, size: int = 480, ident: int = 7) -> list[bytes]:
    """An IPv4 datagram in fragments whose data has `size` bytes, a multiple of 8."""
    data = datagram[20:]
    made = []
    for at in range(0, len(data), size):
        part, more = data[at : at + size], 0x2000 if at + size < len(data) else 0
        made.append(datagram[:2] + pack(">HHH", 20 + len(part), ident, more | at // 8) + datagram[8:20] + part)
    return made


def cut_6(datagram: bytes, size: int = 480, before: bytes = b"") -> list[bytes]:
    """An IPv6 datagram in fragments, perhaps behind a header of options."""
    data, made = datagram[40:], []
    for at in range(0, len(data), size):
        part = data[at : at + size]
        head = bytes([datagram[6], 0]) + pack(">H", at | (at + size < len(data))) + b"what"
        body = before + head + part
        made.append(datagram[:4] + pack(">HB", len(body), 0 if before else 44) + datagram[7:40] + body)
    return made


def fed(pieces: Sequence[bytes]) -> list[bytes]:
    """What comes out, and what is left at the end."""
    fragments = Fragments()
    found = [whole for piece in pieces if (whole := fragments.whole(piece)) is not None]
    return [*found, *fragments.rest()]


OPTIONS = bytes([44, 0]) + bytes(6)


@pytest.mark.parametrize(
    ("pieces", "datagram"),
    [
        pytest.param(cut_4(QUIC), QUIC, id="IPv4"),
        pytest.param(cut_6(QUIC_6), QUIC_6, id="IPv6"),
        pytest.param(cut_6(QUIC_6, before=OPTIONS), QUIC_6, id="IPv6, behind options"),
    ],
)
def test_whole_again(pieces: list[bytes], datagram: bytes) -> None:
    """In whatever order fragments come, and however often, the same packet is read as if it had not been cut."""
    asked = wire.read(datagram)
    assert asked is not None
    for order in permutations([*pieces, pieces[0]]):
        found = fed(order)
        assert wire.read(found[0]) == asked


def test_two_at_once() -> None:
    """Fragments of different datagrams are told apart by their number."""
    one, other = cut_4(QUIC, ident=1), cut_4(tcp(records(client_hello())), ident=2)
    mixed = [piece for pair in zip(one, other, strict=False) for piece in pair] + other[len(one) :]
    assert {packet.tcp for whole in fed(mixed) if (packet := wire.read(whole))} == {True, False}


def test_the_rest_never_comes() -> None:
    """Then the first fragments are read as far as they go, and what has no beginning is nothing."""
    pieces = cut_4(QUIC)
    (beginning,) = fed(pieces[:-1])
    packet = wire.read(beginning)
    assert packet is not None
    assert packet.payload
    assert fed(pieces[1:]) == []


def test_nothing_waits_for_ever() -> None:
    """So many datagrams wait, then the oldest is given up; a datagram of countless pieces is not gathered."""
    fragments = Fragments()
    given_up = [fragments.whole(cut_4(QUIC, ident=n)[0]) for n in range(MAX_WAITING + 2)]
    assert [found is not None for found in given_up] == [False] * MAX_WAITING + [True] * 2
    many = cut_4(ip(17, bytes(8 * (MAX_PIECES + 9))), size=8)
    assert len(fed(many)) == 1
    assert len(fed(many)[0]) < 20 + 8 * (MAX_PIECES + 9)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x45",
        b"\x60" + bytes(5),
        b"\x60" + bytes(39) + b"\x2c",
        QUIC,
        QUIC_6,
        b"\x15" + bytes(60),
        ip(0, b"", V6),
    ],
)
def test_no_fragment(data: bytes) -> None:
    """What is no fragment goes through untouched, whatever it is."""
    assert Fragments().whole(data) == data


FOUR, SIX = tcp(b"data"), tcp(b"data", ends=V6)
GRE_KEY = b"\x20\0\x86\xdd" + bytes(4)
CARRIED = {
    "IP in IP": (ip(4, FOUR), FOUR),
    "IPv6 in IPv4": (ip(41, SIX), SIX),
    "IPv4 in IPv6": (ip(4, FOUR, V6), FOUR),
    "GRE": (ip(47, b"\0\0\x08\0" + FOUR), FOUR),
    "GRE with a key": (ip(47, GRE_KEY + SIX), SIX),
    "GRE with Ethernet": (ip(47, b"\0\0\x65\x58" + ethernet(FOUR)), FOUR),
    "GRE as PPTP has it": (ip(47, b"\x30\x81\x88\x0b" + bytes(12) + b"\xff\x03\x00\x21" + FOUR), FOUR),
    "one in another": (ip(4, ip(41, SIX)), SIX),
    "something else in GRE": (ip(47, b"\0\0\x12\x34" + FOUR), None),
    "nothing in it": (ip(4, b"", V6), None),
    "no IP in it": (ip(4, b"\x15" * 40), None),
    "carries nothing": (FOUR, None),
    "too short": (b"\x45", None),
}


@pytest.mark.parametrize(("outer", "inner"), CARRIED.values(), ids=CARRIED.keys())
def test_inside(outer: bytes, inner: bytes | None) -> None:
    """The datagram that another carries is found; one that carries none is itself."""
    assert innermost(outer) == (outer if inner is None else inner)


def test_depth_is_bounded() -> None:
    """Nobody is sent down without end."""
    deep = FOUR
    for _ in range(9):
        deep = ip(4, deep)
    assert innermost(deep) != FOUR


@pytest.mark.parametrize(
    "datagrams",
    [
        pytest.param(cut_4(QUIC), id="fragments"),
        pytest.param([ip(47, b"\0\0\x08\0" + piece) for piece in cut_4(QUIC)], id="fragments inside GRE"),
        pytest.param(cut_4(ip(4, QUIC)), id="a carrier in fragments"),
        pytest.param(cut_4(QUIC, size=1160)[:1], id="the first fragment alone, with the name in it"),
    ],
)
def test_a_capture_of_them(datagrams: list[bytes], tmp_path: Path) -> None:
    """A flow in a capture is named however it was carried."""
    path = tmp_path / "capture"
    path.write_bytes(pcap(*datagrams, link=101))
    seen = [line for line in lines(Capture(path)) if isinstance(line, Seen)]
    assert seen == [Seen("QUIC", NAME, CLIENT, 50001, SERVER, 443)]
    assert V4 == (CLIENT, SERVER)
