"""Alerts that are really provoked on a running gateway, and fire in Debian's Prometheus by the shipped rules.

Their waits are shortened to nothing, their questions are those of the files. Not provoked here, as each needs a quarter
of an hour or more of real time or traffic, and left to promtool's cases (dashboards/rules/tests): a set that is empty
while clients ask, slips that rise against the day before, a worker that is slow or large.
"""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import sources
from agent.core.trusted import Mark
from agent.gateway import ca
from agent.store.ledger import Ledger
from agent.store.writer import DATABASE

from .. import places, raw, seats
from ..conftest import World, need
from ..gateway import Gateway, until
from ..sites import BREAK, BROKEN, ONLY_OFFICIAL, Site
from .server import Prometheus

PATIENCE = 60.0
DISK = 200
"""Megabytes of the disk that is filled."""


@pytest.fixture(autouse=True)
def _installed() -> None:
    """Debian's package."""
    need(("prometheus",))


@pytest.fixture
def well(world: World) -> Iterator[Gateway]:
    """A gateway with a disk of its own for its data, not started."""
    gateway = world.prepare(Site.laboratory, "", "well")
    gateway.data.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=700", "tmpfs", gateway.data], check=True)
    try:
        yield gateway
    finally:
        subprocess.run(["umount", gateway.data], check=True)


def test_what_happens_while_it_runs(world: World, well: Gateway) -> None:
    """Nothing fires while all is well; then each trouble fires its own alert, and what is mended is quiet again."""
    with world.run(well), Prometheus(world.lab, well.folder / "prometheus", hurry=True) as server:
        until("every rule was asked", lambda: all(rule["health"] == "ok" for rule in server.rules()), PATIENCE)
        until("all is quiet", lambda: not server.firing(), PATIENCE)
        subprocess.run(["fallocate", "-l", f"{DISK * 93 // 100}M", well.data / "large"], check=True)
        well.site.add_rules(BROKEN)
        well.reload()
        both = {"BreaktimeDiskFilling", "BreaktimeReloadFailed"}
        until("a disk that fills and a failed reload fire", lambda: server.firing() == both, PATIENCE)
        (well.data / "large").unlink()
        well.site.add_rules()
        well.reload()
        until("room and a good reload end them", lambda: not server.firing(), PATIENCE)
        until("a worker that is gone fires", lambda: _killed(well, server, "BreaktimeWorkerGone"), PATIENCE)
        until("one that ends again and again fires", lambda: _killed(well, server, "BreaktimeWorkersRestart"), PATIENCE)
        well.stop()
        until("a gateway that is gone fires", lambda: "BreaktimeGatewayGone" in server.firing(), PATIENCE)


@contextmanager
def database_held(gateway: Gateway) -> Iterator[None]:
    """Somebody else writes into the record's database and does not come to an end."""
    with closing(sqlite3.connect(gateway.data / DATABASE, timeout=PATIENCE, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield
        held.execute("ROLLBACK")


def _ruled(world: World, gateway: Gateway, server: Prometheus, alert: str) -> bool:
    """Ask for a page of social media, so that there is something to record; true once the alert fires."""
    seat = seats.seat("explicit", "laptop")
    with raw.secure(seats.connect(world.lab, seat, places.FACEBOOK), places.FACEBOOK.name, gateway.trusted) as held:
        raw.get(held, places.FACEBOOK.name)
    return alert in server.firing()


def _killed(gateway: Gateway, server: Prometheus, alert: str) -> bool:
    """Kill the worker if there is one; true once the alert fires."""
    if (pid := gateway.worker()) is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return alert in server.firing()


def a_certificate_near_its_end(gateway: Gateway) -> None:
    """Made almost three years ago, and nothing follows it."""
    ca.make(gateway.data / "ca", "example", ("facebook.com",), datetime.now(UTC) - ca.LIFETIME + timedelta(days=30))


def a_clock_that_is_off(gateway: Gateway) -> None:
    """The network confirmed another time, two days on, since the machine was started."""
    now = sources()
    Ledger(Mark(time.time() + 2 * 86_400, now.boot, now.up, confirmed=True)).write(gateway.data)


def a_database_that_is_away(gateway: Gateway) -> None:
    """Nobody listens where the record is to go."""
    password: Path = gateway.folder / "password"
    password.touch(mode=0o600)
    password.write_text("hush-example")
    gateway.site.forward_to(f"postgresql:///trust?host={gateway.folder}", password)


def retention_that_cannot_begin(gateway: Gateway) -> None:
    """A folder in the place of its journal."""
    (gateway.data / "retention" / "journal").mkdir(mode=0o700, parents=True)


def test_a_store_that_is_away(world: World) -> None:
    """While another holds the database nothing is written: that fires, and is quiet once what waited is written."""
    gateway = world.prepare(Site.laboratory, BREAK, "held")  # a break, so that there is something to record at any hour
    gateway.site.add_rules(ONLY_OFFICIAL)
    with world.run(gateway), Prometheus(world.lab, gateway.folder / "prometheus", hurry=True) as server:
        with database_held(gateway):
            until("it fires", lambda: _ruled(world, gateway, server, "BreaktimeStoreAway"), PATIENCE)
        until("it ends", lambda: "BreaktimeStoreAway" not in server.firing(), PATIENCE)


TROUBLES: dict[str, Callable[[Gateway], None]] = {
    "BreaktimeCertificateNearEnd": a_certificate_near_its_end,
    "BreaktimeClockOff": a_clock_that_is_off,
    "BreaktimeDatabaseAway": a_database_that_is_away,
    "BreaktimeRetentionOverdue": retention_that_cannot_begin,
}


def test_what_it_finds_at_its_start(world: World) -> None:
    """Each trouble fires its own alert, and none hides another."""
    gateway = world.prepare(Site.laboratory, "", "troubled")
    gateway.data.mkdir(mode=0o700)
    for provoke in TROUBLES.values():
        provoke(gateway)
    with world.run(gateway), Prometheus(world.lab, gateway.folder / "prometheus", hurry=True) as server:
        until(f"{', '.join(TROUBLES)} fire", lambda: set(TROUBLES) <= server.firing(), PATIENCE)
