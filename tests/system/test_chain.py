"""The chain that the gateway shows: a device that trusts the head's root alone accepts it, and nothing beyond it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from agent.gateway.signing import pem

from . import certificates, places, seats, sites
from .chromium import chromium
from .conftest import World
from .curl import REFUSED_CERTIFICATE, curl
from .gateway import Gateway
from .origins import Impostor
from .sites import Site

SEAT = seats.seat("explicit", "laptop")
DIRECT = seats.seat("transparent", "laptop")


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Gateway]:
    """A gateway in a lesson."""
    with world.run(world.prepare(Site.laboratory, sites.LESSON)) as running:
        yield running


@pytest.fixture(scope="module")
def root(world: World, gateway: Gateway) -> Path:
    """The root alone, as devices are given it."""
    path = world.folder("root") / "root.pem"
    path.write_bytes(pem(x509.load_pem_x509_certificates(gateway.ca.read_bytes())[1]))
    return path


def test_curl(world: World, gateway: Gateway, root: Path) -> None:
    """curl accepts leaf and intermediate, which is sent along, on the root's word alone."""
    answer = curl(world.lab, SEAT, "https://www.facebook.com/", root)
    assert (answer.exit, answer.status) == (0, 403), answer.error


def test_curl_refuses_other_names(world: World, gateway: Gateway, root: Path) -> None:
    """What the intermediate signs for any other site is refused, although its root is trusted."""
    there = ["--connect-to", f"::{places.IMPOSTOR.v4}:443"]
    with Impostor(world.lab, *certificates.new_leaf(gateway.authority(), ("www.bbc.co.uk",))):
        answer = curl(world.lab, DIRECT, "https://www.bbc.co.uk/", root, there)
    assert answer.exit == REFUSED_CERTIFICATE, answer.error


@pytest.mark.parametrize(("name", "accepted"), [("www.facebook.com", True), ("www.bbc.co.uk", False)])
def test_chromium(world: World, gateway: Gateway, root: Path, name: str, accepted: bool) -> None:
    """Chromium judges the same."""
    where = f"--host-resolver-rules=MAP {name} {places.IMPOSTOR.v4}"
    with (
        Impostor(world.lab, *certificates.new_leaf(gateway.authority(), (name,))),
        chromium(world.lab, DIRECT, world.folder("home"), [root], [where]) as browser,
    ):
        page = browser.new_page()
        if accepted:
            assert page.goto(f"https://{name}/") is not None
        else:
            with pytest.raises(Exception, match="ERR_CERT"):
                page.goto(f"https://{name}/")


def test_chromium_through_the_gateway(world: World, gateway: Gateway, root: Path) -> None:
    """The block page comes without a certificate error."""
    with chromium(world.lab, SEAT, world.folder("home"), [root]) as browser:
        blocked = browser.new_page().goto("https://www.facebook.com/")
        assert blocked is not None
        assert blocked.status == 403
