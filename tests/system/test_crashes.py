"""Workers die, the supervisor dies, the power fails: what goes on, what comes back, what is lost."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from . import places, raw, records, seats
from .conftest import World
from .gateway import Gateway, until
from .load import Load
from .sites import BREAK, ONLY_OFFICIAL, Site

SEAT = seats.seat("explicit", "laptop")
NAME = places.FACEBOOK.name
WORKERS = 3


def by(worker: int) -> seats.Seat:
    """The laptop, through the n-th worker."""
    return replace(SEAT, port=places.PROXY_PORT + worker)


def ask(world: World, gateway: Gateway, worker: int = 0) -> None:
    """One opened request on a new connection."""
    with raw.secure(seats.connect(world.lab, by(worker), places.FACEBOOK), NAME, gateway.trusted) as held:
        assert raw.get(held, NAME) == 200


@pytest.fixture(scope="module")
def several(world: World) -> Iterator[Gateway]:
    """Three workers in a break; Facebook is opened."""
    made = world.prepare(lambda folder, ca: Site.laboratory(folder, ca, workers=WORKERS), BREAK)
    made.site.add_rules(ONLY_OFFICIAL)
    with world.run(made, WORKERS):
        yield made


def test_all_work(world: World, several: Gateway) -> None:
    """Every worker rules, and all write into one record."""
    before = several.recorded("facebook")
    for worker in range(WORKERS):
        ask(world, several, worker)
    until("three requests are recorded", lambda: several.recorded("facebook") == before + 3, 20)


def test_worker_killed(world: World, several: Gateway) -> None:
    """A killed worker is back within seconds; what goes through the others never notices."""
    victim = several.worker(1)
    assert victim is not None
    with raw.secure(seats.connect(world.lab, by(2), places.BBC), places.BBC.name, several.trusted) as held:
        watched = raw.download(held, places.BBC.name)
        with Load(lambda: ask(world, several, 0)) as load:
            until("requests flow", lambda: len(load.done) > 5, 20)
            os.kill(victim, signal.SIGKILL)
            until("another worker stands in", lambda: several.worker(1) not in (None, victim), 15)
            until("requests flow on", lambda: len(load.done) > 20, 20)
        assert load.failures == []
        watched.wait_data(1)
        watched.close()
    ask(world, several, 1)


def test_worker_killed_repeatedly(world: World, several: Gateway) -> None:
    """It comes back every time, not only the first."""
    for _ in range(3):
        victim = until("a worker listens", lambda: several.worker(1), 20)
        os.kill(victim, signal.SIGKILL)
        until("another stands in", lambda at=victim: several.worker(1) not in (None, at), 20)  # type: ignore[misc]
    until("it works", lambda: _works(world, several, 1), 20)


def _works(world: World, gateway: Gateway, worker: int) -> bool:
    try:
        ask(world, gateway, worker)
    except OSError:
        return False
    return True


def test_metrics_over_all(world: World, several: Gateway) -> None:
    """The metrics answer for all workers, also after some have died."""
    assert "breaktime_" in several.metrics()


def test_power_cut(world: World) -> None:
    """`kill -9` of everything loses at most the last second of counts; the file is whole and goes on."""
    gateway = world.prepare(Site.laboratory, BREAK)
    gateway.site.add_rules(ONLY_OFFICIAL)
    try:
        gateway.start()
        with Load(lambda: ask(world, gateway), threads=1, pause=0.1) as load:
            until("requests flow", lambda: len(load.done) > 25, 30)
            moment = gateway.kill()
    finally:
        gateway.kill()
    safe = [when for when in load.done if when < moment - 1.2]
    assert len(safe) > 5
    assert len(safe) <= gateway.recorded("facebook") <= len(load.done) + 1
    assert records.is_sound(gateway.data)
    before = gateway.recorded("facebook")
    with world.run(gateway):
        ask(world, gateway)
        until("counting goes on", lambda: gateway.recorded("facebook") == before + 1, 20)


def test_supervisor_killed(world: World) -> None:
    """A supervisor killed alone leaves no worker behind that rules on by itself and holds the port."""
    gateway = world.prepare(Site.laboratory, BREAK)
    process = gateway.launch()
    try:
        until("a worker listens", gateway.worker, 30)
        process.signal(signal.SIGKILL)
        until("the workers are gone", lambda: not world.lab.pids(places.GATEWAY), 15)
    finally:
        gateway.kill()


def test_clean_end(world: World) -> None:
    """An ordinary end writes down everything, the last second too."""
    gateway = world.prepare(Site.laboratory, BREAK)
    gateway.site.add_rules(ONLY_OFFICIAL)
    with world.run(gateway):
        for _ in range(5):
            ask(world, gateway)
        assert gateway.stop() == 0
    assert gateway.recorded("facebook") == 5
