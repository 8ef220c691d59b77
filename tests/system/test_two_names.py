"""Explicit mode has two names, the request's and the hello's: neither gets around the other."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from OpenSSL import SSL

from . import places, raw, seats
from .conftest import World
from .gateway import Gateway
from .sites import LESSON, Site

LAPTOP, PHONE = seats.seat("explicit", "laptop"), seats.seat("explicit", "phone")


@pytest.fixture(scope="module")
def lesson(world: World) -> Iterator[Gateway]:
    """A lesson in explicit mode."""
    with world.run(world.prepare(Site.laboratory, LESSON)) as gateway:
        yield gateway


def says(world: World, seat: seats.Seat, origin: places.Origin, name: bytes) -> bytes:
    """The start of the site's or the gateway's answer; empty if the connection is refused."""
    with suppress(SSL.Error, OSError), seats.connect(world.lab, seat, origin) as connection:
        hello = raw.Hello(connection, name)
        hello.handshake()
        return hello.get(origin.name)[:400]
    return b""


@pytest.mark.parametrize("seat", [LAPTOP, PHONE], ids=lambda seat: seat.place)
@pytest.mark.parametrize("name", [b"", b"10.90.0.11", b"www.bbc.co.uk", b"www.instagram.com"], ids=repr)
def test_blocked_by_request(world: World, lesson: Gateway, seat: seats.Seat, name: bytes) -> None:
    """A tunnel asked for to a blocked site stays shut, whatever the hello inside says."""
    before = world.lab.contacts(places.FACEBOOK)
    assert b" 200 " not in says(world, seat, places.FACEBOOK, name)
    assert world.lab.contacts(places.FACEBOOK) == before


@pytest.mark.parametrize("seat", [LAPTOP, PHONE], ids=lambda seat: seat.place)
def test_blocked_by_hello(world: World, lesson: Gateway, seat: seats.Seat) -> None:
    """A tunnel to a harmless site does not carry a blocked name."""
    assert b" 200 " not in says(world, seat, places.BBC, places.FACEBOOK.name.encode())


@pytest.mark.parametrize("name", [b"", b"10.90.0.13"], ids=["none", "address"])
def test_allowed(world: World, lesson: Gateway, name: bytes) -> None:
    """A nameless hello to a harmless site passes."""
    assert b" 200 " in says(world, LAPTOP, places.BBC, name)


@pytest.mark.parametrize("target", ["10.90.0.11:443", "[fd00:90::11]:443"])
def test_by_address(world: World, lesson: Gateway, target: str) -> None:
    """A tunnel to an address is ruled on by the name in the hello."""
    before = world.lab.contacts(places.FACEBOOK)
    with world.lab.connect(PHONE.place, (PHONE.proxy, PHONE.port)) as connection:
        seats.tunnel(connection, target)
        hello = raw.Hello(connection, places.FACEBOOK.name.encode())
        with pytest.raises((SSL.Error, OSError)):
            hello.handshake()
    assert world.lab.contacts(places.FACEBOOK) == before


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\x00" * 3000, id="zeros"),
        pytest.param(b"CONNECT\r\n\r\n", id="no target"),
        pytest.param(b"CONNECT www.facebook.com:99999 HTTP/1.1\r\n\r\n", id="no such port"),
        pytest.param(b"GET http:// HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: www.facebook.com\r\n\r\n", id="no proxy request"),
        pytest.param(b"GET http://www.bbc.co.uk/ HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, id="endless headers"),
        pytest.param(b"\x16\x03\x01\x00\x05hello", id="TLS to the proxy"),
    ],
)
def test_broken_requests(world: World, lesson: Gateway, text: bytes) -> None:
    """Nonsense said to the proxy harms nobody: the worker lives and serves the next."""
    worker = lesson.worker()
    with suppress(OSError), world.lab.connect(LAPTOP.place, (LAPTOP.proxy, LAPTOP.port)) as connection:
        connection.settimeout(0.5)
        connection.sendall(text)
        connection.recv(100)
    assert b" 200 " in says(world, LAPTOP, places.BBC, places.BBC.name.encode())
    assert lesson.worker() == worker
    assert "Traceback" not in lesson.output()


def absolute(world: World, gateway: Gateway, request: bytes) -> bytes:
    """The start of the answer to a proxy request in clear text."""
    with world.lab.connect(LAPTOP.place, (LAPTOP.proxy, LAPTOP.port)) as connection:
        connection.settimeout(10)
        connection.sendall(request + b"Connection: close\r\n\r\n")
        with suppress(OSError):
            return connection.recv(400)
    return b""


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(b"GET http://www.facebook.com/ HTTP/1.1\r\nHost: www.bbc.co.uk\r\n", b"403", id="clear text"),
        pytest.param(b"GET https://www.facebook.com/ HTTP/1.1\r\nHost: www.bbc.co.uk\r\n", b"403", id="https"),
        pytest.param(b"GET http://www.bbc.co.uk/ HTTP/1.1\r\nHost: www.facebook.com\r\n", b"403", id="the other way"),
        pytest.param(b"GET http://www.bbc.co.uk/ HTTP/1.1\r\nHost: www.facebook.com:80x\r\n", b"400", id="no port"),
    ],
)
def test_host_and_target(world: World, lesson: Gateway, head: bytes, status: bytes) -> None:
    """A Host that is not the target gets round nothing: any blocked name blocks."""
    before = world.lab.contacts(places.FACEBOOK)
    assert absolute(world, lesson, head).startswith(b"HTTP/1.1 " + status)
    assert world.lab.contacts(places.FACEBOOK) == before


def test_gateways_own_addresses(world: World, lesson: Gateway) -> None:
    """Nobody on the network reaches what listens on the gateway's loopback."""
    answer = absolute(world, lesson, b"GET http://127.0.0.1:9108/metrics HTTP/1.1\r\nHost: 127.0.0.1:9108\r\n")
    assert b"breaktime_" not in answer
    assert b" 200 " not in answer
