"""Flattening: disjoint ranges that answer every address as the longest network around it does."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.clients import Network, network
from agent.core.ranges import flatten

from .strategies import MANY


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A network in a corner so small that most of them lie in one another."""
    if draw(st.booleans()):
        size = draw(st.integers(26, 32))
        return IPv4Network((0x0A000000 + draw(st.integers(0, 63)), size), strict=False)
    return IPv6Network(((0xFD << 120) + draw(st.integers(0, 63)), draw(st.integers(122, 128))), strict=False)


PAIRS = st.lists(st.tuples(networks(), st.sampled_from("abc")), max_size=8)
CORNER = [ip_address(0x0A000000 + n) for n in range(64)] + [ip_address((0xFD << 120) + n) for n in range(64)]


def longest(pairs: list[tuple[Network, str]], address: object) -> str | None:
    """What `Directory` would find: the longest network around an address, of equal ones the first."""
    around = [(n, value) for n, value in pairs if address in n]
    return max(around, key=lambda pair: pair[0].prefixlen)[1] if around else None


@MANY
@given(PAIRS)
def test_every_address_keeps_its_longest_network(pairs: list[tuple[Network, str]]) -> None:
    """The ranges do not overlap, and each address has the value that the longest network around it had."""
    flat = flatten(pairs)
    for address in CORNER:
        held = [value for part, value in flat if address in part]
        assert held == ([found] if (found := longest(pairs, address)) else [])


@MANY
@given(PAIRS)
def test_neighbours_of_one_value_are_one_range(pairs: list[tuple[Network, str]]) -> None:
    """Flattening again changes nothing, and no range could be joined with its other half."""
    flat = flatten(pairs)
    assert flatten(flat) == flat
    values: dict[Network, str] = dict(flat)
    for part, value in flat:
        if part.prefixlen:
            halves: list[Network] = [*part.supernet().subnets()]
            assert not all(values.get(half) == value for half in halves)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("10.0.0.0/31", "a"), ("10.0.0.0/31", "b")], [("10.0.0.0/31", "a")], id="the first of equals"),
        pytest.param([("::/0", "a")], [("::/0", "a")], id="everything there is"),
        pytest.param(
            [("10.0.0.0/30", "a"), ("10.0.0.1", "b")],
            [("10.0.0.0/32", "a"), ("10.0.0.1/32", "b"), ("10.0.0.2/31", "a")],
            id="one address within",
        ),
        pytest.param(
            [("10.0.0.0/30", "a"), ("10.0.0.0/31", "b"), ("10.0.0.8/31", "c")],
            [("10.0.0.0/31", "b"), ("10.0.0.2/31", "a"), ("10.0.0.8/31", "c")],
            id="at the beginning, and one apart",
        ),
    ],
)
def test_examples(listed: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    """What a person would write down."""
    assert flatten((network(text), value) for text, value in listed) == tuple(
        (ip_network(text), value) for text, value in expected
    )


def test_what_lies_within_may_take_over_from_around() -> None:
    """`within` says what a network in another stands for, at every depth."""
    listed = [(network("10.0.0.0/30"), "a"), (network("10.0.0.0/31"), "b"), (network("10.0.0.0/32"), "c")]
    assert [value for _, value in flatten(listed, lambda outer, inner: outer + inner)] == ["abc", "ab", "a"]
