"""Names: whatever a device asks, and whomever, the gateway's resolver answers and steers what it answers."""

from collections.abc import Iterator

import pytest

from .. import places, sites
from ..gateway import until
from . import network
from .asking import AAAA, HTTPS, NO_SUCH_NAME, A, ask, ask_tcp
from .building import SOON, School, SteeringGateway
from .network import At
from .traffic import Way, get, hello, way_of

KIND = {4: A, 6: AAAA}


@pytest.fixture(scope="module")
def gateway(school: School) -> Iterator[SteeringGateway]:
    """A lesson."""
    with school.steering(school.gateway(sites.LESSON)) as gateway:
        yield gateway


@pytest.fixture
def own_server(school: School, family: int) -> Iterator[At]:
    """A phone whose owner told it of a public resolver."""
    at = At(network.PHONE, family)
    school.lab.resolve(at.device, network.PUBLIC[family])
    yield at
    school.lab.resolve(at.device, network.gateway_of(at.device))


def test_new_address(school: School, gateway: SteeringGateway, family: int) -> None:
    """An address that appears behind the same name is steered from the first connection on, the old one too."""
    names, at, number = school.know(), At(network.PHONE, family), 10 + family
    before, after = names.at(network.FACEBOOK.name), [network.elsewhere(number, f) for f in (4, 6)]
    new, server = network.elsewhere(number, family), network.gateway_of(at.device, family)
    get(school, at, network.FACEBOOK)
    assert not gateway.holds(new)
    names.move(network.FACEBOOK.name, after)
    try:
        until(
            "the device hears of it",
            lambda: ask(school.lab, at.device, server, network.FACEBOOK.name, KIND[family]).addresses == [new],
            SOON,
            0.02,
        )
        assert gateway.holds(new)
        met = hello(school, at, new, network.FACEBOOK.name)
        assert met is Way.REFUSED, f"{met}; standing: {gateway.elements('standing')}"
    finally:
        names.move(network.FACEBOOK.name, before)
    assert hello(school, at, network.address_of(network.FACEBOOK, family), network.FACEBOOK.name) is Way.REFUSED


def test_several_addresses(school: School, gateway: SteeringGateway, family: int) -> None:
    """All addresses of one answer are steered, of a name that nobody listed below one that is."""
    name = f"v{family}.edge.tiktok.com"
    school.know().say({name: tuple(network.elsewhere(n, f) for n in (31, 32, 33) for f in (4, 6))})
    found = ask(school.lab, network.PHONE, network.gateway_of(network.PHONE), name, KIND[family]).addresses
    assert len(found) == 3
    assert [hello(school, At(network.PHONE, family), one, name) for one in found] == [Way.REFUSED] * 3


def test_own_server(school: School, gateway: SteeringGateway, own_server: At) -> None:
    """A device that asks a public resolver is answered by the gateway's all the same, and steered."""
    site = network.TIKTOK
    answer = get(school, own_server, site, ca=gateway.trusted)
    assert way_of(answer, own_server) is Way.REFUSED, answer.error
    other = get(school, own_server, network.WIKIPEDIA)
    assert (other.status, way_of(other, own_server)) == (200, Way.KERNEL)
    asking = set(school.know().asked(site.name))
    assert own_server.address not in asking
    assert asking & {"10.90.0.1", "fd00:90::1"}


def test_own_server_over_tcp(school: School, gateway: SteeringGateway, family: int) -> None:
    """Over TCP it is no different."""
    found = ask_tcp(school.lab, network.PHONE, network.PUBLIC[family], network.FACEBOOK.name, HTTPS)
    assert found.answers == ()
    assert ask_tcp(school.lab, network.PHONE, network.PUBLIC[family], network.FACEBOOK.name).addresses


@pytest.mark.parametrize("site", [network.FACEBOOK, network.BBC], ids=["steered", "other"])
def test_no_keys(school: School, gateway: SteeringGateway, family: int, site: places.Origin) -> None:
    """HTTPS records, with their keys for Encrypted ClientHello and hints of HTTP/3, are not answered."""
    for server in (network.gateway_of(network.LAPTOP, family), network.PUBLIC[family]):
        assert ask(school.lab, network.LAPTOP, server, site.name, HTTPS).answers == ()


@pytest.mark.parametrize("name", ["use-application-dns.net", "mask.icloud.com", "dns.google"])
def test_not_answered(school: School, gateway: SteeringGateway, family: int, name: str) -> None:
    """Names that turn private DNS and private relays off do not exist here, nor do those services' own."""
    assert ask(school.lab, network.LAPTOP, network.UPSTREAM, network.BBC.name).addresses
    found = ask(school.lab, network.LAPTOP, network.gateway_of(network.LAPTOP, family), name, KIND[family])
    assert (found.code, found.answers) == (NO_SUCH_NAME, ())


def test_over_https(school: School, gateway: SteeringGateway, family: int) -> None:
    """A device that asks over HTTPS is turned away, counted, and gets along without."""
    at, before = At(network.LAPTOP, family), gateway.counter("doh")
    url = "https://8.8.8.8/dns-query" if family == 4 else "https://[2001:4860:4860::8888]/dns-query"
    answer = get(school, at, network.BBC, "/", "--doh-url", url, "--doh-insecure")
    assert (answer.exit != 0, answer.status) == (True, 0), "it could resolve the name"
    assert gateway.counter("doh") > before
    assert get(school, at, network.BBC).status == 200


def test_over_tls(school: School, gateway: SteeringGateway, family: int) -> None:
    """DNS over TLS is turned away at once, and counted."""
    before = gateway.counter("dot")
    with school.lab.listen(places.INTERNET, (network.PUBLIC[family], 853)):
        school.lab.connect(places.INTERNET, (network.PUBLIC[family], 853)).close()
        with pytest.raises(ConnectionRefusedError):
            school.lab.connect(network.PHONE, (network.PUBLIC[family], 853))
    assert gateway.counter("dot") > before


def test_nobody_is_told(school: School, gateway: SteeringGateway) -> None:
    """What devices ask for is written nowhere: not in the data folder, not in what the gateway says."""
    get(school, At(network.PHONE), network.TIKTOK)
    get(school, At(network.PHONE), network.WIKIPEDIA)
    assert network.WIKIPEDIA.name not in gateway.output()
    assert network.ADDRESSES[network.PHONE][4] not in gateway.output()
    for path in gateway.data.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert network.WIKIPEDIA.name.encode() not in content, path
        assert network.ADDRESSES[network.PHONE][4].encode() not in content, path
