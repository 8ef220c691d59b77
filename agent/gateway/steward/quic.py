"""QUIC flows that a new plan concerns: they were let be, and would go on for as long as they like."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from ipaddress import ip_address

from agent.core.steering import SOCIAL, Plan
from agent.gateway.steward.conntrack import UDP, Conntrack


class Refused:
    """Tells which QUIC flows the rules of a plan refuse, by the addresses in their sets."""

    def __init__(self, plan: Plan, sets: Mapping[int, Collection[str]]) -> None:
        ranges = sorted((n.version, int(n.network_address), int(n.broadcast_address), c) for n, c in plan.ranges)
        self._starts = [(version, first) for version, first, _, _ in ranges]
        self._ranges = ranges
        full = {one.number for one in plan.classes if one.full}
        self._addresses = {
            one.number: sets.get(SOCIAL if one.number in full else one.number, ()) for one in plan.classes
        }
        self._everything = plan.everything

    def __call__(self, src: str, dst: str) -> bool:
        """True if the rules refuse it to this client."""
        number = self._class(src)
        return number is not None and (self._everything or dst in self._addresses.get(number, ()))

    def _class(self, src: str) -> int | None:
        address = ip_address(src)
        place = bisect_right(self._starts, (address.version, int(address))) - 1
        if place < 0:
            return None
        version, _, last, number = self._ranges[place]
        return number if version == address.version and int(address) <= last else None


def end(refused: Refused, conntrack: Callable[[], Conntrack] = Conntrack) -> int:
    """Take every such flow out of the kernel's table, so that its next packet meets the rules; how many there were.

    Raises OSError where the table cannot be read.
    """
    table = conntrack()
    try:
        flows = [flow for flow in table.to_port(UDP, 443) if refused(flow.src, flow.dst)]
        return sum(table.remove(flow) for flow in flows)
    finally:
        table.close()
