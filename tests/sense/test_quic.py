"""QUIC: Initial packets of every version that occurs, in every order that clients send them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.packet import QuicProtocolVersion

from agent.sense import quic
from agent.sense.datagrams import Datagrams
from agent.sense.reading import Reading, State
from agent.sense.wire import Packet
from tests.sense.making import ECH, NAME, chlo, client_hello, crypto, google, initial, varint

HELLO = client_hello(key=32)
LONG = client_hello()
PADDING, PING, ACK, CLOSE = b"\0" * 9, b"\x01", b"\x02\x05\x00\x01\x02\x00\x01", b"\x1c\x00\x00\x00"
ACK_ECN = b"\x03\x40\x05\x00\x00\x02\x01\x02\x03"
D22, D23, D29, V1 = (
    "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a", "c3eef712c72ebb5a11a7d2432bb46365bef9f502",
    "afbfec289993d24c9e9786f19c6111e04390a899", "38762cf7f55934b34d179ae6a4c80cadccbb7f0a",
)  # fmt: skip
V2, V2_DRAFT = "0dede3def700a6db819381be6e269dcbf9bd2ed9", "a707c203a59b47184a1d62ca570406ea7ae3e5d3"
Q050, T051 = "504574efd066fe2f9d945cfcdbd3a7f0d3b56b45", "7a4edef4e7ccee5fa4506c19124fc8ccda6e033d"


def read(datagrams: Sequence[bytes], cut: bool = False) -> Reading | None:
    """The reading after these datagrams of a client, or what could be said in the end."""
    flow = Datagrams()
    for data in datagrams:
        reading = flow.feed(Packet(b"", False, data, cut=cut))
        if reading is not None:
            return reading
    return flow.settled()


VERSIONS = {
    "v1": (1, V1, b"quic"), "v2": (0x6B3343CF, V2, b"quicv2"), "v2, by its draft's number": (0x709A50C4, V2, b"quicv2"),
    "v2, its draft's salt": (0x709A50C4, V2_DRAFT, b"quicv2"), "v2 draft 00": (0xFF020000, V2_DRAFT, b"quicv2"),
    "draft 22": (0xFF000016, D22, b"quic"), "draft 23": (0xFF000017, D23, b"quic"),
    "draft 27": (0xFF00001B, D23, b"quic"), "draft 28": (0xFF00001C, D23, b"quic"),
    "draft 29": (0xFF00001D, D29, b"quic"), "draft 32": (0xFF000020, D29, b"quic"),
    "draft 34": (0xFF000022, V1, b"quic"), "mvfst 22": (0xFACEB001, D22, b"quic"),
    "mvfst 27": (0xFACEB002, D23, b"quic"), "mvfst as v1": (0xFACEB003, V1, b"quic"),
    "mvfst experimental": (0xFACEB00E, D29, b"quic"), "mvfst to come": (0xFACEB011, V1, b"quic"),
    "a version that is not known": (0x12345678, V1, b"quic"), "GREASE for a version": (0x1A2A3A4A, V1, b"quic"),
}  # fmt: skip


@pytest.mark.parametrize(("version", "salt", "prefix"), VERSIONS.values(), ids=VERSIONS.keys())
def test_versions(version: int, salt: str, prefix: bytes) -> None:
    """Every version's first packet is read."""
    datagram = initial(crypto(HELLO), version, salt, prefix=prefix)
    assert read([datagram]) == (State.DONE, "QUIC", NAME, False)


GOOGLE = {
    "Q035": [google(b"Q035")], "Q039": [google(b"Q039")], "Q043": [google(b"Q043")], "Q046": [google(b"Q046")],
    "Q050": [initial(crypto(chlo(padding=900), kind=8), 0x51303530, Q050)],
    "Q050, with a CRYPTO frame as others have it": [initial(crypto(chlo(padding=900)), 0x51303530, Q050)],
    "T051": [initial(crypto(HELLO, kind=8), 0x54303531, T051)],
    "the hello comes second": [google(message=b"none"), google()],
}  # fmt: skip


@pytest.mark.parametrize("datagrams", GOOGLE.values(), ids=GOOGLE.keys())
def test_google(datagrams: list[bytes]) -> None:
    """Google's own QUIC says the name in a CHLO, in the clear or under the keys of its last versions."""
    assert read(datagrams) == (State.DONE, "QUIC", NAME, False)


GOOGLE_ODD = {
    "no name": (chlo(None), State.DONE),
    "a name that is none": (chlo(b"a\nb"), State.DONE),
    "cut within the name": (chlo()[:1040], State.MORE),
    "cut within its table": (chlo()[:14], State.MORE),
    "tags that run backwards": (b"CHLO\x02\0\0\0PAD\0\x09\0\0\0SNI\0\x01\0\0\0" + bytes(20), State.OTHER),
    "too many tags": (b"CHLO\xff\xff\0\0" + bytes(900), State.OTHER),
}


@pytest.mark.parametrize(("message", "state"), GOOGLE_ODD.values(), ids=GOOGLE_ODD.keys())
def test_google_odd(message: bytes, state: State) -> None:
    """A CHLO without a readable name has none."""
    assert read([google(message=message)]) == (state, "QUIC", None, False)


