"""TLS ClientHellos: the name, and whether it may be hidden."""

from __future__ import annotations

from struct import pack

import pytest

from agent.sense.hello import client_hello, read_stream, starts_like_record, unwrap
from agent.sense.reading import State
from tests.sense.making import ECH, GREASE, NAME, extension, records, server_name
from tests.sense.making import client_hello as made

TWO_NAMES = extension(0, pack(">HBH", 3 + 3 + 3 + len(NAME), 7, 3) + b"odd" + pack(">BH", 0, len(NAME)) + NAME.encode())

CASES = {
    "an ordinary hello": (made(), NAME, False),
    "GREASE before and after": (made(before=GREASE, more=GREASE), NAME, False),
    "no server name": (made(None), None, False),
    "Encrypted ClientHello": (made("front.example", more=ECH), "front.example", True),
    "ECH stands before the name": (made("front.example", before=ECH), "front.example", True),
    "a draft of ECH": (made(more=extension(0xFE0A, b"x")), NAME, True),
    "an encrypted name of the old kind": (made(None, more=extension(0xFFCE, bytes(64))), None, True),
    "capitals and a last dot": (made("WWW.Example.NET."), NAME, False),
    "one label": (made("abcd"), "abcd", False),
    "an underscore": (made("a_b.example"), "a_b.example", False),
    "a name that is none": (made(b"x\0y\n"), None, False),
    "an empty name": (made(b""), None, False),
    "a name of 300 letters": (made("a" * 300), None, False),
    "a name in UTF-8": (made("müller.example"), None, False),
    "another kind of name first": (made(None, more=TWO_NAMES), NAME, False),
    "the first of two server names counts": (made(more=server_name("other.example")), NAME, False),
    "what follows the message is not read": (made(None) + server_name("other.example"), None, False),
    "an empty extension of names": (made(None, more=extension(0, b"")), None, False),
}


@pytest.mark.parametrize(("message", "name", "hidden"), CASES.values(), ids=CASES.keys())
def test_name_and_hidden(message: bytes, name: str | None, hidden: bool) -> None:
    """A whole hello tells its name in canonical letters, and hidden where it carries ECH."""
    assert client_hello(message) == (name, hidden, True)


def test_cut_anywhere() -> None:
    """A hello that is cut never answers another name than its own, and never counts as whole."""
    message = made(more=ECH)
    answers = [client_hello(message[:n]) for n in range(4, len(message))]
    assert {answer.name for answer in answers} == {None, NAME}
    assert not any(answer.whole for answer in answers)


def test_absurd_length() -> None:
    """A message longer than any hello is not waited for."""
    assert client_hello(b"\x01\xff\xff\xff" + bytes(60)) == (None, False, True)


@pytest.mark.parametrize("size", [1, 2, 5, 100, 1 << 14])
def test_records(size: int) -> None:
    """A hello may be spread over records of any size."""
    message = made(key=200)
    assert unwrap(records(message, size)) == message
    assert read_stream(records(message, size)) == (State.DONE, "TLS", NAME, False)


ODD = {
    "the middle of a connection": (b"\x17\x03\x03\x00\x10" + bytes(16), State.OTHER),
    "an alert": (b"\x15\x03\x01\x00\x02\x02\x28", State.OTHER),
    "a server's hello": (records(b"\x02" + bytes(60)), State.SERVER),
    "another handshake message": (records(b"\x10" + bytes(60)), State.OTHER),
    "a record header alone": (b"\x16\x03\x01\x02\x00", State.MORE),
    "a record that is too long": (b"\x16\x03\x01\xff\xff\x01" + bytes(60), State.OTHER),
    "half a hello": (records(made())[:700], State.MORE),
    "application data between its records": (
        records(made()[:99]) + b"\x17\x03\x03\x00\x01x" + records(made()[99:]),
        State.MORE,
    ),
}


@pytest.mark.parametrize(("data", "state"), ODD.values(), ids=ODD.keys())
def test_odd_streams(data: bytes, state: State) -> None:
    """What is no whole hello has no name, and says whether waiting is of use."""
    assert starts_like_record(data)
    assert read_stream(data) == (state, "TLS", None, False)


@pytest.mark.parametrize("data", [b"", b"\x16", b"\x16\x03", b"\x16\x02\x01", b"\x16\x03\x05", b"GET", b"\x80\x03\x01"])
def test_no_record(data: bytes) -> None:
    """Other bytes, and too few of them, are not taken for a record."""
    assert not starts_like_record(data)
