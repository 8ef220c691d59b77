"""What would cut the school off from itself is never social media."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.clients import network
from agent.gateway.steward.barred import Barred, of_this_machine

from .fakes import PLAN, SETTINGS

PRIVATE = replace(SETTINGS, private=replace(SETTINGS.private, addresses=(network("198.51.100.0/30"),)))


@pytest.mark.parametrize(
    ("address", "barred"),
    [
        pytest.param("10.255.255.255", True, id="a client"),
        pytest.param("fd12::1", True, id="a client of IPv6"),
        pytest.param("11.0.0.0", False, id="the one after the last client"),
        pytest.param("9.255.255.255", False, id="the one before the first client"),
        pytest.param("192.0.2.53", True, id="our upstream"),
        pytest.param("2001:db8::53", True, id="our upstream of IPv6"),
        pytest.param("192.0.2.54", False, id="its neighbour"),
        pytest.param("198.51.100.3", True, id="a resolver of others"),
        pytest.param("127.1.2.3", True, id="loopback"),
        pytest.param("::1", True, id="loopback of IPv6"),
        pytest.param("::", True, id="no address"),
        pytest.param("224.0.0.251", True, id="multicast"),
        pytest.param("ff02::fb", True, id="multicast of IPv6"),
        pytest.param("169.254.0.1", True, id="one link"),
        pytest.param("fe80::1", True, id="one link of IPv6"),
        pytest.param("203.0.113.7", True, id="this machine"),
        pytest.param("203.0.113.8", False, id="anybody"),
        pytest.param("2001:db8::54", False, id="anybody of IPv6"),
    ],
)
def test_who_is_barred(address: str, barred: bool) -> None:
    """Clients, resolvers, this machine, and what is no single machine out there."""
    assert Barred(PLAN, PRIVATE, lambda one: one == "203.0.113.7")(address) is barred


@pytest.mark.parametrize(
    ("address", "ours"), [("127.0.0.1", True), ("192.0.2.1", False), ("2001:db8::1", False), ("255.255.255.255", False)]
)
def test_this_machine(address: str, ours: bool) -> None:
    """It is what the kernel itself would answer from."""
    assert of_this_machine(address) is ours
