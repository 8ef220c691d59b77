"""Ways round the resolver: QUIC alone, an encrypted hello, an address known by heart. What is met is counted."""

from collections.abc import Iterator

import pytest
from OpenSSL import SSL
from playwright.sync_api import Error

from .. import places, sites
from ..chromium import chromium
from ..gateway import until
from ..seats import Seat
from . import network
from .building import SOON, School, SteeringGateway
from .ech import disguised
from .lessons import know_addresses
from .network import GUEST, LAPTOP, PHONE, STAFF, TABLET, At
from .probe import Quic, quic
from .traffic import Way, get_http3, hello, slow

RECORD_ALERT, RECORD_HANDSHAKE = 21, 22
CUT = 'breaktime_slips_total{done="cut",protocol="tcp"}'


@pytest.fixture(scope="module")
def gateway(school: School) -> Iterator[SteeringGateway]:
    """A lesson; every site's addresses are known already."""
    with school.steering(school.gateway(sites.LESSON)) as gateway:
        know_addresses(school)
        yield gateway


CONCERNS = [
    *((device, network.FACEBOOK, Quic.REJECTED) for device in network.DEVICES),
    *((device, network.YOUTUBE, Quic.REJECTED) for device in (LAPTOP, PHONE, STAFF)),
    *((device, network.YOUTUBE, Quic.ANSWERED) for device in (TABLET, GUEST)),
    *((device, network.CLASSROOM, Quic.ANSWERED) for device in network.DEVICES),
]


@pytest.mark.parametrize(
    ("device", "site", "expected"), CONCERNS, ids=[f"{device} {site.name}" for device, site, _ in CONCERNS]
)
def test_quic(
    school: School, gateway: SteeringGateway, family: int, device: str, site: places.Origin, expected: Quic
) -> None:
    """QUIC is turned away where a rule concerns device and site, and nowhere else."""
    before = gateway.counter("quic")
    assert quic(school.lab, device, network.address_of(site, family)) is expected
    assert (gateway.counter("quic") > before) is (expected is Quic.REJECTED)


@pytest.mark.parametrize(
    ("device", "site"),
    [(LAPTOP, network.BBC), (TABLET, network.YOUTUBE)],
    ids=["another site", "a site that no rule minds for this device"],
)
def test_http3(school: School, gateway: SteeringGateway, family: int, device: str, site: places.Origin) -> None:
    """What is not turned away is a whole page over HTTP/3, forwarded by the kernel."""
    at = At(device, family)
    body = get_http3(school, at, network.address_of(site, family), site.name)
    assert f"origin {site.name} HTTP/3 from {at.address}\n" in body


def test_browser_over_quic(school: School, gateway: SteeringGateway) -> None:
    """Chromium that is made to use QUIC loads another site over it, and gets nothing of Facebook's."""
    forced = [f"--origin-to-force-quic-on={network.BBC.name}:443,{network.FACEBOOK.name}:443"]
    authorities, home = [gateway.ca, school.origins.ca], school.folder("home")
    with chromium(school.lab, Seat(LAPTOP, LAPTOP), home, authorities, forced, quic=True) as browser:
        page = browser.new_page()
        assert page.goto(f"https://{network.BBC.name}/") is not None
        assert "HTTP/3 from" in page.inner_text("body")
        with pytest.raises(Error, match="QUIC"):
            page.goto(f"https://{network.FACEBOOK.name}/")


def test_encrypted_hello(school: School, gateway: SteeringGateway, family: int) -> None:
    """A hello with an encrypted part is ruled on by the name that it shows."""
    address = network.address_of(network.FACEBOOK, family)
    for shown, expected in ((network.FACEBOOK.name, RECORD_ALERT), (network.SHARED.name, RECORD_HANDSHAKE)):
        with school.lab.connect(PHONE, (address, 443)) as connection:
            connection.sendall(disguised(shown))
            assert connection.recv(1)[0] == expected, shown


@pytest.mark.parametrize("device", [LAPTOP, PHONE, GUEST])
def test_by_heart(school: School, gateway: SteeringGateway, family: int, device: str) -> None:
    """Who knows an address gets as far as a hello: the connection ends, and the address is steered."""
    at, address = At(device, family), network.elsewhere(100 + network.DEVICES.index(device), family)
    assert not gateway.holds(address)
    try:
        with slow(school, at, address, network.FACEBOOK.name) as watched:
            until("the connection ends", lambda: watched.ended is not None, SOON)
    except (OSError, SSL.Error):
        pass  # it ended before it had begun
    until("the address is steered", lambda: gateway.holds(address), SOON)
    blocked = Way.OPENED if device == LAPTOP else Way.REFUSED
    assert hello(school, at, address, network.FACEBOOK.name) is blocked


def test_slips_are_counted(school: School, gateway: SteeringGateway) -> None:
    """The metrics say how many slipped and what was done, and not who."""
    before = gateway.metric(CUT)
    for number in (110, 111, 112):
        hello(school, At(PHONE), network.elsewhere(number, 4), network.FACEBOOK.name)
    until("the slips are counted", lambda: gateway.metric(CUT) >= before + 3, SOON)
    assert network.ADDRESSES[PHONE][4] not in gateway.metrics()


def test_by_heart_over_quic(school: School, gateway: SteeringGateway, family: int) -> None:
    """The same over QUIC: the name is read, and from then on the address turns QUIC away."""
    address = network.address_of(network.INSTAGRAM, family)
    name = "unheard-of.cdninstagram.com"
    moved = network.CLASSROOM if family == 4 else network.WIKIPEDIA
    address = network.address_of(moved, family)
    assert quic(school.lab, PHONE, address) is Quic.ANSWERED
    with pytest.raises((TimeoutError, ConnectionError)):
        get_http3(school, At(PHONE, family), address, name)
    until("the address is steered", lambda: gateway.holds(address), SOON)
    assert quic(school.lab, PHONE, address) is Quic.REJECTED


def test_others_by_heart(school: School, gateway: SteeringGateway, family: int) -> None:
    """Another site's address that was never asked for is nobody's business: nothing is cut or steered."""
    address = network.elsewhere(120, family)
    with slow(school, At(PHONE, family), address, network.BBC.name) as watched:
        watched.wait_data(3 * 4096)
        assert hello(school, At(PHONE, family), address, network.BBC.name) is Way.KERNEL
        assert not gateway.holds(address)
