"""A lesson, on each kind of device, in both modes, over both families: what is ruled and how it is done."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from . import places, seats, sites
from .chromium import chromium
from .conftest import World
from .curl import ALERT, curl
from .gateway import Gateway
from .sites import Site


class Lesson(NamedTuple):
    """A gateway in a lesson, and the mode it runs in."""

    gateway: Gateway
    mode: str


@pytest.fixture(scope="module", params=["explicit", "transparent"])
def lesson(world: World, request: pytest.FixtureRequest) -> Iterator[Lesson]:
    """A Monday's first lesson in each mode."""
    mode: str = request.param
    gateway = world.prepare(lambda folder, ca: Site.laboratory(folder, ca, mode), sites.LESSON, mode)
    with world.run(gateway, mode=mode):
        yield Lesson(gateway, mode)


@pytest.fixture(params=[4, 6], ids=["v4", "v6"])
def family(request: pytest.FixtureRequest) -> int:
    """Both families of addresses."""
    return int(request.param)


@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_inspectable(world: World, lesson: Lesson, family: int, option: str) -> None:
    """A school laptop is shown the block page in the protocol it asked for, and the site hears nothing."""
    before = world.lab.contacts(places.FACEBOOK)
    seat = seats.seat(lesson.mode, "laptop", family)
    answer = curl(world.lab, seat, "https://www.facebook.com/", lesson.gateway.ca, [option])
    assert (answer.exit, answer.status) == (0, 403), answer.error
    assert answer.version == option.removeprefix("--http")
    assert answer.headers["content-type"].startswith("text/html")
    assert sites.NEXT_BREAK in answer.body
    assert world.lab.contacts(places.FACEBOOK) == before


def test_leaf(world: World, lesson: Lesson, family: int) -> None:
    """The certificate shown has the asked name alone: no address, none of the site's own other names."""
    seat = seats.seat(lesson.mode, "laptop", family)
    answer = curl(world.lab, seat, "https://www.facebook.com/", lesson.gateway.ca)
    assert answer.exit == 0, answer.error
    assert answer.names == ["www.facebook.com"]


def test_personal(world: World, lesson: Lesson, family: int) -> None:
    """A personal device is refused with a TLS alert at once, unopened, and the site hears nothing."""
    before = world.lab.contacts(places.FACEBOOK)
    seat = seats.seat(lesson.mode, "phone", family)
    answer = curl(world.lab, seat, "https://www.facebook.com/", lesson.gateway.trusted)
    assert (answer.exit, answer.status) == (ALERT, 0), answer.error
    assert "alert" in answer.error
    assert world.lab.contacts(places.FACEBOOK) == before


@pytest.mark.parametrize("device", ["laptop", "phone"])
def test_neighbour(world: World, lesson: Lesson, family: int, device: str) -> None:
    """A site that is no social media passes unopened on every device, in HTTP/2 if both ends wish."""
    seat = seats.seat(lesson.mode, device, family)
    answer = curl(world.lab, seat, "https://www.bbc.co.uk/", world.origins.ca, ["--http2"])
    assert (answer.exit, answer.status, answer.version) == (0, 200, "2"), answer.error
    assert answer.names == ["www.bbc.co.uk", "bbc.co.uk"]


@pytest.mark.parametrize("device", ["laptop", "phone"])
def test_plain_http(world: World, lesson: Lesson, family: int, device: str) -> None:
    """Plain HTTP is ruled on as well: the block page, without a contact."""
    before = world.lab.contacts(places.FACEBOOK)
    seat = seats.seat(lesson.mode, device, family)
    answer = curl(world.lab, seat, "http://www.facebook.com/")
    assert (answer.exit, answer.status) == (0, 403), answer.error
    assert world.lab.contacts(places.FACEBOOK) == before


def test_plain_neighbour(world: World, lesson: Lesson, family: int) -> None:
    """Plain HTTP to other sites goes on as ever."""
    answer = curl(world.lab, seats.seat(lesson.mode, "laptop", family), "http://www.bbc.co.uk/")
    assert (answer.exit, answer.status) == (0, 200), answer.error
    assert "origin www.bbc.co.uk" in answer.body


def test_browser(world: World, lesson: Lesson) -> None:
    """Chromium on the laptop shows the block page without a certificate error, and other sites' own."""
    seat, home = seats.seat(lesson.mode, "laptop"), world.folder("home")
    with chromium(world.lab, seat, home, [lesson.gateway.ca, world.origins.ca]) as browser:
        page = browser.new_page()
        blocked = page.goto("https://www.facebook.com/")
        assert blocked is not None
        assert blocked.status == 403
        assert sites.NEXT_BREAK in page.inner_text("body")
        assert page.goto("https://www.bbc.co.uk/") is not None
        assert page.title() == "www.bbc.co.uk"


def test_browser_on_a_phone(world: World, lesson: Lesson) -> None:
    """Chromium on a personal device gets a connection error, not a warning about a forged certificate."""
    seat, home = seats.seat(lesson.mode, "phone"), world.folder("home")
    with chromium(world.lab, seat, home, [world.origins.ca]) as browser:
        page = browser.new_page()
        with pytest.raises(Exception, match="net::ERR_") as caught:
            page.goto("https://www.facebook.com/", timeout=15_000)
        assert "ERR_CERT" not in str(caught.value)
        assert "TIMED_OUT" not in str(caught.value)
