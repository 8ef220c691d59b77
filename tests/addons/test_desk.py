"""The gateway's own page: who is shown what, who may take the certificate, and who may acknowledge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from prometheus_client import CollectorRegistry

from addons.desk import Asked, Desk, Said
from addons.worker import Worker
from agent.clock import Clock
from agent.core.access import Asking
from agent.core.clients import Client
from agent.core.engine import Engine
from agent.core.flow import Flow
from agent.gateway.child import PAGE_HOST
from agent.gateway.signing import make_root
from agent.metrics import WorkerMetrics
from tests.addons.build import shipped_engine

ROOT = make_root("s", datetime(2026, 11, 21, tzinfo=UTC)).certificate
TOLD, PHONE, UNKNOWN = "10.20.10.12", "10.20.20.16", "10.20.10.200"
AWAITING = "10.20.10.17"
GIVEN = ("/breaktime-root.crt", "/breaktime-root.pem", "/breaktime.mobileconfig")


@dataclass
class Ties:
    """A worker on the shipped site, where one tablet waits for its user to acknowledge."""

    worker: Worker
    heard: list[tuple[str, str]] = field(default_factory=list)
    requests: list[Asking] = field(default_factory=list)

    def acknowledged(self, device: str, notice: str) -> None:
        """The supervisor hears of it."""
        self.heard.append((device, notice))

    def asked(self, asking: Asking) -> None:
        """So does it of whoever asks for access."""
        self.requests.append(asking)


def waiting() -> Engine:
    """The site."""
    engine = shipped_engine()
    return replace(engine, site=replace(engine.site, awaiting=frozenset({"tablet-07"})))


@pytest.fixture
def ties() -> Ties:
    """A worker."""
    return Ties(Worker(waiting(), Clock(), WorkerMetrics(CollectorRegistry()), lambda client: None))


@pytest.fixture
def desk(ties: Ties) -> Desk:
    """Its desk, where browsers are told of a proxy."""
    return Desk(ties, lambda: ROOT, (8080,))


PAGE = "breaktime.example-primary"


def ask(
    desk: Desk, address: str, path: str = "/", method: str = "GET", origin: str = f"http://{PAGE}", host: str = PAGE
) -> Said:
    """What is answered to somebody at an address."""
    client: Client = shipped_engine().directory.identify(address)
    return desk.say(Asked(client, method, path, address, "10.20.10.1", host, origin))


@pytest.mark.parametrize(
    ("address", "says", "not_says"),
    [
        pytest.param(TOLD, "/breaktime.mobileconfig", "/acknowledge", id="told: the certificate"),
        pytest.param(AWAITING, "/acknowledge", "/breaktime.mobileconfig", id="awaiting: the notice first"),
        pytest.param(PHONE, "needs no certificate", "/acknowledge", id="a phone of one's own"),
        pytest.param(UNKNOWN, "needs no certificate", "/breaktime-root.crt", id="a device that nobody knows"),
    ],
)
def test_the_page_is_for_the_device(desk: Desk, address: str, says: str, not_says: str) -> None:
    """What a person can do depends on the device; what it means is said to everybody."""
    said = ask(desk, address)
    text = said.content.decode()
    assert said.status == 200
    assert says in text
    assert not_says not in text
    assert "What the certificate means" in text
    assert "script" not in text


@pytest.mark.parametrize("path", GIVEN)
@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param(TOLD, 200, id="told"),
        pytest.param(AWAITING, 403, id="not told yet"),
        pytest.param(PHONE, 403, id="a phone of one's own"),
    ],
)
def test_the_certificate_is_given_after_reading(desk: Desk, path: str, address: str, status: int) -> None:
    """Only to devices whose user was told; a personal device is not even offered it."""
    said = ask(desk, address, path)
    assert said.status == status
    assert b"PRIVATE" not in said.content


def test_the_certificate_is_the_root(desk: Desk) -> None:
    """What devices trust for years."""
    assert x509.load_der_x509_certificate(ask(desk, TOLD, "/breaktime-root.crt").content) == ROOT


def test_acknowledging(desk: Desk, ties: Ties) -> None:
    """The supervisor hears device and version; the certificate is given at once."""
    said = ask(desk, AWAITING, "/acknowledge", "POST")
    assert (said.status, said.headers["location"]) == (303, "/")
    assert ties.heard == [("tablet-07", "EXAMPLE-1")]
    assert ask(desk, AWAITING, "/breaktime-root.crt").status == 200


@pytest.mark.parametrize(
    ("address", "origin", "status"),
    [
        pytest.param(AWAITING, "http://elsewhere.example", 403, id="sent by another site"),
        pytest.param(AWAITING, "", 403, id="sent by no browser"),
        pytest.param(PHONE, f"http://{PAGE}", 303, id="a device that does not wait"),
        pytest.param(UNKNOWN, f"http://{PAGE}", 303, id="a device that nobody knows"),
    ],
)
def test_nobody_acknowledges_for_somebody_else(desk: Desk, ties: Ties, address: str, origin: str, status: int) -> None:
    """Only the page itself, and only a device that waits for it."""
    assert ask(desk, address, "/acknowledge", "POST", origin).status == status
    assert ties.heard == []


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        pytest.param(PAGE, True, id="the page's name"),
        pytest.param(f"{PAGE.title()}:8092", True, id="with a port"),
        pytest.param("10.20.10.1", True, id="the address that was asked"),
        pytest.param("10.20.10.1:8092", True, id="with a port, too"),
        pytest.param("elsewhere.example", False, id="another site's name that leads here"),
        pytest.param("elsewhere.example:8092", False, id="with the page's port"),
        pytest.param("10.20.10.2", False, id="another address"),
        pytest.param("", False, id="none"),
    ],
)
def test_another_name_that_leads_here_is_nobody(desk: Desk, ties: Ties, host: str, ours: bool) -> None:
    """A site whose name is rebound to the gateway neither acknowledges nor reads; the proxy has no secrets."""
    assert ask(desk, AWAITING, host=host).status == (200 if ours else 403)
    assert ask(desk, AWAITING, "/acknowledge", "POST", f"http://{host}", host).status == (303 if ours else 403)
    assert bool(ties.heard) is ours
    assert ask(desk, AWAITING, "/breaktime-root.crt", host=host).status == (200 if ours else 403)
    assert ask(desk, AWAITING, "/wpad.dat", host=host).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("GET", "/acknowledge"), ("DELETE", "/"), ("POST", "/"), ("GET", "/../ca/mitmproxy-ca.pem")],
)
def test_there_is_nothing_else(desk: Desk, method: str, path: str) -> None:
    """No other path or method leads anywhere."""
    assert ask(desk, TOLD, path, method).status == 404


@pytest.mark.parametrize("path", ["/wpad.dat", "/proxy.pac"])
def test_the_proxys_settings(desk: Desk, ties: Ties, path: str) -> None:
    """They name the address by which the client reached us; where the kernel steers there are none."""
    said = ask(desk, UNKNOWN, path)
    assert said.headers["content-type"] == "application/x-ns-proxy-autoconfig"
    assert b"PROXY 10.20.10.1:8080; DIRECT" in said.content
    assert ask(Desk(ties, lambda: ROOT), UNKNOWN, path).status == 404


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        pytest.param(("breaktime.example-primary",), True, id="by its name"),
        pytest.param(("192.0.2.80", "breaktime.example-primary"), True, id="steered"),
        pytest.param((PAGE_HOST,), True, id="at its port"),
        pytest.param(("www.facebook.com",), False, id="a site"),
        pytest.param(("x.breaktime.example-primary",), False, id="a name below"),
    ],
)
def test_what_is_asked_of_the_desk(desk: Desk, names: tuple[str, ...], asked: bool) -> None:
    """By the page's name, or at its port."""
    assert desk.is_asked(Flow(UNKNOWN, names, datetime.now(UTC))) is asked
