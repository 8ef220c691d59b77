"""Who works at the made-up school, and its 400 devices: ids that are plainly nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.core.clients import Role, Zone

STAFF: tuple[tuple[Role, int], ...] = (
    (Role.HEADTEACHER, 1),
    (Role.SENIOR_LEADER, 5),
    (Role.TEACHER, 28),
    (Role.SUPPORT_STAFF, 18),
    (Role.TRAINEE, 5),
    (Role.VOLUNTEER, 3),
)
DEVICES = 400
_PUPILS, _DESKTOPS, _TVS = 230, 24, 12
NETWORKS: dict[Zone, int] = {
    Zone.CLASSROOM: 0,
    Zone.STAFF_ROOM: 4,
    Zone.OFFICE: 8,
    Zone.HALL: 12,
    Zone.PLAYGROUND: 16,
    Zone.RECEPTION: 20,
    Zone.GUEST: 24,
}
"""The third byte of each zone's network, `10.20.N.0/22`: a device has an address in each that it goes to."""
_INDOORS = (Zone.CLASSROOM, Zone.STAFF_ROOM, Zone.OFFICE)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of staff, with the numbers of their laptop and their own phone."""

    id: str
    role: Role
    laptop: int
    phone: int


@dataclass(frozen=True, slots=True)
class Item:
    """One device: its number, owner, kind, whose it is, and whether it may be inspected."""

    number: int
    owner: str
    kind: str
    person: str = ""
    inspectable: bool = False

    @property
    def id(self) -> str:
        """Its id in the inventory."""
        return f"{self.kind}-{self.number:03}"


def members() -> tuple[Member, ...]:
    """The staff of 60."""
    roles = [(role, number) for role, count in STAFF for number in range(1, count + 1)]
    return tuple(
        Member(f"{_stem(role)}-{number:02}", role, place, place + len(roles))
        for place, (role, number) in enumerate(roles, 1)
    )


def items() -> tuple[Item, ...]:
    """The 400 devices, by number from 1."""
    staff = members()
    laptops = [Item(one.laptop, "school", "laptop", one.id, True) for one in staff]
    phones = [Item(one.phone, "personal", "phone", one.id) for one in staff]
    rest = ["tablet"] * _PUPILS + ["desktop"] * _DESKTOPS + ["tv"] * _TVS
    shared = [Item(number, "school", kind) for number, kind in enumerate(rest, 2 * len(staff) + 1)]
    guests = [Item(number, "personal", "phone") for number in range(2 * len(staff) + len(rest) + 1, DEVICES + 1)]
    return (*laptops, *phones, *shared, *guests)


def pupils_tablets() -> range:
    """The numbers of the tablets that pupils use."""
    first = 2 * len(members()) + 1
    return range(first, first + _PUPILS)


def address(zone: Zone, number: int) -> str:
    """The address of a device in a zone."""
    place = number + 1
    return f"10.20.{NETWORKS[zone] + place // 256}.{place % 256}"


def people_csv() -> str:
    """The text of people.csv."""
    rows = (
        f"{one.id},{one.role},{'infants' if one.role is Role.TEACHER and one.laptop % 4 == 0 else ''}"
        for one in members()
    )
    return "\n".join(["person,role,groups", *rows]) + "\n"


def devices_csv(told: str) -> str:
    """The text of devices.csv; `told` is the date on which the staff were told."""
    return "\n".join(["device,owner,kind,person,inspectable,told,addresses", *_rows(told)]) + "\n"


def _rows(told: str) -> Iterator[str]:
    for one in items():
        where = _INDOORS if one.person else (Zone.CLASSROOM,)
        addresses = " ".join(address(zone, one.number) for zone in where)
        inspected = f"yes,{told}" if one.inspectable else "no,"
        yield f"{one.id},{one.owner},{one.kind},{one.person},{inspected},{addresses}"


def _stem(role: Role) -> str:
    return {Role.SUPPORT_STAFF: "support", Role.SENIOR_LEADER: "leader", Role.HEADTEACHER: "head"}.get(role, role.value)
