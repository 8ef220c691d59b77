"""IP packets and the frames around them: who, to whom, and the payload."""

from __future__ import annotations

from struct import pack

import pytest

from agent.sense import links, wire
from agent.sense.wire import ACK, Ends
from tests.sense.making import V4, V6, ethernet, ip, tcp, udp

OPTIONS = pack(">HHIIBBHHH", 50001, 443, 5, 1, 0x80, ACK, 64, 0, 0) + bytes(12) + b"data"
HOPS = b"\x06\x00" + bytes(6) + tcp(b"data", 5)[20:]
FRAGMENT_FIRST = b"\x06\0\0\x01" + bytes(4) + tcp(b"data", 5)[20:]
AUTHENTICATED = b"\x06\x01" + bytes(10) + tcp(b"data", 5)[20:]


def with_total(total: int) -> bytes:
    """A datagram whose header tells this length."""
    made = tcp(b"data", 5)
    return made[:2] + pack(">H", total) + made[4:]


READ = {
    "TCP over IPv4": tcp(b"data", 5),
    "TCP options": ip(6, OPTIONS),
    "the link's padding": tcp(b"data", 5) + bytes(6),
    "a length that the card was to fill in": with_total(0),
    "IPv4 options": b"\x46" + tcp(b"data", 5)[1:20] + bytes(4) + tcp(b"data", 5)[20:],
}
READ["IPv4 options"] = READ["IPv4 options"][:2] + pack(">H", len(READ["IPv4 options"])) + READ["IPv4 options"][4:]
READ_6 = {
    "TCP over IPv6": tcp(b"data", 5, ends=V6),
    "hop-by-hop options": ip(0, HOPS, ends=V6),
    "the first fragment": ip(44, FRAGMENT_FIRST, ends=V6),
    "an authentication header": ip(51, AUTHENTICATED, ends=V6),
}


@pytest.mark.parametrize("data", [*READ.values(), *READ_6.values()], ids=[*READ, *READ_6])
def test_tcp(data: bytes) -> None:
    """Payload, sequence number and ends are found behind whatever headers there are."""
    packet = wire.read(data)
    assert packet is not None
    assert (packet.tcp, packet.payload, packet.seq, packet.flags, packet.cut) == (True, b"data", 5, ACK, False)
    src, dst = V4 if data[0] >> 4 == 4 else V6
    assert wire.ends(packet.key) == Ends(src, 50001, dst, 443)
    assert wire.ends(wire.reverse(packet.key)) == Ends(dst, 443, src, 50001)


def test_udp_and_tcp_are_two_flows() -> None:
    """The same ends over TCP and UDP are different flows."""
    one, other = wire.read(udp(b"data")), wire.read(tcp(b"data"))
    assert one is not None
    assert other is not None
    assert (one.payload, one.tcp) == (b"data", False)
    assert one.key != other.key


def test_cut() -> None:
    """What the capture did not keep is said to lack."""
    packet = wire.read(udp(bytes(100))[:80])
    assert packet is not None
    assert packet.cut
    assert len(packet.payload) == 52


NONE = {
    "nothing": b"", "no IP": b"\x55" + bytes(60), "ICMP": ip(1, bytes(20)),
    "a later fragment": tcp()[:6] + b"\0\x10" + tcp()[8:],
    "a header of 8 bytes": b"\x42" + tcp()[1:], "cut within the ports": tcp()[:22], "cut within UDP": udp(b"")[:26],
    "a TCP header of 8 bytes": ip(6, tcp()[20:32] + b"\x20" + tcp()[33:]),
    "IPv6 without end": ip(0, bytes(8) * 9, ends=V6),
    "a later fragment of IPv6": ip(44, b"\x06\0\0\x09" + bytes(60), ends=V6), "IPv6 cut": ip(0, b"\x06", ends=V6),
}  # fmt: skip


@pytest.mark.parametrize("data", NONE.values(), ids=NONE.keys())
def test_nothing_to_tell(data: bytes) -> None:
    """What is no TCP or UDP packet, or not enough of one, is none."""
    assert wire.read(data) is None


FOUR, SIX = tcp(b"data"), tcp(b"data", ends=V6)
PPP4 = b"\x00\x21" + FOUR
SNAP = b"\xaa\xaa\x03\0\0\0"
LINKS = {
    "Ethernet": (1, ethernet(FOUR), FOUR),
    "Ethernet, IPv6": (1, ethernet(SIX), SIX),
    "a VLAN tag": (1, ethernet(FOUR, 0x8100), FOUR),
    "two VLAN tags": (1, ethernet(SIX, 0x88A8, 0x8100), SIX),
    "PPPoE": (1, bytes(12) + b"\x88\x64" + bytes(6) + PPP4, FOUR),
    "MPLS": (1, bytes(12) + b"\x88\x47" + bytes(4) + b"\0\0\x01\x40" + FOUR, FOUR),
    "ARP": (1, bytes(12) + b"\x08\x06" + bytes(28), None),
    "tags without end": (1, bytes(12) + b"\x81\0\0\x01" * 20, None),
    "nothing": (1, b"", None),
    "raw": (101, SIX, SIX),
    "raw IPv4": (228, FOUR, FOUR),
    "raw, but no IP": (101, b"\x10abc", None),
    "loopback of BSD": (0, b"\x02\0\0\0" + FOUR, FOUR),
    "loopback of OpenBSD": (108, b"\0\0\0\x18" + SIX, SIX),
    "Linux cooked": (113, bytes(14) + b"\x08\0" + FOUR, FOUR),
    "Linux cooked 2": (276, b"\x86\xdd" + bytes(18) + SIX, SIX),
    "PPP": (9, PPP4, FOUR),
    "PPP with its address": (50, b"\xff\x03" + PPP4, FOUR),
    "PPP's own talk": (9, b"\xc0\x21" + bytes(20), None),
    "HDLC of Cisco": (104, b"\x0f\0\x08\0" + FOUR, FOUR),
    "a length for a type, and SNAP": (1, bytes(12) + b"\0\x40" + SNAP + b"\x08\0" + FOUR, FOUR),
    "a length for a type, and no IP": (1, bytes(12) + b"\0\x40" + b"\x42\x42\x03" + bytes(40), None),
    "PPPoE without its Ethernet": (51, b"\x11\0\0\x01\0\x40" + PPP4, FOUR),
    "a log group": (239, b"\x02\0\0\5" + b"\x05\0\x0a\0a\0\0\0" + pack("<HH", 4 + len(SIX), 9) + SIX, SIX),
    "a log group without a packet": (239, b"\x02\0\0\5" + b"\x08\0\x0a\0abcd", None),
    "attributes without end": (239, bytes(4) + b"\x04\0\1\0" * 99, None),
}


@pytest.mark.parametrize(("link", "frame", "datagram"), LINKS.values(), ids=LINKS.keys())
def test_links(link: int, frame: bytes, datagram: bytes | None) -> None:
    """The datagram is found in the frames of every usual link."""
    assert links.reads(link)
    assert links.datagram(link, frame) == datagram
