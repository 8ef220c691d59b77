"""Who can be behind a flow: devices, persons, roles and places. `directory` finds them for an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


class Owner(StrEnum):
    """Who owns a device."""

    SCHOOL = "school"
    PERSONAL = "personal"
    UNKNOWN = "unknown"


class DeviceKind(StrEnum):
    """What a device is."""

    LAPTOP = "laptop"
    DESKTOP = "desktop"
    TABLET = "tablet"
    PHONE = "phone"
    TV = "tv"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a person is to the school; `unknown` is a role of its own that policies must answer for."""

    TEACHER = "teacher"
    SUPPORT_STAFF = "support-staff"
    SENIOR_LEADER = "senior-leader"
    HEADTEACHER = "headteacher"
    GOVERNOR = "governor"
    CONTRACTOR = "contractor"
    VOLUNTEER = "volunteer"
    TRAINEE = "trainee"
    PUPIL = "pupil"
    PARENT = "parent"
    VISITOR = "visitor"
    UNKNOWN = "unknown"

    @property
    def is_staff(self) -> bool:
        """True for the roles that a staff policy speaks of; only they are ever recorded as persons."""
        return self not in (Role.PUPIL, Role.PARENT, Role.VISITOR, Role.UNKNOWN)


STAFF = frozenset(role for role in Role if role.is_staff)


class Zone(StrEnum):
    """A kind of place on the network; `unknown` is an address that no zone of the site holds."""

    CLASSROOM = "classroom"
    STAFF_ROOM = "staff-room"
    OFFICE = "office"
    HALL = "hall"
    PLAYGROUND = "playground"
    RECEPTION = "reception"
    GUEST = "guest"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the site's directory knows, by an id of the school's choosing."""

    id: str
    role: Role
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Device:
    """One device of the inventory. `inspectable` is true only if it is managed and its user was told."""

    id: str
    owner: Owner = Owner.UNKNOWN
    kind: DeviceKind = DeviceKind.UNKNOWN
    person: Person | None = None
    inspectable: bool = False


@dataclass(frozen=True, slots=True)
class ZoneRange:
    """A subnet of a zone, with what to assume of a device there that the inventory does not know.

    `room` is the room that it is, "" where it is none in particular.
    """

    zone: Zone
    network: Network
    role: Role = Role.UNKNOWN
    owner: Owner = Owner.UNKNOWN
    room: str = ""


@dataclass(frozen=True, slots=True)
class ZonePoint:
    """A place that is told by how a device is connected: an access point, a wireless network or an interface."""

    zone: Zone
    role: Role = Role.UNKNOWN
    owner: Owner = Owner.UNKNOWN
    room: str = ""


ZonePlace = ZoneRange | ZonePoint


@dataclass(frozen=True, slots=True)
class Client:
    """The party behind a flow. `person` and `device` are ids, None where not known."""

    role: Role
    owner: Owner
    kind: DeviceKind
    zone: Zone
    inspectable: bool = False
    person: str | None = None
    device: str | None = None
    groups: frozenset[str] = frozenset()
    room: str = ""


UNKNOWN_CLIENT = Client(Role.UNKNOWN, Owner.UNKNOWN, DeviceKind.UNKNOWN, Zone.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Binding:
    """A device answers at these addresses."""

    network: Network
    device: Device


def network(text: str) -> Network:
    """Parse an address or a subnet; host bits may be set. Raises ValueError."""
    return ip_network(text, strict=False)


def plain_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, without a scope, IPv4 as IPv4; None if it is none."""
    try:
        address = ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def client_of(zone: ZonePlace | None, device: Device | None) -> Client:
    """The client on a device in a zone, as far as either is known."""
    where, room = (zone.zone, zone.room) if zone else (Zone.UNKNOWN, "")
    if device is None:
        role, owner = (zone.role, zone.owner) if zone else (Role.UNKNOWN, Owner.UNKNOWN)
        return Client(role, owner, DeviceKind.UNKNOWN, where, room=room)
    person = device.person
    return Client(
        role=person.role if person else (zone.role if zone else Role.UNKNOWN),
        owner=device.owner,
        kind=device.kind,
        zone=where,
        inspectable=device.inspectable,
        person=person.id if person else None,
        device=device.id or None,
        groups=person.groups if person else frozenset(),
        room=room,
    )
