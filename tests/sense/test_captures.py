"""Capture files: every kind that is read, and what is said of those that are not whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from struct import pack

import pytest

from agent.sense.captures import Capture, NoCapture
from agent.sense.lines import Line, Meters, Seen, Trouble
from agent.sense.offline import lines
from tests.sense.making import (
    CLIENT,
    NAME,
    SERVER,
    block,
    client_hello,
    crypto,
    ethernet,
    initial,
    pcap,
    pcapng,
    records,
    syn,
    tcp,
    udp,
)

HELLO = tcp(records(client_hello()))
QUIC = udp(initial(crypto(client_hello(key=32))))
SPB = block(0x0A0D0D0A, pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, pack("<HHI", 1, 0, 65535))
RADIO = b"\0\0\x08\0" + bytes(4) + b"\x08\x01" + bytes(22) + b"\xaa\xaa\x03\0\0\0\x08\0" + HELLO
PLAIN = pcap(ethernet(syn()), ethernet(HELLO))


def read(data: bytes, folder: Path) -> list[Line]:
    """What is said of a file with this content."""
    path = folder / "capture"
    path.write_bytes(data)
    return list(lines(Capture(path)))


WHOLE = {
    "pcap": PLAIN,
    "pcap, big-endian": pcap(ethernet(HELLO), order=">"),
    "pcap, nanoseconds": pcap(ethernet(HELLO), magic=0xA1B23C4D),
    "pcap, with a checksum told in the link type": pcap(ethernet(HELLO), link=0x24000001),
    "pcap, compressed": gzip.compress(PLAIN),
    "pcapng": pcapng((0, ethernet(syn())), (0, ethernet(HELLO))),
    "pcapng, compressed": gzip.compress(pcapng((0, ethernet(HELLO)))),
    "pcapng, two interfaces of different links": pcapng((1, syn()), (0, ethernet(HELLO)), links=(1, 101)),
    "pcapng, two sections": pcapng((0, ethernet(syn()))) + pcapng((0, HELLO), links=(101,)),
    "pcapng, simple packets": SPB + block(3, pack("<I", len(ethernet(HELLO))) + ethernet(HELLO)),
    "pcapng, blocks that are not known": pcapng((0, ethernet(HELLO))) + block(0xBAD, bytes(40)),
    "pcapng, with the keys of TLS": pcapng((0, ethernet(HELLO))) + block(10, pack("<II", 0x544C534B, 4) + b"none"),
    "raw IP": pcap(HELLO, link=101),
    "Linux cooked": pcap(bytes(14) + b"\x08\0" + HELLO, link=113),
    "loopback": pcap(b"\x02\0\0\0" + HELLO, link=0),
    "a wireless card": pcap(RADIO, link=127),
    "VLAN": pcap(ethernet(HELLO, 0x8100)),
}  # fmt: skip


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE.keys())
def test_formats(data: bytes, tmp_path: Path) -> None:
    """Every kind of file and of link gives the flow, and no trouble."""
    seen, meters = read(data, tmp_path)
    assert seen == Seen("TLS", NAME, CLIENT, 50001, SERVER, 443)
    assert isinstance(meters, Meters)
    assert meters.counts["unread"] == 0


EARLY = {
    "pcap, cut within a packet": PLAIN + pcap(ethernet(QUIC))[24:900],
    "pcap, cut within a header": PLAIN + bytes(9),
    "pcap, an absurd length": PLAIN + pack("<IIII", 1, 2, 0xFFFFFFFF, 60) + bytes(60),
    "pcap, compressed and cut": gzip.compress(PLAIN + pcap(ethernet(QUIC))[24:] * 9)[:1500],
    "pcap, compressed and damaged": gzip.compress(PLAIN)[:-9] + bytes(9),
    "pcapng, cut within a block": pcapng((0, ethernet(HELLO)), (0, ethernet(QUIC)))[:-99],
    "pcapng, cut within a header": pcapng((0, ethernet(HELLO))) + b"\x06\0",
    "pcapng, an absurd length": pcapng((0, ethernet(HELLO))) + pack("<II", 6, 0xFFFFFFF0) + bytes(60),
    "pcapng, lengths that differ": pcapng((0, ethernet(HELLO)))
    + block(6, bytes(40))[:-4]
    + bytes(4)
    + block(6, bytes(40)),
}


@pytest.mark.parametrize("data", EARLY.values(), ids=EARLY.keys())
def test_ends_early(data: bytes, tmp_path: Path) -> None:
    """What was read before the damage stands, and it is said that the file ends early."""
    said = read(data, tmp_path)
    assert Seen("TLS", NAME, CLIENT, 50001, SERVER, 443) in said
    (trouble,) = (line for line in said if isinstance(line, Trouble))
    assert trouble.text.startswith("the capture ends early, after packet ")


def test_an_unknown_link(tmp_path: Path) -> None:
    """Packets of a link that nobody knows are counted and said."""
    said = read(pcap(b"what", b"ever", link=147), tmp_path)
    assert Trouble("2 of 2 packets are of a kind of link that is not known") in said


def test_nothing_in_it(tmp_path: Path) -> None:
    """A capture without packets is no trouble."""
    assert read(pcap(), tmp_path) == [Meters({"packets": 0, "unread": 0, "evicted": 0})]


def test_all_flows(tmp_path: Path) -> None:
    """Flows of every protocol are named in their order; what can have no name is left out."""
    http = tcp(b"GET / HTTP/1.1\r\nHost: plain.example\r\n\r\n", sport=50002, dport=80)
    dns = udp(bytes(30), dport=53)
    seen = [line for line in read(pcap(QUIC, http, dns, tcp(b"\0\0\0", sport=9), HELLO, link=101), tmp_path)
            if isinstance(line, Seen)]  # fmt: skip
    assert [(line.protocol, line.name) for line in seen] == [("QUIC", NAME), ("HTTP", "plain.example"), ("TLS", NAME)]


def missing(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files that are no captures, with what is said of them."""
    for name, content, why in (
        ("empty", b"", "it is empty"),
        ("text", b"hello, world", "it is no capture"),
        ("short", b"\xd4\xc3", "it is no capture"),
        ("head", PLAIN[:10], "it is damaged at its very beginning"),
        ("head-ng", pcapng()[:20], "it is damaged at its very beginning"),
        ("packed", gzip.compress(b"hello"), "it is no capture"),
        ("packed-empty", gzip.compress(b""), "it is empty"),
        ("packed-damaged", b"\x1f\x8b\x08", "it is empty"),
    ):
        (folder / name).write_bytes(content)
        yield why, folder / name
    yield "no such file", folder / "none"
    yield "is a directory", folder


def test_no_capture(tmp_path: Path) -> None:
    """What is no capture is refused with its reason."""
    for why, path in missing(tmp_path):
        with pytest.raises(NoCapture, match=why):
            Capture(path)
