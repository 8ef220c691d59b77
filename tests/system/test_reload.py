"""The policy is edited while people work: no request fails, the new holds, a broken one changes nothing."""

from collections.abc import Iterator
from itertools import cycle

import pytest

from . import places, raw, seats
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .load import Load
from .sites import BREAK, BROKEN, MISTAKEN, NO_INSTAGRAM, ONLY_OFFICIAL, Site

SEAT = seats.seat("explicit", "laptop")


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Gateway]:
    """A break; Facebook is opened, Instagram passes."""
    made = world.prepare(Site.laboratory, BREAK)
    made.site.add_rules(ONLY_OFFICIAL)
    with world.run(made):
        yield made


@pytest.fixture
def load(world: World, gateway: Gateway) -> Iterator[Load]:
    """Requests to an opened and to a passed site, each on a new connection; none may fail."""
    turns = cycle([places.FACEBOOK, places.BBC])

    def ask() -> None:
        origin = next(turns)
        with raw.secure(seats.connect(world.lab, SEAT, origin), origin.name, gateway.trusted) as held:
            status = raw.get(held, origin.name)
        assert status == 200, f"{origin.name} answered {status}"

    with Load(ask) as running:
        until("requests flow", lambda: len(running.done) > 10, 20)
        yield running
    assert running.failures == []


def instagram(world: World, gateway: Gateway) -> int:
    """What a try at Instagram is answered."""
    return curl(world.lab, SEAT, "https://www.instagram.com/", gateway.trusted).status


def more(load: Load) -> None:
    """Let some requests go by."""
    count = len(load.done)
    until("requests flow on", lambda: len(load.done) > count + 10, 20)


def test_new_rule(world: World, gateway: Gateway, load: Load) -> None:
    """A rule written into the file holds within seconds, without a word to the program."""
    gateway.site.add_rules(ONLY_OFFICIAL)
    until("Instagram is allowed", lambda: instagram(world, gateway) == 200, 20, 0.3)
    gateway.site.add_rules(ONLY_OFFICIAL, NO_INSTAGRAM)
    until("Instagram is blocked", lambda: instagram(world, gateway) == 403, 20, 0.3)
    more(load)


@pytest.mark.parametrize("text", [BROKEN, MISTAKEN], ids=["no YAML", "unknown words"])
def test_broken(world: World, gateway: Gateway, load: Load, text: str) -> None:
    """A file with a mistake in it is reported by file and line, and the policy in force stays."""
    gateway.site.add_rules(ONLY_OFFICIAL, NO_INSTAGRAM)
    until("Instagram is blocked", lambda: instagram(world, gateway) == 403, 20, 0.3)
    said = gateway.output().count("policy.yaml:")
    gateway.site.add_rules(ONLY_OFFICIAL, NO_INSTAGRAM, text)
    until("the mistake is reported", lambda: gateway.output().count("policy.yaml:") > said, 20)
    more(load)
    assert instagram(world, gateway) == 403


def test_signal(world: World, gateway: Gateway, load: Load) -> None:
    """SIGHUP reads the files at once."""
    gateway.site.add_rules(ONLY_OFFICIAL)
    gateway.reload()
    until("Instagram is allowed again", lambda: instagram(world, gateway) == 200, 20, 0.3)
    more(load)


def test_standing(world: World, gateway: Gateway) -> None:
    """A download that a reload does not concern goes on through it."""
    with raw.secure(seats.connect(world.lab, SEAT, places.BBC), places.BBC.name, gateway.trusted) as held:
        watched = raw.download(held, places.BBC.name)
        watched.wait_data(10_000)
        gateway.site.add_rules(ONLY_OFFICIAL, NO_INSTAGRAM)
        until("Instagram is blocked", lambda: instagram(world, gateway) == 403, 20, 0.3)
        watched.wait_data(10_000)
        watched.close()
