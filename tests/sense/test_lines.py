"""The lines between the sense process and the rest."""

from __future__ import annotations

import pytest

from agent.sense.lines import Line, Meters, Seen, Trouble, decode, encode

SEEN = Seen("TLS", "www.example.net", "192.0.2.7", 50001, "2001:db8::9", 443, True, "slip")
LINES: dict[str, Line] = {
    "a flow": SEEN,
    "without a name": Seen("UDP", None, "192.0.2.7", 1, "198.51.100.9", 443),
    "meters": Meters({"packets": 3, "TLS": 1}),
    "trouble": Trouble("ends early “so”\nand more"),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_there_and_back(line: Line) -> None:
    """A line is read as it was written, and is one line of ASCII."""
    raw = encode(line)
    assert decode(raw) == decode(raw.decode()) == line
    assert raw.isascii()
    assert raw.count(b"\n") == 1


def test_keys() -> None:
    """The keys of a flow are those that others rely on."""
    assert encode(SEEN) == (
        b'{"protocol":"TLS","name":"www.example.net","src":"192.0.2.7","sport":50001,"dst":"2001:db8::9",'
        b'"dport":443,"hidden":true,"prefix":"slip"}\n'
    )


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"{}", b'{"meters": 1}', b'{"meters": {"a": "b"}}', b'{"trouble": 1}', b"\xff",
     encode(SEEN).replace(b"50001", b'"x"'), encode(SEEN).replace(b"{", b'{"more":1,', 1), b"[" * 100_000],
)  # fmt: skip
def test_no_line(raw: bytes) -> None:
    """Anything else is refused with ValueError."""
    with pytest.raises(ValueError, match="not a line"):
        decode(raw)
