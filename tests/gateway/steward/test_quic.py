"""Which QUIC flows a plan refuses, by client and address, as the rules of the kernel have it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.gateway.steward.quic import Refused

from .fakes import PLAN

SETS = {0: {"192.0.2.1", "192.0.2.2", "2001:db8::1"}, 2: {"192.0.2.2"}}


@pytest.mark.parametrize(
    ("src", "dst", "refused"),
    [
        pytest.param("10.1.0.5", "192.0.2.1", True, id="of concern, social"),
        pytest.param("10.1.0.5", "192.0.2.9", False, id="of concern, anything else"),
        pytest.param("10.2.0.5", "192.0.2.2", True, id="a class with a set of its own"),
        pytest.param("10.2.255.255", "192.0.2.1", False, id="the other service is none of its concern"),
        pytest.param("10.3.0.5", "192.0.2.1", False, id="of no concern"),
        pytest.param("9.255.255.255", "192.0.2.1", False, id="below every range"),
        pytest.param("fd00:1::5", "2001:db8::1", True, id="IPv6"),
        pytest.param("fd00:2::5", "2001:db8::1", False, id="IPv6, of no concern"),
    ],
)
def test_who_is_refused_what(src: str, dst: str, refused: bool) -> None:
    """By the class of the client and the set of the class."""
    assert Refused(PLAN, SETS)(src, dst) is refused


def test_where_all_is_steered() -> None:
    """Every address is refused to whom anything concerns."""
    one = Refused(replace(PLAN, everything=True), {})
    assert one("10.1.0.5", "192.0.2.9")
    assert not one("10.3.0.5", "192.0.2.9")
