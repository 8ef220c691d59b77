"""An outside list is taken in while people work: no request fails, and the workers rule by it within seconds."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from . import places, raw, seats
from .conftest import World
from .curl import ALERT, curl
from .gateway import COMMAND, Gateway, until
from .load import Load
from .sites import LESSON, Site

SEAT = seats.seat("explicit", "laptop")


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Gateway]:
    """A lesson."""
    made = world.prepare(Site.laboratory, LESSON)
    with world.run(made):
        yield made


def catalogue(gateway: Gateway, *words: str) -> None:
    """Run one of the commands on the gateway's data folder."""
    environment = {**os.environ, "BREAKTIME_DATA": str(gateway.data)}
    command = [str(COMMAND), "catalogue", *words, "--config", str(gateway.site.folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def exit_code(world: World, gateway: Gateway) -> int:
    """How a try at a site ends that only the list names."""
    return curl(world.lab, SEAT, f"https://{places.BBC.name}/", gateway.trusted).exit


def test_taken_up_while_people_work(world: World, gateway: Gateway) -> None:
    """What the list names is refused in the lesson, and let through again without it; nothing else notices."""

    def ask() -> None:
        with raw.secure(seats.connect(world.lab, SEAT, places.SCHOOL), places.SCHOOL.name, gateway.trusted) as held:
            raw.get(held, places.SCHOOL.name)

    assert exit_code(world, gateway) == 0
    (gateway.folder / "forums.txt").write_text(f"{places.BBC.name}\n")
    with Load(ask) as load:
        until("requests flow", lambda: len(load.done) > 10, 30)
        catalogue(gateway, "import", "plain", str(gateway.folder / "forums.txt"), "--category", "forum")
        until("the list is in force", lambda: exit_code(world, gateway) == ALERT, 30, 0.3)
        catalogue(gateway, "remove", "forums")
        until("it is no more", lambda: exit_code(world, gateway) == 0, 30, 0.3)
    assert load.failures == []
