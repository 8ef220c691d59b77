"""A break, under a policy that turns on the account: Facebook is opened on the school's laptop."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from . import places, raw, seats, sites
from .chromium import chromium
from .conftest import World
from .curl import ALERT, curl
from .gateway import Gateway
from .sites import ONLY_OFFICIAL, Site

SOMEBODY = ["-H", "Cookie: c_user=100000000000001; xs=1"]


class Opened(NamedTuple):
    """A gateway that opens Facebook, and its mode."""

    gateway: Gateway
    mode: str


@pytest.fixture(scope="module", params=["explicit", "transparent"])
def opened(world: World, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """A Monday's break in each mode."""
    mode: str = request.param
    gateway = world.prepare(lambda folder, ca: Site.laboratory(folder, ca, mode), sites.BREAK, mode)
    gateway.site.add_rules(ONLY_OFFICIAL)
    with world.run(gateway, mode=mode):
        yield Opened(gateway, mode)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_allowed(world: World, opened: Opened, family: int, option: str) -> None:
    """An opened connection works in the client's protocol, though the site's own names are foreign."""
    seat = seats.seat(opened.mode, "laptop", family)
    answer = curl(world.lab, seat, "https://www.facebook.com/", opened.gateway.ca, [option])
    assert (answer.exit, answer.status) == (0, 200), answer.error
    assert answer.version == option.removeprefix("--http")
    assert "origin www.facebook.com" in answer.body
    assert answer.names == ["www.facebook.com"]


def test_account(world: World, opened: Opened) -> None:
    """A request with somebody's own account is blocked before the site hears of it."""
    before = world.lab.contacts(places.FACEBOOK), len(world.origins.requests(places.FACEBOOK))
    seat = seats.seat(opened.mode, "laptop")
    answer = curl(world.lab, seat, "https://www.facebook.com/", opened.gateway.ca, SOMEBODY)
    assert (answer.exit, answer.status) == (0, 403), answer.error
    assert (world.lab.contacts(places.FACEBOOK), len(world.origins.requests(places.FACEBOOK))) == before


def test_account_on_a_kept_connection(world: World, opened: Opened) -> None:
    """Each request on one connection is ruled on by itself: allowed, blocked, allowed again."""
    seat, name = seats.seat(opened.mode, "laptop"), places.FACEBOOK.name
    with raw.secure(seats.connect(world.lab, seat, places.FACEBOOK), name, opened.gateway.ca) as held:
        cookies: list[dict[str, str]] = [{}, {"Cookie": "c_user=100000000000001"}, {}]
        assert [raw.get(held, name, headers=cookie) for cookie in cookies] == [200, 403, 200]


def test_unneeded(world: World, opened: Opened) -> None:
    """What the name alone decides is not opened: Instagram keeps its own certificate."""
    seat = seats.seat(opened.mode, "laptop")
    answer = curl(world.lab, seat, "https://www.instagram.com/", world.origins.ca)
    assert (answer.exit, answer.status) == (0, 200), answer.error


def test_personal(world: World, opened: Opened) -> None:
    """A personal device is never opened: its account stays unknown, and it is refused in a break too."""
    before = world.lab.contacts(places.FACEBOOK)
    answer = curl(world.lab, seats.seat(opened.mode, "phone"), "https://www.facebook.com/", opened.gateway.trusted)
    assert answer.exit == ALERT, answer.error
    assert world.lab.contacts(places.FACEBOOK) == before


@pytest.mark.parametrize("origin", [places.FACEBOOK, places.INSTAGRAM], ids=["opened", "passed"])
def test_websocket(world: World, opened: Opened, origin: places.Origin) -> None:
    """A WebSocket talks both ways, through an opened connection as through a passed one."""
    seat = seats.seat(opened.mode, "laptop")
    with raw.secure(seats.connect(world.lab, seat, origin), origin.name, opened.gateway.trusted) as held:
        conversation = raw.websocket(held, origin.name)
        assert raw.say(held, conversation, "one") == "echo: one"
        assert raw.say(held, conversation, "two") == "echo: two"


def test_streamed_upload(world: World, opened: Opened, tmp_path: Path) -> None:
    """A body of some megabytes reaches the site whole through an opened connection."""
    sent = tmp_path / "body"
    with sent.open("wb") as sparse:
        sparse.truncate(5 << 20)
    answer = curl(
        world.lab, seats.seat(opened.mode, "laptop"), "https://www.facebook.com/upload", opened.gateway.ca,
        ["-T", str(sent), "--http1.1"],
    )  # fmt: skip
    assert (answer.status, answer.body) == (200, f"{5 << 20}\n"), answer.error


def test_browser(world: World, opened: Opened) -> None:
    """Chromium uses an opened site like any other: HTTP/2, requests of its page, a WebSocket."""
    seat, home = seats.seat(opened.mode, "laptop"), world.folder("home")
    with chromium(world.lab, seat, home, [opened.gateway.ca]) as browser:
        page = browser.new_page()
        answer = page.goto("https://www.facebook.com/")
        assert answer is not None
        assert (answer.status, page.title()) == (200, "www.facebook.com")
        assert page.evaluate("async () => (await fetch('/more')).status") == 200
        assert str(page.evaluate(TICK)).startswith("tick")


TICK = """() => new Promise((resolve, reject) => {
  const socket = new WebSocket('wss://www.facebook.com/ws');
  socket.onmessage = message => { resolve(message.data); socket.close(); };
  socket.onerror = () => reject(new Error('no WebSocket'));
})"""
