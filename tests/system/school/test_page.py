"""The gateway's page where the kernel steers: its name is answered by the resolver, and a worker answers there."""

from collections.abc import Iterator

import pytest

from .. import seats, sites
from ..curl import curl
from ..gateway import until
from . import network
from .asking import AAAA, ask
from .building import SOON, School, SteeringGateway
from .network import LAPTOP, PHONE

PAGE = "http://breaktime.example-primary"
REFUSED = 7
"""curl's exit code when nobody takes the connection."""


@pytest.fixture(scope="module")
def gateway(school: School) -> Iterator[SteeringGateway]:
    """A lesson; the laptop's user was not told yet."""
    made = school.gateway(sites.LESSON)
    told = "laptop-21,school,laptop,teacher-01,yes,"
    (made.site.folder / "devices.csv").write_text(network.INVENTORY.replace(f"{told}2026-09-01", told))
    with school.steering(made) as running:
        yield running


def test_the_page_is_found_by_its_name(school: School, gateway: SteeringGateway) -> None:
    """Every device of the site gets it, by IPv4, and what it says is for that device."""
    server = network.gateway_of(LAPTOP)
    assert ask(school.lab, LAPTOP, server, "breaktime.example-primary").addresses == ["192.0.2.80"]
    assert ask(school.lab, LAPTOP, server, "breaktime.example-primary", AAAA).addresses == []
    laptop = curl(school.lab, seats.Seat("laptop", LAPTOP), f"{PAGE}/")
    assert (laptop.status, "I have read what it means" in laptop.body) == (200, True), laptop.error
    phone = curl(school.lab, seats.Seat("phone", PHONE), f"{PAGE}/")
    assert (phone.status, "needs no certificate" in phone.body) == (200, True), phone.error


def test_a_browser_that_tries_https_is_told_at_once(school: School, gateway: SteeringGateway) -> None:
    """Nothing is there but clear text; it does not wait for an answer that never comes."""
    answer = curl(school.lab, seats.Seat("laptop", LAPTOP), "https://breaktime.example-primary/")
    assert answer.exit == REFUSED, answer.error


def test_an_acknowledgement_opens_the_device(school: School, gateway: SteeringGateway) -> None:
    """Before it a block is a refused connection, after it a page; a restarted gateway still knows."""
    seat = seats.Seat("laptop", LAPTOP)
    facebook = f"https://{network.FACEBOOK.name}/"
    assert curl(school.lab, seat, facebook, gateway.trusted).status == 0
    posted = curl(school.lab, seat, f"{PAGE}/acknowledge", extra=["-X", "POST", "-H", f"Origin: {PAGE}"])
    assert posted.status == 303
    until("a block is explained", lambda: curl(school.lab, seat, facebook, gateway.trusted).status == 403, SOON)
    assert curl(school.lab, seat, f"{PAGE}/breaktime.mobileconfig").status == 200
    assert gateway.stop() == 0
    gateway.start(2)
    until("a block is explained", lambda: curl(school.lab, seat, facebook, gateway.trusted).status == 403, SOON)
