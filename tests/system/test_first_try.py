"""The first try on a bare machine: the example site as shipped, the loopback address, curl and a browser."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from . import places, seats, sites
from .chromium import chromium
from .conftest import World
from .curl import curl
from .gateway import Gateway

SEAT = seats.LOOPBACK


@pytest.fixture(scope="module")
def lesson(world: World) -> Iterator[Gateway]:
    """`breaktime run --at` in the first lesson of a Monday."""
    with world.run(world.prepare(sites.Site.as_shipped, sites.LESSON)) as gateway:
        yield gateway


def test_block_page(world: World, lesson: Gateway) -> None:
    """In a lesson Facebook is answered with the block page and the next break's time, without a contact."""
    before = world.lab.contacts(places.FACEBOOK)
    answer = curl(world.lab, SEAT, "https://www.facebook.com/", lesson.trusted)
    assert (answer.exit, answer.status) == (0, 403), answer.error
    assert answer.headers["content-type"].startswith("text/html")
    assert sites.NEXT_BREAK in answer.body
    assert world.lab.contacts(places.FACEBOOK) == before


def test_no_document(world: World, lesson: Gateway) -> None:
    """What is no document request gets a short plain answer instead of a page."""
    asked = ["-H", "Sec-Fetch-Dest: image", "-H", "Sec-Fetch-Mode: no-cors"]
    answer = curl(world.lab, SEAT, "https://www.facebook.com/picture.png", lesson.trusted, asked)
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.body) < 500


def test_neighbour(world: World, lesson: Gateway) -> None:
    """A site that is no social media keeps its own certificate: it is not opened."""
    answer = curl(world.lab, SEAT, "https://www.bbc.co.uk/", world.origins.ca)
    assert (answer.exit, answer.status) == (0, 200), answer.error
    assert "BBC" not in answer.issuer
    assert answer.names == ["www.bbc.co.uk", "bbc.co.uk"]


def test_browser(world: World, lesson: Gateway) -> None:
    """Chromium shows the block page as a page of the site, without a certificate error, and the neighbour."""
    with chromium(world.lab, SEAT, world.folder("home"), [lesson.ca, world.origins.ca]) as browser:
        page = browser.new_page()
        blocked = page.goto("https://www.facebook.com/")
        assert blocked is not None
        assert blocked.status == 403
        assert sites.NEXT_BREAK in page.inner_text("body")
        passed = page.goto("https://www.bbc.co.uk/")
        assert passed is not None
        assert passed.status == 200


def test_few_lines(lesson: Gateway) -> None:
    """In a few lines: what is ruled now and until when, how to try it, that the clock was moved."""
    said = lesson.output()
    assert sites.NEXT_BREAK in said
    assert "127.0.0.1:8080" in said
    assert "ca.pem" in said
    assert re.search("rehears", said, re.I)
    assert len(said.splitlines()) <= 25, said


def test_metrics(lesson: Gateway) -> None:
    """The metrics parse, are the gateway's own, and name no person, device or address of a client."""
    text = lesson.metrics()
    families = list(text_string_to_metric_families(text))
    assert any(family.name.startswith("breaktime_") for family in families)
    values = {value for family in families for sample in family.samples for value in sample.labels.values()}
    assert not [value for value in values if re.search(r"teacher-\d|laptop|loopback|\d+\.\d+\.\d+\.\d+", value)]


def test_in_a_break(world: World) -> None:
    """In a break Facebook is passed through unopened: the client sees Facebook's own certificate."""
    with world.run(world.prepare(sites.Site.as_shipped, sites.BREAK)) as gateway:
        before = world.lab.contacts(places.FACEBOOK)
        answer = curl(world.lab, SEAT, "https://www.facebook.com/", gateway.trusted)
        assert (answer.exit, answer.status) == (0, 200), answer.error
        assert answer.names == ["www.facebook.com", *places.FACEBOOK.also]
        assert world.lab.contacts(places.FACEBOOK) == before + 1
