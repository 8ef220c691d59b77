"""The `zones:` of site.yaml → subnets by place, and places that are told by how a device is connected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.core.clients import Network, Owner, Role, Zone, ZonePoint, ZoneRange
from agent.core.sources import Sources
from agent.packs.directory import INTERFACE, MAC
from agent.packs.nodes import Node, say
from agent.packs.scalars import ID, SUBNET, TEXT
from agent.packs.shapes import At, Located, one_of, shown
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems

ZONE = Field("zone", one_of(*(z for z in Zone if z is not Zone.UNKNOWN)), says="A kind of place.")
ROOM = Field("room", ID, "", says="The room that it is, for bells and timetables of rooms.")
SUBNETS = Field("subnets", Listing(At(SUBNET)), (), says="The addresses used there.")
INTERFACES = Field("interfaces", Listing(At(INTERFACE)), (), says="Interfaces of the gateway behind which it is.")
ACCESS_POINTS = Field("access-points", Listing(At(MAC)), (), says="Access points there, by their hardware address.")
WIRELESS = Field("wireless", Listing(At(TEXT)), (), says="Names of wireless networks that are used there alone.")
ZONE_ROLE = Field("role", one_of(*Role), Role.UNKNOWN, says="Whom to expect behind an unknown device there.")
ZONE_OWNER = Field("owner", one_of(*Owner), Owner.UNKNOWN, says="Whose an unknown device there is.")
ZONES = Field(
    "zones",
    Listing(fields(ZONE, ROOM, SUBNETS, INTERFACES, ACCESS_POINTS, WIRELESS, ZONE_ROLE, ZONE_OWNER)),
    (),
    says="Addresses by place.",
)
_TOLD_BY = (SUBNETS, INTERFACES, ACCESS_POINTS, WIRELESS)


@dataclass(frozen=True, slots=True)
class Points:
    """Places by access point, by wireless network and by interface."""

    points: dict[str, ZonePoint] = field(default_factory=dict)
    ssids: dict[str, ZonePoint] = field(default_factory=dict)
    interfaces: dict[str, ZonePoint] = field(default_factory=dict)


def load_zones(rows: Iterable[Row], problems: Problems) -> tuple[ZoneRange, ...]:
    """The subnets by zone; one subnet can be one place only, but a smaller one may lie in a larger."""
    seen: dict[Network, Node] = {}
    ranges = []
    for row in rows:
        _check_told(row, problems)
        for subnet in row.get(SUBNETS, ()):
            if subnet.value in seen:
                line = seen[subnet.value].place.line
                say(problems, subnet.node, f"{subnet.value} stands on line {line} already")
            seen.setdefault(subnet.value, subnet.node)
            point = _point(row)
            ranges.append(ZoneRange(point.zone, subnet.value, point.role, point.owner, point.room))
    return tuple(ranges)


def load_points(rows: Iterable[Row], sources: Sources, problems: Problems) -> Points:
    """Places that are told by how a device is connected; one that no source ever tells of is a Problem."""
    found = Points()
    for row in rows:
        _place(row, row.get(ACCESS_POINTS, ()), found.points, problems)
        _place(row, row.get(WIRELESS, ()), found.ssids, problems)
        _place(row, row.get(INTERFACES, ()), found.interfaces, problems)
        if not sources.radius and (named := (*row.get(ACCESS_POINTS, ()), *row.get(WIRELESS, ()))):
            what = "only RADIUS accounting tells of access points and wireless networks, and there is none"
            say(problems, named[0].node, what, "write `radius` under `directory`, or name subnets")
        if not sources.neighbours and (behind := row.get(INTERFACES, ())):
            what = "only the kernel's neighbours tell of interfaces, and they are not asked"
            say(problems, behind[0].node, what, "write `neighbours: yes` under `directory`, or name subnets")
    return found


def rooms_of(rows: Iterable[Row]) -> frozenset[str]:
    """Every room that a zone names."""
    return frozenset(row.get(ROOM, "") for row in rows) - {""}


def _point(row: Row) -> ZonePoint:
    role, owner = row.get(ZONE_ROLE, Role.UNKNOWN), row.get(ZONE_OWNER, Owner.UNKNOWN)
    return ZonePoint(row.get(ZONE, Zone.UNKNOWN), role, owner, row.get(ROOM, ""))


def _place(row: Row, names: Iterable[Located[str]], into: dict[str, ZonePoint], problems: Problems) -> None:
    for one in names:
        if one.value in into:
            say(problems, one.node, f"{shown(one.value)} is another place already", "it can be in one zone only")
        into.setdefault(one.value, _point(row))


def _check_told(row: Row, problems: Problems) -> None:
    if not any(one.name in row.node.entries for one in _TOLD_BY):
        hint = "name its subnets, or its access-points, wireless networks or interfaces"
        say(problems, row.node, "nothing tells who is in this zone", hint)
