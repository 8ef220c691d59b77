"""Strange things on port 443: split, nameless, misnamed and broken ClientHellos, and what is no TLS."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest
from cryptography import x509
from OpenSSL import SSL

from . import places, raw, seats
from .conftest import World
from .curl import curl
from .gateway import Gateway
from .sites import LESSON, Site

LAPTOP, PHONE = seats.seat("transparent", "laptop"), seats.seat("transparent", "phone")


@pytest.fixture(scope="module")
def steered(world: World) -> Iterator[Gateway]:
    """A lesson in transparent mode: the address is all that is known before the hello."""
    gateway = world.prepare(lambda folder, ca: Site.laboratory(folder, ca, "transparent"), LESSON, "steered")
    with world.run(gateway, mode="transparent"):
        yield gateway


def shake(
    world: World, seat: seats.Seat, origin: places.Origin, name: bytes, piece: int = 0
) -> x509.Certificate | None:
    """The certificate that the server's end shows; None if the handshake is refused."""
    with suppress(SSL.Error, ConnectionError), seats.connect(world.lab, seat, origin) as connection:
        return raw.Hello(connection, name, piece).handshake()
    return None


def is_own(world: World, certificate: x509.Certificate | None) -> bool:
    """True if it is an origin's own: the connection was not opened."""
    return certificate is not None and certificate.issuer == world.origins.authority.certificate.subject


@pytest.mark.parametrize("piece", [7, 200, 1000])
def test_split_refused(world: World, steered: Gateway, piece: int) -> None:
    """A hello in pieces is ruled on as one: a personal device gets the alert, the site hears nothing."""
    before = world.lab.contacts(places.FACEBOOK)
    with (
        seats.connect(world.lab, PHONE, places.FACEBOOK) as connection,
        pytest.raises(SSL.Error) as caught,
    ):
        raw.Hello(connection, places.FACEBOOK.name.encode(), piece).handshake()
    assert "alert" in raw.alert_of(caught.value)
    assert world.lab.contacts(places.FACEBOOK) == before


def test_split_opened(world: World, steered: Gateway) -> None:
    """The same on a laptop: the block page, without a contact."""
    before = world.lab.contacts(places.FACEBOOK)
    with seats.connect(world.lab, LAPTOP, places.FACEBOOK) as connection:
        hello = raw.Hello(connection, places.FACEBOOK.name.encode(), 100)
        hello.handshake()
        assert b" 403 " in hello.get(places.FACEBOOK.name).splitlines()[0]
    assert world.lab.contacts(places.FACEBOOK) == before


@pytest.mark.parametrize("name", [b"", b"10.90.0.13", b"localhost", b"xn--zzzz--broken"], ids=repr)
def test_nameless(world: World, steered: Gateway, name: bytes) -> None:
    """A hello without a name that means anything is never opened, and an ordinary site is reached."""
    assert is_own(world, shake(world, LAPTOP, places.BBC, name))


@pytest.mark.parametrize("name", [b"", b"10.90.0.11"], ids=["none", "address"])
def test_nameless_visit(world: World, steered: Gateway, name: bytes) -> None:
    """Nor is it when the address belongs to a social service: passed or refused, but not opened."""
    certificate = shake(world, LAPTOP, places.FACEBOOK, name)
    assert certificate is None or is_own(world, certificate)


@pytest.mark.parametrize("name", [b"WWW.FACEBOOK.COM", b"www.facebook.com."], ids=["capitals", "final dot"])
def test_spelling(world: World, steered: Gateway, name: bytes) -> None:
    """Another spelling of a name is the same name."""
    before = world.lab.contacts(places.FACEBOOK)
    assert shake(world, PHONE, places.FACEBOOK, name) is None
    assert world.lab.contacts(places.FACEBOOK) == before


GARBAGE = [
    pytest.param(os.urandom(2000), id="noise"),
    pytest.param(b"SSH-2.0-OpenSSH_9.2p1\r\n", id="another protocol"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: www.bbc.co.uk\r\n\r\n", id="plain HTTP"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: www.facebook.com\r\n\r\n", id="plain HTTP, blocked"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), id="half a hello"),
    pytest.param(b"\x16\x03\x01\xff\xff\x01\xff\xff\xff" + bytes(100_000), id="a hello too long"),
    pytest.param(b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", id="an empty hello"),
    pytest.param(b"\x15\x03\x01\x00\x02\x02\x28", id="an alert"),
    pytest.param(b"\x00", id="one byte"),
    pytest.param(b"", id="nothing"),
]


@pytest.mark.parametrize("data", GARBAGE)
@pytest.mark.parametrize("seat", [LAPTOP, PHONE], ids=lambda seat: seat.place)
def test_garbage(world: World, steered: Gateway, seat: seats.Seat, data: bytes) -> None:
    """Whatever comes, the worker lives and serves the next; nothing is written but ordinary lines."""
    worker = steered.worker()
    with suppress(OSError), seats.connect(world.lab, seat, places.SCHOOL) as connection:
        connection.settimeout(0.3)
        connection.sendall(data)
        connection.recv(100)
    assert is_own(world, shake(world, seat, places.BBC, places.BBC.name.encode()))
    assert steered.worker() == worker
    assert "Traceback" not in steered.output()


def test_many_broken_at_once(world: World, steered: Gateway) -> None:
    """A hundred half hellos that never go on do not hold up a whole one."""
    held = [seats.connect(world.lab, LAPTOP, places.BBC) for _ in range(100)]
    try:
        for connection in held:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        answer = curl(world.lab, LAPTOP, "https://www.bbc.co.uk/", world.origins.ca)
        assert answer.status == 200
    finally:
        for connection in held:
            connection.close()
