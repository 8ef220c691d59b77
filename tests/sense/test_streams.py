"""TCP: the first bytes of a connection, whatever became of its segments on the way."""

from __future__ import annotations

import pytest

from agent.sense.pieces import joined
from agent.sense.reading import Reading, State
from agent.sense.streams import MAX_SEGMENTS, Stream
from agent.sense.wire import SYN, read
from tests.sense.making import NAME, client_hello, records, syn, tcp

HELLO = records(client_hello())
GET = b"GET / HTTP/1.1\r\nHost: www.example.net\r\n\r\n"
TLS, HTTP = (State.DONE, "TLS", NAME, False), (State.DONE, "HTTP", NAME, False)
TOP = 0xFFFFFFFF


def result(*datagrams: bytes) -> Reading | None:
    """The reading after these packets of one direction, or what could be said in the end."""
    stream = Stream()
    for datagram in datagrams:
        packet = read(datagram)
        assert packet is not None
        reading = stream.feed(packet)
        if reading is not None:
            return reading
    return stream.settled()


A, B, C = HELLO[:500], HELLO[500:1000], HELLO[1000:]
CASES = {
    "one segment": ([syn(), tcp(HELLO)], TLS),
    "without the SYN": ([tcp(HELLO, 7)], TLS),
    "three segments": ([syn(), tcp(b""), tcp(A, 1), tcp(B, 501), tcp(C, 1001)], TLS),
    "out of order": ([syn(), tcp(C, 1001), tcp(B, 501), tcp(A, 1)], TLS),
    "out of order, without the SYN": ([tcp(B, 501), tcp(C, 1001), tcp(A, 1)], TLS),
    "sent again, cut otherwise": ([syn(), tcp(A, 1), tcp(A, 1), tcp(HELLO[300:900], 301), tcp(HELLO[900:], 901)], TLS),
    "numbers that run over": ([syn(TOP - 99), tcp(A, TOP - 98), tcp(C, 901), tcp(B, 401)], TLS),
    "numbers that run over, without the SYN": ([tcp(B, 402), tcp(C, 902), tcp(A, TOP - 97)], TLS),
    "data in the SYN": ([tcp(A, 0, SYN), tcp(B + C, 501)], TLS),
    "a keep-alive before": ([syn(), tcp(b"\0", 0), tcp(HELLO)], TLS),
    "byte by byte at first": ([syn(), *(tcp(HELLO[i : i + 1], i + 1) for i in range(9)), tcp(HELLO[9:], 10)], TLS),
    "HTTP": ([syn(), tcp(GET)], HTTP),
    "HTTP in pieces": ([syn(), tcp(GET[:2]), tcp(GET[2:20], 3), tcp(GET[20:], 21)], HTTP),
    "a hole": ([syn(), tcp(A, 1), tcp(C, 1001)], (State.MORE, "TLS", None, False)),
    "only the end": ([syn(), tcp(C, 1001)], (State.OTHER, "TCP", None, False)),
    "something else": ([syn(), tcp(b"\x05\x01\x00")], (State.OTHER, "TCP", None, False)),
    "something else, perhaps later": ([tcp(b"\x05\x01\x00")], (State.OTHER, "TCP", None, False)),
    "two bytes": ([syn(), tcp(b"\x16\x03")], (State.MORE, "TCP", None, False)),
    "a server's answer": ([tcp(b"HTTP/1.1 200 OK")], (State.SERVER, "HTTP", None, False)),
    "SSH": ([syn(), tcp(b"SSH-2.0-x\r\n")], (State.OTHER, "SSH", None, False)),
    "OpenVPN": ([syn(), tcp(b"\0\x0e\x38" + bytes(13))], (State.OTHER, "OpenVPN", None, False)),
    "nothing": ([syn(), tcp(b"")], None),
}


@pytest.mark.parametrize(("datagrams", "reading"), CASES.values(), ids=CASES.keys())
def test_segments(datagrams: list[bytes], reading: Reading | None) -> None:
    """The beginning is put together from its segments, and told as soon as it can be."""
    assert result(*datagrams) == reading


def test_bounded() -> None:
    """A connection that says nothing readable is given up after so many segments."""
    stream = Stream()
    readings = []
    for i in range(MAX_SEGMENTS):
        packet = read(tcp(b"x", 2 + 2 * i))
        assert packet is not None
        readings.append(stream.feed(packet))
    assert readings[-1] is not None


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [([], b""), ([(1, b"x")], b""), ([(0, b"ab"), (2, b"c")], b"abc"), ([(3, b"d"), (0, b"abc"), (9, b"x")], b"abcd"),
     ([(0, b"abc"), (1, b"XYZ")], b"abcZ"), ([(0, b"abcd"), (1, b"b")], b"abcd"), ([(0, b"a"), (0, b"ab")], b"ab")],
)  # fmt: skip
def test_joined(pieces: list[tuple[int, bytes]], whole: bytes) -> None:
    """Pieces in any order make what reaches from the beginning to the first hole."""
    assert joined(pieces) == whole
    assert joined(reversed(pieces)) in (whole, b"abZ")
