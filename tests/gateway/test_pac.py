"""The proxy's settings, run as a browser runs them."""

from __future__ import annotations

import json
import re

import pytest

from agent.core.catalogue import Catalogue
from agent.gateway.pac import pac, port_for
from tests.core.build import CATALOGUE

PAGE = "breaktime.example"


def answer(text: str, host: str) -> str:
    """What the function says for a host: its own steps, for there is no JavaScript here."""
    found = re.search(r"var names = (.*);", text)
    proxy = re.search(r'return "(PROXY [^"]*)"', text)
    assert found is not None
    assert proxy is not None
    names, host = json.loads(found[1]), host.lower().removesuffix(".")
    while host not in names:
        if "." not in host:
            return "DIRECT"
        host = host.partition(".")[2]
    return proxy[1]


@pytest.mark.parametrize(
    ("host", "through"),
    [
        pytest.param("www.facebook.com", True, id="a site"),
        pytest.param("WWW.Facebook.com.", True, id="as a person may write it"),
        pytest.param("notfacebook.com", False, id="a look-alike"),
        pytest.param("www.bbc.co.uk", False, id="any other site"),
        pytest.param("localhost", False, id="this machine"),
        pytest.param(PAGE, True, id="the gateway's page"),
    ],
)
def test_only_social_media_goes_through_the_proxy(host: str, through: bool) -> None:
    """By whole labels, and straight out where the proxy does not answer."""
    text = pac(CATALOGUE, PAGE, "10.20.10.1", 8081)
    assert answer(text, host) == ("PROXY 10.20.10.1:8081; DIRECT" if through else "DIRECT")


def test_an_empty_catalogue_sends_nothing() -> None:
    """But what is asked of the gateway itself."""
    assert '{"breaktime.example":1}' in pac(Catalogue(()), PAGE, "[fd00::1]", 8080)


def test_a_client_always_meets_the_same_worker() -> None:
    """And clients are spread over all of them."""
    ports = (8080, 8081, 8082)
    assert len({port_for("10.20.10.7", ports) for _ in range(3)}) == 1
    assert {port_for(f"10.20.10.{n}", ports) for n in range(50)} == set(ports)
