"""How networks are written for the kernel's sets, and how clients are dealt out over the workers."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.clients import network
from agent.core.ranges import flatten
from agent.gateway.steering.elements import of_version, share, slots, spans

PORTS = st.lists(st.integers(1024, 65535), min_size=1, max_size=8, unique=True)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("10.0.0.0/24", 1)], ["10.0.0.0/24"], id="a subnet"),
        pytest.param([("10.0.0.1", 1)], ["10.0.0.1"], id="an address"),
        pytest.param([("10.0.0.1", 1), ("10.0.0.2/31", 1)], ["10.0.0.1-10.0.0.3"], id="one after the other"),
        pytest.param([("10.0.0.0/31", 1), ("10.0.0.2/31", 2)], ["10.0.0.0/31", "10.0.0.2/31"], id="of two values"),
        pytest.param([("10.0.0.0/31", 1), ("10.0.0.4/31", 1)], ["10.0.0.0/31", "10.0.0.4/31"], id="with a gap"),
        pytest.param([("fd00::/64", 1), ("10.0.0.0/31", 1)], ["10.0.0.0/31"], id="of one version"),
    ],
)
def test_spans(listed: list[tuple[str, int]], expected: list[str]) -> None:
    """A person can read them: a subnet as such, what follows on one another as one range."""
    assert [text for text, _ in spans([(network(text), value) for text, value in listed], 4)] == expected


@given(st.lists(st.tuples(st.integers(0, 63), st.integers(26, 32), st.booleans()), max_size=6))
def test_spans_hold_the_same_addresses(drawn: list[tuple[int, int, bool]]) -> None:
    """Nothing is gained or lost, and no two overlap: the kernel would refuse them."""
    flat = flatten((ip_network((0x0A000000 + n, size), strict=False), value) for n, size, value in drawn)
    seen: dict[int, bool] = {}
    for text, value in spans(flat, 4):
        first, _, last = text.partition("-")
        part = network(first)
        end = int(ip_address(last)) if last else int(part.broadcast_address)
        for address in range(int(part.network_address), end + 1):
            assert address not in seen
            seen[address] = value
    assert seen == {int(address): value for part, value in flat for address in part}


def test_addresses_by_version() -> None:
    """Each is written in its one way; the other version's are not these."""
    assert of_version(["192.0.2.1", "2001:DB8::0:1"], 6) == ["2001:db8::1"]
    assert of_version(["192.0.2.1", "2001:DB8::0:1"], 4) == ["192.0.2.1"]


@pytest.mark.parametrize(
    "text", ["", "x", "1.2.3.4 }; flush ruleset; #", "1.2.3.4\n", "fe80::1%a }; drop", "1.2.3.0/24"]
)
def test_what_is_no_address(text: str) -> None:
    """It never becomes a part of a command."""
    with pytest.raises(ValueError, match="not appear to be"):
        of_version([text], 4)


@given(PORTS, st.data())
def test_a_share_moves_only_when_its_worker_is_gone(ports: list[int], data: st.DataObject) -> None:
    """Slots of workers that are well stay; those of the others go to all that are left, nearly evenly."""
    gone = data.draw(st.sets(st.sampled_from(ports)))
    left = [port for port in ports if port not in gone]
    whole, chosen = slots(ports, ports), slots(ports, left)
    assert Counter(whole) == dict.fromkeys(ports, len(whole) // len(ports))
    if not left:
        assert chosen == ()
        return
    assert len(chosen) == len(whole)
    assert all(now == then for now, then in zip(chosen, whole, strict=True) if then in left)
    counts = Counter(chosen)
    assert set(counts) == set(left)
    assert max(counts.values()) - min(counts.values()) <= len(gone)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param((), "", id="no worker: no rule"),
        pytest.param(
            (8080, 8080), "tcp dport { 80, 443 } counter name steered redirect to :8080", id="one worker: no hash"
        ),
        pytest.param(
            (1, 2),
            "tcp dport { 80, 443 } counter name steered "
            "redirect to : jhash ip6 saddr mod 2 seed 0x62726b74 map { 0 : 1, 1 : 2 }",
            id="two",
        ),
    ],
)
def test_the_rule_of_a_share(chosen: tuple[int, ...], expected: str) -> None:
    """By the client's address, with a seed that outlives a load."""
    assert share(chosen, 6) == expected
