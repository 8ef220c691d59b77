"""The laboratory by itself, without a gateway in the way: what it says about the product rests on this."""

import signal
from pathlib import Path

import pytest

from . import lab as laboratory
from . import places, raw, seats
from .chromium import chromium
from .conftest import World
from .curl import REFUSED_CERTIFICATE, curl
from .lab import Lab
from .processes import Process, started

DIRECT = [seats.seat("transparent", device, family) for device in ("laptop", "phone") for family in (4, 6)]


@pytest.mark.parametrize("seat", DIRECT, ids=lambda seat: seat.id)
@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_reach(world: World, seat: seats.Seat, option: str) -> None:
    """Every device reaches an origin over both families and protocols and sees its own certificate."""
    answer = curl(world.lab, seat, "https://www.facebook.com/", world.origins.ca, [option])
    assert (answer.exit, answer.status) == (0, 200), answer.error
    assert answer.version == option.removeprefix("--http")
    assert answer.names == ["www.facebook.com", *places.FACEBOOK.also]


def test_contacts(world: World) -> None:
    """A connection is counted at the origin it went to and at no other; a name nobody asks for has none."""
    seat = seats.seat("transparent", "phone", 6)
    before = [world.lab.contacts(origin) for origin in places.ORIGINS]
    with raw.secure(seats.connect(world.lab, seat, places.BBC), places.BBC.name, world.origins.ca) as held:
        assert [raw.get(held, places.BBC.name, f"/{n}") for n in range(3)] == [200, 200, 200]
    after = [world.lab.contacts(origin) for origin in places.ORIGINS]
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 0, 1, 0, 0]
    assert world.origins.requests(places.BBC)[-3:] == [f"HTTP/1.1 GET /{n}" for n in range(3)]


def test_distrust(world: World) -> None:
    """curl trusts the authority it was given and no other."""
    answer = curl(world.lab, seats.seat("transparent", "laptop"), "https://www.facebook.com/")
    assert answer.exit == REFUSED_CERTIFICATE


def test_long_lived(world: World) -> None:
    """Endless downloads and WebSockets go on until a side ends them."""
    seat, name = seats.seat("transparent", "laptop"), places.INSTAGRAM.name
    watched = raw.download(raw.secure(seats.connect(world.lab, seat, places.INSTAGRAM), name, world.origins.ca), name)
    watched.wait_data(10_000)
    watched.close()
    with raw.secure(seats.connect(world.lab, seat, places.INSTAGRAM), name, world.origins.ca) as held:
        assert raw.say(held, raw.websocket(held, name), "hello") == "echo: hello"


def test_bodies(world: World, tmp_path: Path) -> None:
    """Big bodies go through in both directions."""
    seat, sent = seats.seat("transparent", "laptop"), tmp_path / "body"
    with sent.open("wb") as sparse:
        sparse.truncate(1 << 20)
    down = curl(world.lab, seat, "https://www.bbc.co.uk/big/1", world.origins.ca, keep=False)
    up = curl(world.lab, seat, "https://www.bbc.co.uk/upload", world.origins.ca, ["-T", str(sent)])
    assert (down.size, up.body) == (1 << 20, f"{1 << 20}\n")


@pytest.mark.parametrize(
    ("name", "piece"),
    [(b"", 0), (b"10.90.0.11", 0), (b"www.facebook.com", 100)],
    ids=["no name", "ip", "split"],
)
def test_odd_hello(world: World, name: bytes, piece: int) -> None:
    """The raw client's unusual hellos are TLS that a real server answers."""
    with seats.connect(world.lab, seats.seat("transparent", "laptop"), places.FACEBOOK) as connection:
        hello = raw.Hello(connection, name, piece)
        assert "foreign.example.org" in str(hello.handshake().extensions)
        assert b"origin www.facebook.com" in hello.get("www.facebook.com")


def test_chromium(world: World) -> None:
    """Chromium shows an origin's page by the laboratory's name service and trusts its certificate."""
    seat = seats.seat("transparent", "laptop")
    with chromium(world.lab, seat, world.folder("home"), [world.origins.ca]) as browser:
        page = browser.new_page()
        answer = page.goto("https://www.facebook.com/")
        assert answer is not None
        assert (answer.status, page.title()) == (200, "www.facebook.com")
        details = answer.security_details()
        assert details is not None
        assert details["issuer"] == "Laboratory public authority"


def test_sweep(world: World, tmp_path: Path) -> None:
    """What a killed run left is taken away by the next, the processes in it too, and nothing else is."""
    name = f"{laboratory.PREFIX}-{2**22 + 1}-1-laptop"
    laboratory.command("ip", "netns", "add", name)
    (laboratory.NETNS / name).mkdir()
    mine = laboratory.namespaces()
    left = Process(["ip", "netns", "exec", name, "sleep", "60"], tmp_path / "log")
    laboratory.sweep()
    assert left.wait(5) == -signal.SIGKILL
    assert set(mine) - set(laboratory.namespaces()) == {name}
    assert not (laboratory.NETNS / name).exists()


def test_half_a_start(tmp_path: Path, world: World) -> None:
    """A laboratory that fails while it is made takes away the half that stood."""
    before = laboratory.namespaces()

    class Broken(Lab):
        def _forward(self) -> None:
            raise RuntimeError("no forwarding here")

    with pytest.raises(RuntimeError, match="no forwarding"):
        Broken(tmp_path, f"{laboratory.PREFIX}-1-{started(1)}").up()
    assert laboratory.namespaces() == before
