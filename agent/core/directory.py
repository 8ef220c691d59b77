"""Whose an address is, at the instant of a flow: the inventory, the zones, and what live sources say of the time.

leases, sessions, sightings ─► leases.History ─► Held pieces ─┐
inventory, zones ─────────────────────────────► Directory ◄───┘ ─► identify(address, instant) → Client
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf

from agent.core.clients import (
    UNKNOWN_CLIENT,
    Binding,
    Client,
    Device,
    Owner,
    Person,
    ZonePlace,
    ZonePoint,
    ZoneRange,
    client_of,
    plain_address,
)  # fmt: skip
from agent.core.held import Held, Line, is_random
from agent.core.prefixes import Prefixes


class Certainty(StrEnum):
    """How sure it is whose an address is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    CONTESTED = "contested"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is at an address at an instant, how sure that is, and what says so. `mac` is "" where none is known.

    `held` is what the live sources say; `listed` says that the inventory itself names this address.
    """

    client: Client
    certainty: Certainty
    mac: str = ""
    held: Held | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """What the live sources need to be understood: who stands behind a MAC address, and where a device is connected.

    `devices` are by MAC address, `people` by id; `points` by access point, `ssids` by wireless network, `interfaces`
    by interface of the gateway.
    """

    devices: Mapping[str, Device] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    points: Mapping[str, ZonePoint] = field(default_factory=dict)
    ssids: Mapping[str, ZonePoint] = field(default_factory=dict)
    interfaces: Mapping[str, ZonePoint] = field(default_factory=dict)


@dataclass(frozen=True)
class Directory:
    """Every binding and zone of the site: immutable, swapped whole.

    Look-ups are remembered per address in a bounded table, so the longest-prefix search runs once a client. `live`
    is None where nothing but the inventory tells whose an address is. `holding` makes another one of it that shares
    all but what live sources say: that is taken up without a pause, however large the site.
    """

    bindings: tuple[Binding, ...] = ()
    zones: tuple[ZoneRange, ...] = ()
    live: Live | None = None
    _seen: dict[str, tuple[Client, str]] = field(default_factory=dict, compare=False, repr=False)
    _lines: Mapping[str, Line[Client]] = field(default_factory=dict, compare=False, repr=False)
    _devices_at: Prefixes[Device] = field(init=False, compare=False, repr=False)
    _zones_at: Prefixes[ZoneRange] = field(init=False, compare=False, repr=False)
    _told_by_mac: frozenset[str] = field(init=False, compare=False, repr=False)

    LIMIT = 50_000

    def __post_init__(self) -> None:
        pairs = ((one.network, one.device) for one in self.bindings)
        object.__setattr__(self, "_devices_at", Prefixes(pairs))
        object.__setattr__(self, "_zones_at", Prefixes((zone.network, zone) for zone in self.zones))
        devices = self.live.devices.values() if self.live else ()
        object.__setattr__(self, "_told_by_mac", frozenset(one.id for one in devices))

    def holding(self, news: Mapping[str, Sequence[Held]]) -> Directory:
        """The same directory with other pieces of these addresses; an address without pieces is held by nobody."""
        lines = dict(self._lines)
        for address, pieces in news.items():
            if pieces:
                lines[address] = Line(pieces)
            else:
                lines.pop(address, None)
        other = copy(self)
        object.__setattr__(other, "_lines", lines)
        return other

    def identify(self, address: str, at: float | None = None) -> Client:
        """The client at `address` (textual IPv4 or IPv6); an unknown one has unknown role, owner and kind.

        `at` is the epoch second of the flow; without one the inventory alone is asked.
        """
        line = self._lines.get(address)
        if line is not None and at is not None:
            piece = line.index(at)
            if piece >= 0:
                known = line.answers[piece]
                if known is None:
                    known = line.answers[piece] = self._held_by(address, line.pieces[piece]).client
                return known
        found = self._seen.get(address)
        if found is None:
            text = plain_text(address)
            found = self._search(text), text
            if len(self._seen) >= self.LIMIT:
                self._seen.clear()
            self._seen[address] = found
        client, text = found
        return client if text == address or at is None else self.identify(text, at)

    def holds_until(self, address: str, at: float) -> float:
        """The epoch second at which another device, or none, has this address; infinite if that is not in sight."""
        if not self._lines:
            return inf
        line = self._lines.get(plain_text(address))
        return line.until(at) if line else inf

    def tell(self, address: str, at: float) -> Identity:
        """The same as `identify`, with how sure that is and what says so."""
        text = plain_text(address)
        line = self._lines.get(text)
        piece = line.index(at) if line else -1
        if line is not None and piece >= 0:
            return self._held_by(text, line.pieces[piece])
        client = self.identify(text)
        return Identity(client, Certainty.LIKELY if client.device else Certainty.UNKNOWN, listed=bool(client.device))

    def _search(self, text: str) -> Client:
        address = plain_address(text)
        if address is None:
            return UNKNOWN_CLIENT
        return client_of(self._zones_at.find(address), self._devices_at.find(address))

    def _held_by(self, text: str, held: Held) -> Identity:
        """Who holds an address by the live sources, against what the inventory has to say of it."""
        address, live = plain_address(text), self.live or Live()
        listed = self._devices_at.find(address) if address else None
        zone = place_of(live, held) or (self._zones_at.find(address) if address else None)
        device = live.devices.get(held.mac)
        if held.contested or self._contradicts(listed, device, held):
            return Identity(client_of(zone, None), Certainty.CONTESTED, held.mac, held, listed is not None)
        person = live.people.get(held.person)
        known = signed_in(device or listed or stranger(held.mac, zone), person)
        certainty = _certainty(device, listed, person, held)
        return Identity(client_of(zone, known), certainty, held.mac, held, listed is not None)

    def _contradicts(self, listed: Device | None, device: Device | None, held: Held) -> bool:
        """True if the inventory names this address for one device, and another has it."""
        if listed is None:
            return False
        if device is not None:
            return device.id != listed.id
        return is_random(held.mac) or listed.id in self._told_by_mac

    @property
    def held(self) -> dict[str, tuple[Held, ...]]:
        """What the live sources say, by address."""
        return {address: line.pieces for address, line in self._lines.items()}

    @property
    def devices(self) -> frozenset[str]:
        """The id of every device that can be found."""
        return self._told_by_mac | {one.device.id for one in self.bindings}

    @property
    def places(self) -> tuple[ZonePlace, ...]:
        """Every place that anybody can be found in."""
        live = self.live or Live()
        return (*self.zones, *live.points.values(), *live.ssids.values(), *live.interfaces.values())

    @property
    def persons(self) -> Mapping[str, Person]:
        """Every person that a device is bound to, by id."""
        devices = [one.device for one in self.bindings]
        devices += self.live.devices.values() if self.live else ()
        return {device.person.id: device.person for device in devices if device.person}


def stranger(mac: str, zone: ZonePlace | None) -> Device:
    """A device that the inventory does not know; one that made its address up is somebody's own."""
    owner = zone.owner if zone else Owner.UNKNOWN
    return Device("", Owner.PERSONAL if is_random(mac) else owner)


def signed_in(device: Device, person: Person | None) -> Device:
    """The device with who has signed in on it; told that it is looked into was the person whom it belongs to."""
    if person is None or person == device.person:
        return device
    return replace(device, person=person, inspectable=False)


def place_of(live: Live, held: Held) -> ZonePoint | None:
    """Where a device is by how it is connected; the wireless network says most, then access point, then interface."""
    point, _, ssid = held.point.partition("/")
    return live.ssids.get(ssid) or live.points.get(point) or live.interfaces.get(held.interface)


def _certainty(device: Device | None, listed: Device | None, person: Person | None, held: Held) -> Certainty:
    """A person whom nothing but a user name tells of is never certain: another can sign in by it."""
    if device is None and listed is None and person is None:
        return Certainty.UNKNOWN
    if person is not None and all(one is None or one.person != person for one in (device, listed)):
        return Certainty.LIKELY
    sure = "+" in held.sources or held.sources == "radius" or (device is not None and listed is not None)
    return Certainty.CERTAIN if sure else Certainty.LIKELY


def plain_text(address: str) -> str:
    """An address as leases write it: without a scope, IPv4 as IPv4; what is no address stays as it is."""
    plain = plain_address(address)
    return str(plain) if plain else address
