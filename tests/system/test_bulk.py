"""Much at once: bodies of gigabytes, thousands of idle connections; neither memory nor others suffer."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from . import places, seats
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .origins import BIG_MIB
from .sites import BREAK, ONLY_OFFICIAL, Site

SEAT = seats.seat("explicit", "laptop")
IDLE = 5000
MIB = 1 << 20


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Gateway]:
    """A break; Facebook is opened, Instagram passes; one body has gone through to warm it up."""
    made = world.prepare(Site.laboratory, BREAK)
    made.site.add_rules(ONLY_OFFICIAL)
    with world.run(made):
        for origin in (places.FACEBOOK, places.INSTAGRAM):
            curl(world.lab, SEAT, f"https://{origin.name}/big/64", made.trusted, keep=False)
        yield made


def growth(gateway: Gateway, before: int) -> int:
    """How far the worker's memory rose above `before` since its peak was forgotten."""
    return gateway.memory("VmHWM") - before


@pytest.mark.timeout(300)
@pytest.mark.parametrize("origin", [places.FACEBOOK, places.INSTAGRAM], ids=["opened", "passed"])
def test_big_download(world: World, gateway: Gateway, origin: places.Origin) -> None:
    """A body of gigabytes streams through in flat memory."""
    gateway.forget_peak()
    before = gateway.memory()
    url, how = f"https://{origin.name}/big/{BIG_MIB}", ["--http1.1", "--max-time", "240"]
    answer = curl(world.lab, SEAT, url, gateway.trusted, how, keep=False)
    assert (answer.exit, answer.size) == (0, BIG_MIB * MIB), answer.error
    assert growth(gateway, before) < 64 * MIB


@pytest.mark.timeout(180)
def test_big_upload(world: World, gateway: Gateway, tmp_path: Path) -> None:
    """So does one in the other direction."""
    sent = tmp_path / "body"
    with sent.open("wb") as sparse:
        sparse.truncate(512 * MIB)
    gateway.forget_peak()
    before = gateway.memory()
    url, how = "https://www.facebook.com/upload", ["-T", str(sent), "--http1.1", "--max-time", "120"]
    answer = curl(world.lab, SEAT, url, gateway.trusted, how)
    assert (answer.exit, answer.body) == (0, f"{512 * MIB}\n"), answer.error
    assert growth(gateway, before) < 64 * MIB


@pytest.mark.timeout(180)
def test_big_in_http2(world: World, gateway: Gateway) -> None:
    """And one in an HTTP/2 stream."""
    gateway.forget_peak()
    before = gateway.memory()
    answer = curl(world.lab, SEAT, "https://www.facebook.com/big/512", gateway.trusted, ["--http2"], keep=False)
    assert (answer.exit, answer.version, answer.size) == (0, "2", 512 * MIB), answer.error
    assert growth(gateway, before) < 64 * MIB


@pytest.mark.timeout(180)
def test_idle_connections(world: World, gateway: Gateway) -> None:
    """Five thousand silent connections: bounded memory, others are served, and it all comes back."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16384), most))
    gateway.forget_peak()
    before, worker = gateway.memory(), gateway.worker()
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(_open(world))
        for _ in range(10):
            answer = curl(world.lab, SEAT, "https://www.facebook.com/", gateway.trusted)
            assert answer.status == 200, answer.error
        assert growth(gateway, before) < 400 * MIB
        until("all stand", lambda: _standing(world) >= IDLE, 30, 0.5)
    until("all are gone", lambda: _standing(world) < 50, 30, 0.5)
    assert gateway.worker() == worker


def _open(world: World) -> socket.socket:
    return world.lab.connect(SEAT.place, (SEAT.proxy, SEAT.port))


def _standing(world: World) -> int:
    filter_ = ("state", "established", f"sport = :{SEAT.port}")
    return len(world.lab.run(places.GATEWAY, "ss", "-Htn", *filter_).splitlines())
