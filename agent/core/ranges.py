"""Subnets that lie in one another → ranges that do not overlap: the form in which the kernel can look them up.

`Directory` finds the longest network around an address; a set of the kernel holds each address once. The steering
plan is flattened here, so that both give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, summarize_address_range

from agent.core.clients import Network

_ADDRESS: dict[int, type[IPv4Address] | type[IPv6Address]] = {4: IPv4Address, 6: IPv6Address}


def flatten[T](
    pairs: Iterable[tuple[Network, T]], within: Callable[[T, T], T] | None = None
) -> tuple[tuple[Network, T], ...]:
    """Disjoint networks in order, IPv4 first, each with the value of the longest network around it.

    Of the same network twice the first counts. `within(outer, inner)` gives the value of a network that lies in
    another, by default the inner one's own. Neighbours of equal value are joined.
    """
    listed = list(pairs)
    found: list[tuple[Network, T]] = []
    for version, make in _ADDRESS.items():
        spans = [
            (int(network.network_address), int(network.broadcast_address), -order, value)
            for order, (network, value) in enumerate(listed)
            if network.version == version
        ]
        spans.sort(key=lambda span: (span[0], -span[1], span[2]))
        for first, last, value in _joined(_pieces(spans, within)):
            found += [(part, value) for part in summarize_address_range(make(first), make(last))]
    return tuple(found)


def _pieces[T](
    spans: Iterable[tuple[int, int, int, T]], within: Callable[[T, T], T] | None
) -> Iterator[tuple[int, int, T]]:
    """Walks from the lowest address to the highest, with the networks that are open in a stack."""
    around: list[tuple[int, T]] = []
    at = 0
    for first, last, _, value in spans:
        while around and around[-1][0] < first:
            end, outer = around.pop()
            if at <= end:
                yield at, end, outer
            at = max(at, end + 1)
        if around and at < first:
            yield at, first - 1, around[-1][1]
        at = first
        around.append((last, within(around[-1][1], value) if within and around else value))
    while around:
        end, outer = around.pop()
        if at <= end:
            yield at, end, outer
            at = end + 1


def _joined[T](pieces: Iterable[tuple[int, int, T]]) -> Iterator[tuple[int, int, T]]:
    waiting: tuple[int, int, T] | None = None
    for first, last, value in pieces:
        if waiting and waiting[1] + 1 == first and waiting[2] == value:
            waiting = (waiting[0], last, value)
            continue
        if waiting:
            yield waiting
        waiting = (first, last, value)
    if waiting:
        yield waiting
