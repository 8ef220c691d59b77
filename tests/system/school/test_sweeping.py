"""Addresses that nothing names any more leave the kernel's sets; those that are still answered stay for ever."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .. import places, sites
from ..gateway import until
from . import network, short_memory
from .asking import AAAA, A, ask
from .building import SOON, School, SteeringGateway
from .network import LAPTOP

KEEP = 3.0


@pytest.fixture
def forgetful(school: School) -> Iterator[SteeringGateway]:
    """A steward alone, whose hour is three seconds."""
    gateway = school.gateway(sites.LESSON)
    gateway.data.mkdir()
    program = [sys.executable, str(Path(short_memory.__file__)), str(gateway.site.folder), str(gateway.data), str(KEEP)]
    process = school.lab.start(places.GATEWAY, program, "short_memory.log")
    try:
        until("the resolver answers", lambda: gateway.resolves(network.BBC.name) and gateway.elements("revision"), SOON)
        yield gateway
    finally:
        code = process.end(10)
        gateway.command("steering", "remove")
    assert code == 0, process.output()
    assert school.lab.pids(places.GATEWAY) == []
    assert school.rules() == ""


def test_swept(school: School, forgetful: SteeringGateway) -> None:
    """Over two expiries of a name that was asked for once, one that is asked for again and again is never missing."""
    server = network.gateway_of(LAPTOP)

    def kept() -> bool:
        for kind, address in ((A, network.FACEBOOK.v4), (AAAA, network.FACEBOOK.v6)):
            assert ask(school.lab, LAPTOP, server, network.FACEBOOK.name, kind).addresses == [address]
            assert forgetful.holds(address)
        return True

    for _ in range(2):
        for kind, address in ((A, network.TIKTOK.v4), (AAAA, network.TIKTOK.v6)):
            assert ask(school.lab, LAPTOP, server, network.TIKTOK.name, kind).addresses == [address]
            assert forgetful.holds(address)
        gone = lambda: kept() and not any(map(forgetful.holds, (network.TIKTOK.v4, network.TIKTOK.v6)))  # noqa: E731
        until("what nobody asks for has left", gone, SOON)
    assert kept()
