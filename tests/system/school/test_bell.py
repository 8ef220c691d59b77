"""The bell rings over what the gateway passes, opens and lets slip: it ends with the break, and not before."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from ..chromium import chromium
from ..gateway import until
from ..raw import Watched
from ..seats import Seat
from ..sites import BEFORE_THE_BELL, BELL_AFTER, ONLY_OFFICIAL
from . import network
from .building import School, SteeringGateway
from .network import LAPTOP, PHONE, STAFF, At
from .traffic import Way, get, hello, slow

NO_LOOKING_UP = """  - rule: no-looking-up
    verdict: block
    when: {service: wikipedia, period: directed}
    clause: "8.6.2"
    say: Not in lessons.
"""
"""A rule on what is no social media: nobody counts its minutes, so that what slips past may go on until the bell."""

VIDEO = """async () => {
  const reader = (await fetch('/slow')).body.getReader();
  window.took = 0;
  (async () => {
    try { for (;;) { const {done, value} = await reader.read(); if (done) break; window.took += value.length } }
    catch (e) {}
    window.ended = true;
  })();
}"""
"""What a page does that plays a video: one long answer, taken piece by piece."""

PLAYED = {
    "passed v4": (At(LAPTOP), network.INSTAGRAM),
    "passed v6": (At(LAPTOP, 6), network.INSTAGRAM),
    "opened v4": (At(LAPTOP), network.FACEBOOK),
    "opened v6": (At(LAPTOP, 6), network.FACEBOOK),
    "slipped v4": (At(STAFF), network.WIKIPEDIA),
    "slipped v6": (At(STAFF, 6), network.WIKIPEDIA),
}
OTHERS = {"forwarded v4": (At(PHONE), network.BBC), "forwarded v6": (At(LAPTOP, 6), network.BBC)}


@dataclass
class Bell:
    """What happened around it."""

    gateway: SteeringGateway
    held: dict[str, Watched]
    rung: float
    page_took: int
    page_ended: bool


@pytest.fixture(scope="module")
def bell(school: School) -> Iterator[Bell]:
    """Everything plays before the bell, then it rings."""
    gateway = school.gateway(BEFORE_THE_BELL, ONLY_OFFICIAL, NO_LOOKING_UP)
    with school.steering(gateway), ExitStack() as stack:
        for at, site in PLAYED.values():
            if at.device != STAFF:
                get(school, at, site)
        held = {name: stack.enter_context(_play(school, gateway, name)) for name in (PLAYED | OTHERS)}
        home, authorities = school.folder("home"), [gateway.ca, school.origins.ca]
        browser = stack.enter_context(chromium(school.lab, Seat(LAPTOP, LAPTOP), home, authorities))
        page = browser.new_page()
        assert page.goto(f"https://{network.INSTAGRAM.name}/") is not None
        page.evaluate(VIDEO)
        for watched in held.values():
            watched.wait_data(4096)
        took, rung = _listen(school, gateway, page)
        page.wait_for_function("() => window.ended", timeout=10_000)
        yield Bell(gateway, held, rung, took, bool(page.evaluate("() => window.ended")))


def _play(school: School, gateway: SteeringGateway, name: str) -> AbstractContextManager[Watched]:
    at, site = (PLAYED | OTHERS)[name]
    address = network.elsewhere(60, at.family) if at.device == STAFF else network.address_of(site, at.family)
    return slow(school, at, address, site.name, gateway.trusted)


def _listen(school: School, gateway: SteeringGateway, page: Page) -> tuple[int, float]:
    """Try new connections from some seconds before the bell until they are refused; then wait for the rest."""
    early = gateway.started + BELL_AFTER - 4 - time.monotonic()
    assert early > 0, "this machine is too busy: the bell rang before everything played"
    page.wait_for_timeout(early * 1000)
    assert page.evaluate("() => window.ended") is None, "the video ended before the bell"
    took = int(page.evaluate("() => window.took"))
    rung = 0.0

    def rings() -> bool:
        nonlocal rung
        rung = time.monotonic()
        return hello(school, At(LAPTOP), network.INSTAGRAM.v4, network.INSTAGRAM.name) is not Way.WORKER

    until("the bell rings", rings, 30, 0.05)
    page.wait_for_timeout(3000)
    return took, rung


def test_rings_in_time(bell: Bell) -> None:
    """The engine's clock strikes when it must."""
    assert BELL_AFTER - 0.5 <= bell.rung - bell.gateway.started <= BELL_AFTER + 10


@pytest.mark.parametrize("name", list(PLAYED))
def test_cut(bell: Bell, name: str) -> None:
    """What plays ends with the bell: at most a second before new connections are refused, at most some after."""
    watched = bell.held[name]
    assert watched.ended is not None, "it outlived the bell"
    assert -1.5 <= watched.ended - bell.rung <= 3


def test_video(bell: Bell) -> None:
    """A video in Chromium plays until the bell, and no longer."""
    assert bell.page_took > 0
    assert bell.page_ended


@pytest.mark.parametrize("name", list(OTHERS))
def test_others(bell: Bell, name: str) -> None:
    """What the kernel forwards hears no bell."""
    bell.held[name].wait_data(4096)


def test_slipped(school: School, bell: Bell) -> None:
    """What slipped past was steered from then on, and is blocked now."""
    for family in (4, 6):
        address = network.elsewhere(60, family)
        assert bell.gateway.holds(address)
        assert hello(school, At(PHONE, family), address, network.WIKIPEDIA.name) is Way.REFUSED
