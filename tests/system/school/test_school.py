"""The school itself, without a gateway: every way round one is open and works, so that a test can see it shut."""

import base64

import pytest

from .. import places
from ..curl import curl
from ..seats import Seat
from . import network
from .asking import HTTPS, ask, ask_tcp, question
from .building import School
from .network import At
from .probe import Quic, quic
from .traffic import Way, get_http3, hello


@pytest.fixture(autouse=True)
def no_gateway(school: School) -> None:
    """No gateway runs and no rule stands; devices ask the provider's resolver."""
    assert school.lab.pids(places.GATEWAY) == []
    assert school.rules() == ""


@pytest.mark.parametrize("device", network.DEVICES)
def test_reaches_sites(school: School, family: int, device: str) -> None:
    """Each device reaches each site, over both families, and the site sees the device's own address."""
    for site in network.SITES:
        at = At(device, family)
        assert hello(school, at, network.address_of(site, family), site.name) is Way.KERNEL


def test_http3(school: School, family: int) -> None:
    """Sites answer over HTTP/3, and to the probe that tests send."""
    at = At(network.GUEST, family)
    for site in (*network.STEERED, *network.UNSTEERED):
        assert quic(school.lab, at.device, network.address_of(site, family)) is Quic.ANSWERED
    body = get_http3(school, at, network.address_of(network.YOUTUBE, family), network.YOUTUBE.name)
    assert f"HTTP/3 from {at.address}\n" in body


def test_public_resolver(school: School, family: int) -> None:
    """Somebody else's resolver answers in all its ways: UDP, TCP, with HTTPS records, and over HTTPS."""
    server, name = network.PUBLIC[family], network.FACEBOOK.name
    assert ask(school.lab, network.LAPTOP, server, name).addresses == [network.FACEBOOK.v4]
    assert ask_tcp(school.lab, network.LAPTOP, server, name).addresses == [network.FACEBOOK.v4]
    assert ask(school.lab, network.LAPTOP, server, name, HTTPS).answers
    asked = base64.urlsafe_b64encode(question(name)).decode().rstrip("=")
    url = f"https://{f'[{server}]' if family == 6 else server}/dns-query?dns={asked}"
    answer = curl(school.lab, Seat("laptop", network.LAPTOP, family=family), url, extra=["--insecure"])
    assert (answer.status, answer.headers["content-type"]) == (200, "application/dns-message"), answer.error


def test_moves(school: School, family: int) -> None:
    """A site can move, and be at several addresses at once."""
    names, site = school.know(), network.TIKTOK
    before = names.at(site.name)
    try:
        names.move(site.name, [network.elsewhere(n, f) for n in (201, 202) for f in (4, 6)])
        found = ask(school.lab, network.LAPTOP, network.UPSTREAM, site.name, 28 if family == 6 else 1).addresses
        assert sorted(found) == [network.elsewhere(201, family), network.elsewhere(202, family)]
        assert hello(school, At(network.LAPTOP, family), found[0], site.name) is Way.KERNEL
    finally:
        names.move(site.name, before)
