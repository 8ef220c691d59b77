"""Networks and addresses as the kernel's sets take them, and which of the kernel's workers a client meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from agent.core.clients import Network
from agent.gateway.steering.names import STEERED

SLOTS = 12
"""Clients are dealt out over so many slots a worker, so that the share of a worker that is gone falls to all others."""
SEED = 0x62726B74
"""Always the same: a client stays with its worker when the rules are loaded anew."""
_WEB = f"tcp dport {{ 80, 443 }} counter name {STEERED}"


def spans[T](pairs: Iterable[tuple[Network, T]], version: int) -> Iterator[tuple[str, T]]:
    """Networks as `10.0.0.0/24` or `10.0.0.0-10.0.0.9`; those of one value that follow on one another as one."""
    open_: tuple[list[Network], T] | None = None
    for network, value in pairs:
        if network.version != version:
            continue
        if open_ and open_[1] == value and int(open_[0][-1].broadcast_address) + 1 == int(network.network_address):
            open_[0].append(network)
            continue
        if open_:
            yield _span(open_[0]), open_[1]
        open_ = ([network], value)
    if open_:
        yield _span(open_[0]), open_[1]


def _span(networks: Sequence[Network]) -> str:
    if len(networks) > 1:
        return f"{networks[0].network_address}-{networks[-1].broadcast_address}"
    only = networks[0]
    return str(only.network_address) if only.prefixlen == only.max_prefixlen else str(only)


def of_version(addresses: Iterable[str], version: int) -> list[str]:
    """The addresses of one version, each in its one way of writing. Raises ValueError for what is none."""
    return [str(one) for one in map(_address, addresses) if one.version == version]


def _address(text: str) -> IPv4Address | IPv6Address:
    if "%" in text:  # a zone may hold any letters at all
        raise ValueError("an address of one link alone does not appear to be a site's")
    return ip_address(text)


def slots(ports: Sequence[int], healthy: Iterable[int]) -> tuple[int, ...]:
    """The port of each slot: its own worker's, or where that is gone one of the others'; empty if none is left."""
    left = [port for port in ports if port in set(healthy)]
    if not left:
        return ()
    homes = [ports[slot % len(ports)] for slot in range(len(ports) * SLOTS)]
    return tuple(home if home in left else left[slot // len(ports) % len(left)] for slot, home in enumerate(homes))


def share(chosen: Sequence[int], version: int) -> str:
    """The rule of a `steer` chain: each client to the worker of its slot; "" where there is no worker."""
    if not chosen:
        return ""
    if len(set(chosen)) == 1:
        return f"{_WEB} redirect to :{chosen[0]}"
    protocol = "ip" if version == 4 else "ip6"
    table = ", ".join(f"{slot} : {port}" for slot, port in enumerate(chosen))
    hashed = f"jhash {protocol} saddr mod {len(chosen)} seed {SEED:#x}"
    return f"{_WEB} redirect to : {hashed} map {{ {table} }}"