ZERO_RTT = b"\xd3\0\0\0\x01\x08destined\0" + varint(60) + bytes(60)
RETRY = b"\xf3\0\0\0\x01\x08destined\0" + bytes(40)
ORDERS = {
    "two packets": [initial(crypto(LONG[:900])), initial(crypto(LONG[900:], 900), number=1)],
    "the second first": [initial(crypto(LONG[900:], 900), number=1), initial(crypto(LONG[:900]))],
    "a piece sent twice": [initial(crypto(LONG[:900]))] * 2 + [initial(crypto(LONG[600:], 600))],
    "pieces shuffled among other frames": [
        initial(PADDING + crypto(HELLO[70:], 70) + PING + ACK + crypto(HELLO[:20]) + ACK_ECN + crypto(HELLO[20:70], 20))
    ],
    "one datagram, two packets": [initial(crypto(LONG[:700]), least=0) + initial(crypto(LONG[700:], 700), number=1)],
    "the server's id in the second packet": [
        initial(crypto(LONG[:900])),
        initial(crypto(LONG[900:], 900), keys_of=b"destined", dcid=b"chosen by server", number=1),
    ],
    "after a Retry": [initial(crypto(LONG[:900])), initial(crypto(LONG), dcid=b"new", token=bytes(70), least=1400)],
    "0-RTT before": [ZERO_RTT, initial(crypto(HELLO))],
    "0-RTT in the same datagram": [ZERO_RTT + initial(crypto(HELLO), least=0)],
    "0-RTT behind": [initial(crypto(HELLO), least=0) + ZERO_RTT],
    "a short header between": [initial(crypto(LONG[:900])), b"\x40" + bytes(60), initial(crypto(LONG[900:], 900))],
    "a token": [initial(crypto(HELLO), token=bytes(100))],
    "a packet number that is not small": [initial(crypto(HELLO), number=0x7FFFFFF0)],
    "another version, after one that nobody speaks": [initial(crypto(HELLO), 0x1A2A3A4A, Q050), initial(crypto(HELLO))],
    "a frame of closing behind": [initial(crypto(HELLO) + CLOSE)],
}


@pytest.mark.parametrize("datagrams", ORDERS.values(), ids=ORDERS.keys())
def test_orders(datagrams: list[bytes]) -> None:
    """The hello is put together from whatever packets, frames and ids carry it."""
    assert read(datagrams) == (State.DONE, "QUIC", NAME, False)


def test_hidden() -> None:
    """ECH is said for QUIC as for TLS."""
    assert read([initial(crypto(client_hello("front.example", more=ECH, key=32)))]) == (
        State.DONE, "QUIC", "front.example", True,
    )  # fmt: skip


UNREAD = {
    "other keys": ([initial(crypto(HELLO), salt=D22)], State.MORE),
    "damaged": ([initial(crypto(HELLO))[:-1] + b"!"], State.MORE),
    "cut, though it does not say so": ([initial(crypto(HELLO))[:600]], State.MORE),
    "half a hello": ([initial(crypto(LONG[:900]))], State.MORE),
    "a hole in the hello": ([initial(crypto(LONG[:100]) + crypto(LONG[200:], 200))], State.MORE),
    "no frames of a client": ([initial(b"\x30abc")], State.MORE),
    "a server's hello": ([initial(crypto(b"\x02" + bytes(90)))], State.SERVER),
    "version negotiation": ([b"\x80\0\0\0\0" + bytes(30)], State.SERVER),
    "Retry": ([RETRY], State.MORE),
    "an id that is too long": ([b"\xc3\0\0\0\x01\x15" + bytes(1200)], State.MORE),
    "another version's handshake": ([b"\xe3\x12\x34\x56\x78\x08destined\0" + bytes(60)], State.MORE),
    "no QUIC": ([b"\x40" + bytes(60)], State.OTHER),
    "sixteen datagrams of nothing": ([initial(PING)] * 20, State.MORE),
}


@pytest.mark.parametrize(("datagrams", "state"), UNREAD.values(), ids=UNREAD.keys())
def test_unread(datagrams: list[bytes], state: State) -> None:
    """What gives no whole hello gives no name."""
    reading = read(datagrams)
    assert reading is not None
    assert (reading.state, reading.name) == (state, None)


@pytest.mark.parametrize("kept", [1000, 1170, 1200])
def test_cut_by_the_capture(kept: int) -> None:
    """A packet of which the capture kept only a part is read as far as it goes, without its tag."""
    frames = PADDING + crypto(client_hello(key=300)) + bytes(400)
    assert read([initial(frames, least=1300)[:kept]], cut=True) == (State.DONE, "QUIC", NAME, False)


@pytest.mark.parametrize("version", [QuicProtocolVersion.VERSION_1, QuicProtocolVersion.VERSION_2], ids=["v1", "v2"])
def test_a_real_client(version: int) -> None:
    """What another implementation sends is read."""
    client = QuicConnection(configuration=QuicConfiguration(server_name=NAME, original_version=version))
    client.connect(("198.51.100.9", 443), now=0.0)
    assert read([data for data, _ in client.datagrams_to_send(now=0.0)]) == (State.DONE, "QUIC", NAME, False)


@pytest.mark.parametrize(
    ("data", "number", "after"),
    [("25", 37, 1), ("7bbd", 15293, 2), ("9d7f3e7d", 494878333, 4), ("c2197c5eff14e88c", 151288809941952652, 8),
     ("7b", 0, -1), ("", 0, -1)],
)  # fmt: skip
def test_varint(data: str, number: int, after: int) -> None:
    """The examples of RFC 9000, section A.1, and what ends too early."""
    assert quic.varint(bytes.fromhex(data), 0) == (number, after)
