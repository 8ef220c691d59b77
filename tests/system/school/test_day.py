"""A school day on the engine's clock: who reaches what at which time, and that the rest never leaves the kernel."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from .. import sites
from ..chromium import chromium
from ..seats import Seat
from . import network
from .building import School, SteeringGateway
from .network import GUEST, LAPTOP, PHONE, STAFF, TABLET, At
from .traffic import Way, get, hello, way_of

ALLOWED = {Way.WORKER, Way.OPENED}
BLOCKED = {Way.REFUSED, Way.OPENED}

REGISTRATION, LUNCH = "2026-11-23T08:50", "2026-11-23T12:10"
HOURS = {"registration": REGISTRATION, "lesson": sites.LESSON, "break": sites.BREAK, "lunch": LUNCH}
FREE = ("break", "lunch")
"""When the school's staff may use social media on the school's devices."""


class Hour(NamedTuple):
    """A gateway at a time of the day."""

    gateway: SteeringGateway
    name: str

    @property
    def is_free(self) -> bool:
        """True in a break."""
        return self.name in FREE


@pytest.fixture(scope="module", params=list(HOURS))
def hour(school: School, request: pytest.FixtureRequest) -> Iterator[Hour]:
    """Each hour of a Monday in turn."""
    name: str = request.param
    with school.steering(school.gateway(HOURS[name])) as gateway:
        yield Hour(gateway, name)


@pytest.mark.parametrize("device", network.DEVICES)
def test_other_sites(school: School, hour: Hour, family: int, device: str) -> None:
    """At no time is anybody's other traffic touched: the kernel forwards it, with the site's own certificate."""
    at = At(device, family)
    for site in network.UNSTEERED:
        answer = get(school, at, site)
        assert (answer.status, way_of(answer, at)) == (200, Way.KERNEL), f"{site.name}: {answer.error}"
        assert answer.names == [site.name, *site.also]


@pytest.mark.parametrize("device", [LAPTOP, STAFF])
def test_school_devices(school: School, hour: Hour, family: int, device: str) -> None:
    """A managed laptop reaches social media in breaks, and is shown the block page at any other time."""
    at = At(device, family)
    for site in (network.FACEBOOK, network.INSTAGRAM, network.YOUTUBE):
        answer = get(school, at, site, ca=hour.gateway.trusted)
        if hour.is_free:
            assert (answer.status, way_of(answer, at)) == (200, Way.WORKER), f"{site.name}: {answer.error}"
        else:
            assert (answer.status, way_of(answer, at)) == (403, Way.OPENED), f"{site.name}: {answer.error}"


@pytest.mark.parametrize("device", [PHONE, TABLET, GUEST])
def test_other_devices(school: School, hour: Hour, family: int, device: str) -> None:
    """A teacher's own phone, an unknown tablet and a guest are refused Facebook at all times, unopened."""
    at = At(device, family)
    answer = get(school, at, network.FACEBOOK, ca=hour.gateway.trusted)
    assert way_of(answer, at) is Way.REFUSED, answer.error


@pytest.mark.parametrize("device", [TABLET, GUEST])
def test_left_to_the_filter(school: School, hour: Hour, family: int, device: str) -> None:
    """What the policy leaves to the school's filter is passed to them, unopened."""
    at = At(device, family)
    answer = get(school, at, network.YOUTUBE, ca=hour.gateway.trusted)
    assert (answer.status, way_of(answer, at)) == (200, Way.WORKER), answer.error


def test_shared_address(school: School, hour: Hour, family: int) -> None:
    """Another site at an address of Facebook's costs a worker's time, and never gets a wrong verdict."""
    at = At(LAPTOP, family)
    assert get(school, at, network.FACEBOOK, ca=hour.gateway.trusted).exit == 0
    answer = get(school, at, network.SHARED)
    assert (answer.status, way_of(answer, at)) == (200, Way.WORKER), answer.error


def test_plain_http(school: School, hour: Hour, family: int) -> None:
    """Clear-text HTTP is steered as well."""
    at = At(PHONE, family)
    address = network.address_of(network.FACEBOOK, family)
    assert hello(school, at, address, network.FACEBOOK.name) is Way.REFUSED
    with school.lab.connect(at.device, (address, 80)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\nHost: www.facebook.com\r\n\r\n")
        assert b" 403 " in connection.recv(4096)


def test_browser(school: School, hour: Hour) -> None:
    """Chromium on the laptop: other sites forwarded by the kernel, Facebook as the hour has it."""
    home = school.folder("home")
    authorities = [hour.gateway.ca, school.origins.ca]
    with chromium(school.lab, Seat(LAPTOP, LAPTOP), home, authorities) as browser:
        page = browser.new_page()
        assert page.goto(f"https://{network.BBC.name}/") is not None
        assert "from 10.20.10.21" in page.inner_text("body") or "from fd00:20:10::21" in page.inner_text("body")
        answer = page.goto(f"https://{network.FACEBOOK.name}/")
        assert answer is not None
        assert answer.status == (200 if hour.is_free else 403)
