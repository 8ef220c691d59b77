"""Plain HTTP: the host of a request."""

from __future__ import annotations

import pytest

from agent.sense.clear import MAX_HEAD, may_become_request, read_stream, starts_like_request
from agent.sense.reading import State

GET = b"GET /a?b HTTP/1.1\r\n"
CASES = {
    "the Host field": (GET + b"Host: www.example.net\r\n\r\n", State.DONE, "www.example.net"),
    "in any letters, with a port": (GET + b"Accept: */*\r\nhOST:Example.NET:8080\r\n", State.DONE, "example.net"),
    "bare line ends": (b"GET / HTTP/1.0\nHost: a.example\n\n", State.DONE, "a.example"),
    "spaces around": (GET + b"Host: \t a.example \t\r\n\r\n", State.DONE, "a.example"),
    "an address": (GET + b"Host: 192.0.2.1:80\r\n\r\n", State.DONE, "192.0.2.1"),
    "an IPv6 address": (GET + b"Host: [2001:DB8::1]:80\r\n\r\n", State.DONE, "[2001:db8::1]"),
    "CONNECT": (b"CONNECT a.example:443 HTTP/1.1\r\n\r\n", State.DONE, "a.example"),
    "a whole URL": (b"GET http://u:p@a.example:81/x HTTP/1.1\r\n\r\n", State.DONE, "a.example"),
    "the field beats the URL": (b"GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", State.DONE, "a.example"),
    "a field that is none falls back on the URL": (
        b"GET http://b.example/ HTTP/1.1\r\nHost: \r\n\r\n",
        State.DONE,
        "b.example",
    ),
    "no Host": (b"GET / HTTP/1.0\r\n\r\n", State.DONE, None),
    "a Host that is none": (GET + b"Host: a b/c\r\n\r\n", State.DONE, None),
    "a Host in the body is none": (b"POST / HTTP/1.0\r\n\r\n\r\nHost: a.example\r\n", State.DONE, None),
    "a Host that is cut": (GET + b"Host: a.exam", State.MORE, None),
    "a head that is cut": (GET + b"Accept: */*\r\n", State.MORE, None),
    "a head without end": (GET + b"A: " + b" " * MAX_HEAD, State.DONE, None),
}


@pytest.mark.parametrize(("data", "state", "name"), CASES.values(), ids=CASES.keys())
def test_host(data: bytes, state: State, name: str | None) -> None:
    """A request names the host that it asks, without port."""
    assert starts_like_request(data)
    assert read_stream(data) == (state, "HTTP", name, False)


@pytest.mark.parametrize(
    ("data", "starts", "may"),
    [(b"GET ", True, True), (b"GE", False, True), (b"CONNEC", False, True), (b"GETS /", False, False),
     (b"get / ", False, False), (b"\x16\x03\x01", False, False), (b"PRI * HTTP/2", False, False)],
)  # fmt: skip
def test_beginnings(data: bytes, starts: bool, may: bool) -> None:
    """A request is told by its method, and a part of one is waited for."""
    assert (starts_like_request(data), may_become_request(data)) == (starts, may)
