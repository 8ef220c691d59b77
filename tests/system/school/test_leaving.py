"""The gateway ends, is killed, has no disk left: lessons go on, and the kernel is left clean."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .. import places, sites
from ..gateway import until
from ..lab import command
from . import network
from .building import SOON, School, SteeringGateway
from .lessons import back, is_aside, is_ruled, know_addresses, lessons

SMALL = "64m"


@pytest.fixture
def gateway(school: School) -> Iterator[SteeringGateway]:
    """A lesson, with a gateway that the test may end in its own way."""
    made = school.gateway(sites.LESSON)
    school.running.append(made)
    try:
        made.start(2)
        know_addresses(school)
        yield made
    finally:
        made.stop()
        made.kill()
        school.running.remove(made)
        made.command("steering", "remove")
    assert school.rules() == ""


def nobody(school: School) -> bool:
    """True if nothing of the gateway runs."""
    return not school.lab.pids(places.GATEWAY)


def test_killed_whole(school: School, gateway: SteeringGateway) -> None:
    """The power fails for every process at once; later the gateway starts anew over the rules that stand."""
    with lessons(school):
        gateway.kill()
        until("it stands aside", lambda: is_aside(school), SOON)
        assert gateway.answers(network.BBC.name) == [network.BBC.v4], "names are asked for upstream"
        gateway.start(2)
        back(school, gateway, "started after a power cut")


def test_supervisor_killed(school: School, gateway: SteeringGateway) -> None:
    """The supervisor dies alone: all the others end too, so that nobody rules on by an old configuration."""
    with lessons(school):
        for pid in gateway.children("breaktime run"):
            os.kill(pid, signal.SIGKILL)
        until("all others have ended", lambda: nobody(school), SOON)
        until("it stands aside", lambda: is_aside(school), SOON)


def test_stopped_and_started(school: School, gateway: SteeringGateway) -> None:
    """An ordinary end and another start: aside at once in between, with no lesson lost at either."""
    with lessons(school):
        assert gateway.stop() == 0
        assert nobody(school)
        assert is_aside(school)
        assert gateway.answers(network.BBC.name) == [network.BBC.v4], "names are asked for upstream"
        gateway.start(2)
        back(school, gateway, "stopped and started")


@contextmanager
def small_disk(gateway: SteeringGateway) -> Iterator[None]:
    """The data folder on a disk of its own that is soon full."""
    gateway.data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0700", "breaktime-test", str(gateway.data)]
    command(*mount)
    try:
        yield
    finally:
        command("umount", "-l", str(gateway.data))


def test_full_disk(school: School) -> None:
    """The disk is full: lessons, rulings and steering go on, also when processes must start again on it."""
    gateway = school.gateway(sites.LESSON)
    with small_disk(gateway), school.steering(gateway):
        know_addresses(school)
        with lessons(school):
            fill(gateway)
            assert is_ruled(school)
            for words in ("addons.launch", "agent.app.steward"):
                for pid in gateway.children(words):
                    os.kill(pid, signal.SIGKILL)
            back(school, gateway, "all but the supervisor killed, on a full disk")
        (gateway.data / "full").unlink()
        until("what waited is written down", lambda: gateway.recorded("facebook") >= 0, SOON)


def fill(gateway: SteeringGateway) -> None:
    """Write until nothing more fits."""
    with (gateway.data / "full").open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
