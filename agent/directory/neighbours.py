"""The kernel's table of neighbours → sightings: which device answers at an address, and behind which interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pyroute2 import IPRoute

from agent.core.held import Held, plain_mac
from agent.core.leases import Claim, History, Source

HOLDS = 120.0
"""Seconds for which a sighting counts."""
SAY_AGAIN = 45.0
"""Seconds after which a sighting that goes on is claimed again, so that not every look is news."""
_TICKS = 100.0
_WITHOUT_DEVICE = 0x01 | 0x20 | 0x40
"""Incomplete, failed, and kinds of link that ask for nobody."""


class Neighbour(NamedTuple):
    """A device was at an address, sure `age` seconds ago."""

    address: str
    mac: str
    age: float
    interface: str


class Neighbours:
    """The table, looked at again and again."""

    source = Source.NEIGHBOURS

    def __init__(self, table: Callable[[], Iterable[Neighbour]] | None = None) -> None:
        self._table = table or kernel_table
        self._known: dict[str, tuple[str, float]] = {}

    def look(self) -> list[Neighbour]:
        """The table as it is. Raises OSError."""
        return list(self._table())

    def take(self, look: Iterable[Neighbour], history: History, now: float) -> None:
        """Claim who is new at an address, and now and then who is there still."""
        seen_now: dict[str, tuple[str, float]] = {}
        for one in look:
            before, said = self._known.get(one.address, ("", 0.0))
            seen = now - one.age if one.mac == before else now
            if before and one.mac == before and seen - said < SAY_AGAIN and not _other(history, one, seen):
                seen_now[one.address] = before, said
            elif one.age < HOLDS or one.mac != before:
                claim = Claim(one.mac, seen, seen, seen + HOLDS, Source.NEIGHBOURS, one.interface)
                history.claim(one.address, claim)
                seen_now[one.address] = one.mac, seen
        self._known = seen_now

    def leave(self, history: History, now: float) -> None:
        """The table is not looked at any more."""
        for address in self._known:
            history.end(address, Source.NEIGHBOURS, now)
        self._known.clear()


def kernel_table() -> Iterable[Neighbour]:
    """Every entry of the kernel's own table that tells of a device. Raises OSError.

    The socket is opened for each look: looks come from whatever thread is free, and the library keeps to one.
    """
    with IPRoute() as route:
        names = {link["index"]: link.get_attr("IFLA_IFNAME") or "" for link in route.get_links()}
        return [one for entry in route.get_neighbours() if (one := _neighbour(entry, names))]


def _neighbour(entry: Any, names: Mapping[int, str]) -> Neighbour | None:
    mac = plain_mac(entry.get_attr("NDA_LLADDR") or "")
    address, about = entry.get_attr("NDA_DST"), entry.get_attr("NDA_CACHEINFO") or {}
    if not mac or not address or entry["state"] & _WITHOUT_DEVICE:
        return None
    return Neighbour(address, mac, about.get("ndm_confirmed", 0) / _TICKS, names.get(entry["ifindex"], ""))


def _other(history: History, one: Neighbour, seen: float) -> bool:
    """True if somebody else is said to have had this address when this device was there."""
    return any(piece.mac != one.mac for piece in history.held.get(one.address, ()) if _holds(piece, seen))


def _holds(piece: Held, at: float) -> bool:
    return piece.starts <= at < piece.ends
