"""The bell rings in the middle of things: what was allowed in the break ends with it, and not before."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import pytest
from OpenSSL import SSL

from . import places, raw, seats, sites
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .processes import Process
from .sites import BEFORE_THE_BELL, BELL_AFTER, ONLY_OFFICIAL, Site

SEAT = seats.seat("explicit", "laptop")
STANDING = [
    ("download", places.INSTAGRAM),
    ("download", places.FACEBOOK),
    ("websocket", places.INSTAGRAM),
    ("websocket", places.FACEBOOK),
]
IDS = ["download passed", "download opened", "WebSocket passed", "WebSocket opened"]


@dataclass
class Bell:
    """What happened around it: when new connections were refused first, and when each old one ended."""

    world: World
    gateway: Gateway
    held: dict[tuple[str, str], raw.Watched]
    http2: Process
    rung: float = 0.0
    http2_ended: float | None = None

    def listen(self) -> None:
        """Try a new connection again and again from some seconds before the bell until it is refused."""
        time.sleep(max(0.0, self.gateway.started + BELL_AFTER - 3 - time.monotonic()))
        until("the bell rings", self._rings, 20)
        last = time.monotonic() + 3
        while time.monotonic() < last:
            self._look()
            time.sleep(0.05)

    def _rings(self) -> bool:
        self._look()
        moment = time.monotonic()
        if self._passes():
            return False
        self.rung = moment
        return True

    def _look(self) -> None:
        if self.http2_ended is None and self.http2.poll() is not None:
            self.http2_ended = time.monotonic()

    def _passes(self) -> bool:
        with (
            suppress(SSL.Error, OSError),
            seats.connect(self.world.lab, SEAT, places.INSTAGRAM) as connection,
        ):
            issuer = raw.Hello(connection, places.INSTAGRAM.name.encode()).handshake().issuer
            return issuer == self.world.origins.authority.certificate.subject
        return False


@pytest.fixture(scope="module")
def bell(world: World) -> Iterator[Bell]:
    """Everything stands before the bell, then it rings."""
    gateway = world.prepare(Site.laboratory, BEFORE_THE_BELL)
    gateway.site.add_rules(ONLY_OFFICIAL)
    with world.run(gateway), ExitStack() as stack:
        held = {}
        for kind, origin in [*STANDING, ("download", places.BBC)]:
            held[kind, origin.name] = watched = _hold(world, gateway, kind, origin)
            stack.callback(watched.close)
        rings = Bell(world, gateway, held, _http2(world, gateway))
        stack.callback(rings.http2.kill)
        for watched in held.values():
            watched.wait_data(1000 if watched is held["download", places.BBC.name] else 1)
        rings.listen()
        yield rings


def _hold(world: World, gateway: Gateway, kind: str, origin: places.Origin) -> raw.Watched:
    connection = raw.secure(seats.connect(world.lab, SEAT, origin), origin.name, gateway.trusted)
    if kind == "download":
        return raw.download(connection, origin.name)
    raw.websocket(connection, origin.name)
    return raw.Watched(connection)


def _http2(world: World, gateway: Gateway) -> Process:
    """A download in an HTTP/2 stream, by curl."""
    argv = ["curl", "-qsS", "--http2", "-x", SEAT.proxy_url, "--cacert", str(gateway.ca), "-o", "/dev/null"]
    return world.lab.start(SEAT.place, [*argv, "https://www.facebook.com/slow"], "http2.log")


def test_rings_in_time(bell: Bell) -> None:
    """The engine's clock strikes when it must: `--at` plus the time since the start."""
    assert BELL_AFTER - 0.5 <= bell.rung - bell.gateway.started <= BELL_AFTER + 10


@pytest.mark.parametrize(("kind", "origin"), STANDING, ids=IDS)
def test_cut(bell: Bell, kind: str, origin: places.Origin) -> None:
    """What stands when the bell rings is cut with it: at most a second before, at most two after."""
    watched = bell.held[kind, origin.name]
    assert watched.taken > 0
    assert watched.ended is not None, "it outlived the bell"
    assert -1 <= watched.ended - bell.rung <= 2


def test_cut_http2(bell: Bell) -> None:
    """A stream of an opened HTTP/2 connection is cut the same."""
    assert bell.http2_ended is not None, "it outlived the bell"
    assert -1 <= bell.http2_ended - bell.rung <= 2


def test_nothing_upstream(world: World, bell: Bell) -> None:
    """The site's end of every cut connection is gone too."""
    for origin in (places.FACEBOOK, places.INSTAGRAM):
        until(f"{origin.name} is left", lambda at=origin: world.lab.established(at) == 0, 20)  # type: ignore[misc]


def test_neighbour(bell: Bell) -> None:
    """A download from a site that is no social media hears no bell."""
    bell.held["download", places.BBC.name].wait_data(1)


def test_afterwards(world: World, bell: Bell) -> None:
    """After the bell the block page names the lunch hour."""
    answer = curl(world.lab, SEAT, "https://www.facebook.com/", bell.gateway.ca)
    assert answer.status == 403
    assert "12:00" in answer.body
    assert sites.NEXT_BREAK not in answer.body
