"""Addresses that are never social media, whoever answers or calls them so.

Steered, they would cut the school off from itself: a client's address, a resolver's, one of this machine.
"""

from __future__ import annotations

import socket
from bisect import bisect_right
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from agent.core.steering import Plan, Steering, flatten


def of_this_machine(address: str) -> bool:
    """True if packets to it would not leave this machine. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((address, 9))
        except OSError:
            return False
        return bool(asking.getsockname()[0] == address)


class Barred:
    """Tells them, by the clients and resolvers of a plan and its settings."""

    def __init__(self, plan: Plan, settings: Steering, ours: Callable[[str], bool] = of_this_machine) -> None:
        resolvers = (ip_network(one) for one in settings.upstream)
        every = flatten((one, True) for one in (*plan.clients, *resolvers, *settings.private.addresses))
        self._ranges = [(one.version, int(one.network_address), int(one.broadcast_address)) for one, _ in every]
        self._ours = ours

    def __call__(self, address: str) -> bool:
        """True if it may not stand for social media."""
        one = ip_address(address)
        if one.is_loopback or one.is_multicast or one.is_link_local or one.is_unspecified:
            return True
        place = bisect_right(self._ranges, (one.version, int(one), 1 << 128)) - 1
        if place >= 0:
            version, _, last = self._ranges[place]
            if version == one.version and int(one) <= last:
                return True
        return self._ours(address)
