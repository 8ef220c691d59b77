"""Networks → what is known of them: the longest one around an address, found in as many steps as there are lengths."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network


class Prefixes[T]:
    """Immutable. Of two values for one network the first counts."""

    __slots__ = ("_tables",)

    def __init__(self, pairs: Iterable[tuple[IPv4Network | IPv6Network, T]]) -> None:
        tables: dict[tuple[int, int], dict[int, T]] = {}
        for network, value in pairs:
            shift = network.max_prefixlen - network.prefixlen
            table = tables.setdefault((network.version, shift), {})
            table.setdefault(int(network.network_address) >> shift, value)
        self._tables = {
            version: tuple((shift, tables[version, shift]) for v, shift in sorted(tables) if v == version)
            for version in (4, 6)
        }

    def find(self, address: IPv4Address | IPv6Address) -> T | None:
        """What is known of the longest network around an address; None if nothing is."""
        number = int(address)
        for shift, table in self._tables[address.version]:
            found = table.get(number >> shift)
            if found is not None:
                return found
        return None
