"""What people did on the web stays theirs: planted markers are in no file, line or metric of a run."""

from pathlib import Path

import pytest

from . import places, raw, records, seats
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .sites import BREAK, ONLY_OFFICIAL, PERSON, Site

LAPTOP = seats.seat("explicit", "laptop")
PHONE = seats.seat("explicit", "phone")
MARKERS = {
    "path": "mark-path-7f31",
    "query": "mark-query-7f32",
    "cookie": "mark-cookie-7f33",
    "account": "10000007777734",
    "referrer": "mark-referrer-7f35",
    "agent": "mark-agent-7f36",
    "password": "mark-password-7f37",
    "body": "mark-body-7f38",
    "message": "mark-message-7f39",
    "person": PERSON,
    "device": "laptop-21",
    "address": "10.20.10.21",
    "site that is no social media": places.SCHOOL.name,
}


def visit(world: World, seat: seats.Seat, base: str, ca: Path) -> None:
    """A request with a marker wherever one can stand, with and without a body."""
    url = f"{base}/{MARKERS['path']}?q={MARKERS['query']}"
    head = [
        "-H", f"Cookie: c_user={MARKERS['account']}; xs={MARKERS['cookie']}",
        "-H", f"Authorization: Basic {MARKERS['password']}",
        "-H", "Accept: text/html",
        "-e", f"https://other.example/{MARKERS['referrer']}", "-A", MARKERS["agent"],
    ]  # fmt: skip
    curl(world.lab, seat, url, ca, head)
    curl(world.lab, seat, url, ca, [*head, "-d", MARKERS["body"]])
    curl(world.lab, seat, f"{url}&again", ca, ["-b", f"a={MARKERS['cookie']}"])


@pytest.fixture(scope="module")
def lived(world: World) -> Gateway:
    """A run that has seen every kind of visit, and ended; its metrics as they were are kept beside it."""
    gateway = world.prepare(Site.laboratory, BREAK, "lived")
    gateway.site.add_rules(ONLY_OFFICIAL)
    with world.run(gateway):
        for host in (places.FACEBOOK, places.INSTAGRAM, places.SCHOOL):
            for seat in (LAPTOP, PHONE):
                visit(world, seat, f"https://{host.name}", gateway.trusted)
                visit(world, seat, f"http://{host.name}", gateway.trusted)
        _talk(world, gateway)
        until("the visits are recorded", lambda: gateway.recorded("facebook") > 0, 20)
        (gateway.folder / "metrics.txt").write_text(gateway.metrics())
        # Before the end as well: what is in the write-ahead log now may be gone after a clean end.
        (gateway.folder / "running.bin").write_bytes(_everything(gateway.data))
    return gateway


def _talk(world: World, gateway: Gateway) -> None:
    name = places.FACEBOOK.name
    with raw.secure(seats.connect(world.lab, LAPTOP, places.FACEBOOK), name, gateway.trusted) as held:
        assert MARKERS["message"] in raw.say(held, raw.websocket(held, name), MARKERS["message"])


def _everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_seen(lived: Gateway) -> None:
    """The visits were ruled on and counted by service and verdict: the search below searches something."""
    assert set(records.verdicts(lived.data, "facebook")) >= {"allow", "block"}


@pytest.mark.parametrize("what", MARKERS)
def test_nowhere(lived: Gateway, what: str) -> None:
    """Nothing of a request, and nobody in clear: not in data, output, metrics, home or temporary files."""
    found = [path for path in records.containing(lived.folder, MARKERS[what]) if path.parts[0] != "config"]
    assert found == []
