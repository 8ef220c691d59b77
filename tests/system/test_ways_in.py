"""Explicit proxy: settings that browsers find (PAC), and the gateway's page with what it does about the notice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import places, seats, sites
from .chromium import chromium
from .conftest import World
from .curl import curl
from .gateway import Gateway, until
from .sites import Site

LAPTOP = seats.seat("transparent", "laptop")
PROXIED = seats.seat("explicit", "laptop")
PHONE = seats.seat("transparent", "phone")
PORT = 8088
PAGE = f"http://10.20.10.1:{PORT}"
NAME = "breaktime.example-primary"


def with_page(folder: Path, upstream_ca: Path) -> Site:
    """The laboratory's site with the page's port, and a laptop whose user was not told yet."""
    site = Site.laboratory(folder, upstream_ca)
    text = (site.folder / "site.yaml").read_text()
    (site.folder / "site.yaml").write_text(text.replace("  workers: 1\n", f"  workers: 1\n  page-port: {PORT}\n", 1))
    devices = site.folder / "devices.csv"
    told = "laptop-21,school,laptop,teacher-01,yes,"
    devices.write_text(devices.read_text().replace(f"{told}2026-09-01", told))
    return site


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Gateway]:
    """A lesson."""
    with world.run(world.prepare(with_page, sites.LESSON)) as running:
        until("the page answers", lambda: curl(world.lab, LAPTOP, f"{PAGE}/").status == 200, 20)
        yield running


def test_settings(world: World, gateway: Gateway) -> None:
    """They are served at the page's port, and name the address by which the client came."""
    answer = curl(world.lab, PHONE, f"http://10.20.20.1:{PORT}/wpad.dat")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ns-proxy-autoconfig")
    assert "PROXY 10.20.20.1:8080; DIRECT" in answer.body


def test_chromium_by_its_settings(world: World, gateway: Gateway) -> None:
    """A browser that is told only where the settings are: Facebook is blocked with a page, the rest goes straight."""
    extra = [f"--proxy-pac-url={PAGE}/wpad.dat"]
    before = world.lab.contacts(places.FACEBOOK)
    trusted = [gateway.ca, world.origins.ca]
    with chromium(world.lab, LAPTOP, world.folder("home"), trusted, extra, direct=False) as browser:
        page = browser.new_page()
        passed = page.goto("https://www.bbc.co.uk/")
        assert passed is not None
        assert passed.status == 200
        with pytest.raises(Exception, match="ERR_"):  # its user was not told: refused, not opened
            page.goto("https://www.facebook.com/")
        page = browser.new_page()
        shown = page.goto(f"http://{NAME}/")
        assert shown is not None
        assert "I have read what it means" in page.inner_text("body")
    assert world.lab.contacts(places.FACEBOOK) == before


def test_a_person_acknowledges_and_is_shown_the_page(world: World, gateway: Gateway) -> None:
    """Before, connections are refused unopened; after it, the certificate is given and blocks are explained."""
    assert curl(world.lab, LAPTOP, f"{PAGE}/breaktime-root.pem").status == 403
    with chromium(world.lab, PROXIED, world.folder("home"), []) as browser:
        page = browser.new_page()
        page.goto(f"http://{NAME}/")
        page.get_by_role("button").click()
        page.get_by_text("Its user was told").wait_for()
    assert "laptop-21,EXAMPLE-1," in (gateway.data / "acknowledged.csv").read_text()
    given = curl(world.lab, LAPTOP, f"{PAGE}/breaktime-root.pem")
    assert given.status == 200
    root = world.folder("given") / "root.pem"
    root.write_text(given.body)

    def explained() -> bool:
        answer = curl(world.lab, PROXIED, "https://www.facebook.com/", root)
        return answer.status == 403 and sites.NEXT_BREAK in answer.body

    until("a block is explained", explained, 30)


def test_the_page_is_for_the_site(world: World, gateway: Gateway) -> None:
    """A phone of one's own is told that it needs nothing, and a stranger to all zones reaches no page."""
    answer = curl(world.lab, PHONE, f"http://10.20.20.1:{PORT}/")
    assert answer.status == 200
    assert "needs no certificate" in answer.body
    stranger = seats.Seat("stranger", places.INTERNET)
    assert curl(world.lab, stranger, f"http://10.90.0.1:{PORT}/").status == 0


def test_without_the_proxy_browsers_go_straight(world: World, gateway: Gateway) -> None:
    """When the gateway is off, the settings that a browser has lead straight out: the web goes on. Ends the gateway."""
    extra = [f"--proxy-pac-url={PAGE}/wpad.dat"]
    with chromium(world.lab, LAPTOP, world.folder("home"), [world.origins.ca], extra, direct=False) as browser:
        page = browser.new_page()
        assert page.goto("https://www.bbc.co.uk/") is not None
        gateway.stop()
        answer = page.goto("https://www.facebook.com/")
        assert answer is not None
        assert answer.status == 200
