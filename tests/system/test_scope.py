"""The interception authority cannot overreach, not even in a thief's hands: what clients say to it."""

from collections.abc import Iterator

import pytest
from cryptography import x509

from . import certificates, places, seats, sites
from .chromium import chromium
from .conftest import World
from .curl import REFUSED_CERTIFICATE, curl
from .gateway import Gateway
from .origins import Impostor
from .sites import Site

SEAT = seats.seat("transparent", "laptop")  # no redirect is set: straight to the impostor
THERE = ["--connect-to", f"::{places.IMPOSTOR.v4}:443"]


@pytest.fixture(scope="module")
def stolen(world: World) -> Iterator[Gateway]:
    """A gateway that has run once: its data folder holds the authority and the key."""
    gateway = world.prepare(Site.laboratory, sites.LESSON)
    with world.run(gateway):
        yield gateway


LEAVES = [
    pytest.param(("www.facebook.com",), True, id="a service's host"),
    pytest.param(("www.bbc.co.uk",), False, id="any other site"),
    pytest.param(("www.facebook.com", "www.bbc.co.uk"), False, id="both in one"),
    pytest.param(("facebook.com.example.org",), False, id="a look-alike"),
]


@pytest.mark.parametrize(("names", "accepted"), LEAVES)
def test_curl(world: World, stolen: Gateway, names: tuple[str, ...], accepted: bool) -> None:
    """curl accepts a leaf for a social service's host and refuses one that names anything else."""
    with Impostor(world.lab, *certificates.new_leaf(stolen.authority(), names)):
        answer = curl(world.lab, SEAT, f"https://{names[0]}/", stolen.ca, THERE)
    assert answer.exit == (0 if accepted else REFUSED_CERTIFICATE), answer.error


@pytest.mark.parametrize(("names", "accepted"), LEAVES)
def test_chromium(world: World, stolen: Gateway, names: tuple[str, ...], accepted: bool) -> None:
    """Chromium, told to trust the authority fully, judges the same."""
    where = f"--host-resolver-rules=MAP {names[0]} {places.IMPOSTOR.v4}"
    with (
        Impostor(world.lab, *certificates.new_leaf(stolen.authority(), names)),
        chromium(world.lab, SEAT, world.folder("home"), [stolen.ca], [where]) as browser,
    ):
        page = browser.new_page()
        if accepted:
            assert page.goto(f"https://{names[0]}/") is not None
            assert page.title() == "impostor"
        else:
            with pytest.raises(Exception, match="ERR_CERT"):
                page.goto(f"https://{names[0]}/")


def test_certificate(stolen: Gateway) -> None:
    """The authority carries a critical name constraint, permits at most 300 names, and no address at all."""
    authority = x509.load_pem_x509_certificate(stolen.ca.read_bytes())
    found = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    permitted = [str(name.value) for name in found.value.permitted_subtrees or ()]
    excluded = {str(name.value) for name in found.value.excluded_subtrees or ()}
    assert 0 < len(permitted) <= 300
    assert excluded == {"0.0.0.0/0", "::/0"}
    assert len(stolen.ca.read_bytes()) < 16_000


def test_kept_key(stolen: Gateway) -> None:
    """No file of the authority but its certificate can be read by others on the machine."""
    readable = {path.name for path in stolen.ca.parent.rglob("*") if path.is_file() and path.stat().st_mode & 0o077}
    assert readable <= {"ca.pem"}
