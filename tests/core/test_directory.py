"""Whose an address is at an instant: live sources against the inventory, how sure that is, and where it is."""

from __future__ import annotations

from math import inf

import pytest

from agent.core.clients import (
    Binding,
    Device,
    DeviceKind,
    Owner,
    Person,
    Role,
    Zone,
    ZonePoint,
    ZoneRange,
    network,
)  # fmt: skip
from agent.core.directory import Certainty, Directory, Live, plain_text
from agent.core.held import Held

TEACHER = Person("teacher-01", Role.TEACHER, frozenset({"infants"}))
LEADER = Person("leader-01", Role.SENIOR_LEADER)
A, B, C, PHONE = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b", "00:16:3e:00:00:0c", "da:a1:19:12:34:56"
LAPTOP = Device("laptop-01", Owner.SCHOOL, DeviceKind.LAPTOP, TEACHER, inspectable=True)
DESKTOP = Device("desktop-02", Owner.SCHOOL, DeviceKind.DESKTOP)
PRINTER = Device("printer-03", Owner.SCHOOL)
AP = "aa:aa:aa:aa:aa:01"
LIVE = Live(
    {A: LAPTOP, B: DESKTOP},
    {"teacher-01": TEACHER, "leader-01": LEADER},
    {AP: ZonePoint(Zone.STAFF_ROOM, room="room-1")},
    {"Guest": ZonePoint(Zone.GUEST, Role.VISITOR, Owner.PERSONAL)},
    {"eth1.30": ZonePoint(Zone.OFFICE)},
)
ROOM = ZoneRange(Zone.CLASSROOM, network("10.20.10.0/24"), room="room-12")
DIRECTORY = Directory(
    (
        Binding(network("10.20.10.2"), LAPTOP),
        Binding(network("10.20.10.3"), PRINTER),
    ),
    (ROOM,),
    LIVE,
)


def held(address: str, mac: str, sources: str = "dhcp", **more: str) -> Directory:
    """The directory with one piece from 10 to 20."""
    return DIRECTORY.holding({address: (Held(10, 20, mac, sources, **more),)})


CASES = {
    "a lease of a device that is known": ("10.20.10.7", A, "dhcp", "laptop-01", "teacher-01", True, Certainty.LIKELY),
    "two sources": ("10.20.10.7", A, "dhcp+neighbours", "laptop-01", "teacher-01", True, Certainty.CERTAIN),
    "RADIUS": ("10.20.10.7", B, "radius", "desktop-02", None, False, Certainty.CERTAIN),
    "nobody knows it": ("10.20.10.7", C, "dhcp", None, None, False, Certainty.UNKNOWN),
    "contested": ("10.20.10.7", "", "dhcp+neighbours", None, None, False, Certainty.CONTESTED),
    "its own address of the inventory": ("10.20.10.2", A, "dhcp", "laptop-01", "teacher-01", True, Certainty.CERTAIN),
    "another's address of the inventory": ("10.20.10.2", B, "dhcp", None, None, False, Certainty.CONTESTED),
    "a stranger at it": ("10.20.10.2", C, "dhcp", None, None, False, Certainty.CONTESTED),
    "at that of a device without hardware address": (
        "10.20.10.3",
        C,
        "dhcp",
        "printer-03",
        None,
        False,
        Certainty.LIKELY,
    ),
    "a made-up one there": ("10.20.10.3", PHONE, "dhcp", None, None, False, Certainty.CONTESTED),
}


@pytest.mark.parametrize(
    ("address", "mac", "sources", "device", "person", "inspectable", "certainty"), CASES.values(), ids=CASES
)
def test_who_holds_an_address(
    address: str, mac: str, sources: str, device: str | None, person: str | None, inspectable: bool, certainty: str
) -> None:
    """Evidence that agrees makes sure, evidence that does not makes it nobody's: never a guess, never inspected."""
    directory = held(address, mac, sources)
    told = directory.tell(address, 15)
    assert (told.client.device, told.client.person, told.client.inspectable) == (device, person, inspectable)
    assert (told.certainty, told.mac) == (certainty, mac)
    assert directory.identify(address, 15) == told.client
    assert directory.identify(address, 15) is directory.identify(address, 19.9)


@pytest.mark.parametrize("at", [9.9, 20, 1000])
def test_at_another_instant_it_is_as_the_inventory_says(at: float) -> None:
    """Before and after a lease nobody is known to have the address, unless the inventory names it."""
    assert held("10.20.10.7", A).identify("10.20.10.7", at).device is None
    assert held("10.20.10.2", B).identify("10.20.10.2", at).device == "laptop-01"
    assert held("10.20.10.2", B).tell("10.20.10.2", at).certainty is Certainty.LIKELY
    assert held("10.20.10.7", A).tell("10.20.10.7", at).certainty is Certainty.UNKNOWN


def test_without_an_instant_the_inventory_alone_is_asked() -> None:
    """What has no instant is no flow."""
    assert held("10.20.10.7", A).identify("10.20.10.7").device is None


@pytest.mark.parametrize("text", ["::ffff:10.20.10.7", "10.20.10.7"])
def test_however_the_address_is_written(text: str) -> None:
    """IPv4 in IPv6 is the same address; so is its lease."""
    directory = held("10.20.10.7", A)
    assert directory.identify(text, 15).device == "laptop-01"
    assert directory.identify(text, 5).device is None
    assert directory.holds_until(text, 15) == 20


def test_a_scoped_address() -> None:
    """An address with its scope is the one that its lease names; what is none stays what it is."""
    assert held("fe80::7", B).identify("fe80::7%eth0", 15).device == "desktop-02"
    assert plain_text("nonsense") == "nonsense"
    assert held("nonsense", B).identify("nonsense", 15).device == "desktop-02"
    assert held("nonsense", "").identify("nonsense", 15).device is None


@pytest.mark.parametrize(("at", "until"), [(5, 10), (15, 20), (20, inf)])
def test_when_it_changes(at: float, until: float) -> None:
    """The next instant at which somebody else may have the address."""
    assert held("10.20.10.7", A).holds_until("10.20.10.7", at) == until
    assert DIRECTORY.holds_until("10.20.10.7", at) == inf


PLACES = {
    "by its subnet": ({}, Zone.CLASSROOM, "room-12"),
    "by its access point": ({"point": f"{AP}/School"}, Zone.STAFF_ROOM, "room-1"),
    "by the wireless network, whatever the access point": ({"point": f"{AP}/Guest"}, Zone.GUEST, ""),
    "by the interface": ({"interface": "eth1.30"}, Zone.OFFICE, ""),
    "an access point that nobody knows": ({"point": "aa:aa:aa:aa:aa:02"}, Zone.CLASSROOM, "room-12"),
}


@pytest.mark.parametrize(("how", "zone", "room"), PLACES.values(), ids=PLACES)
def test_where_it_is(how: dict[str, str], zone: Zone, room: str) -> None:
    """How a device is connected says more of where it is than its address does."""
    client = held("10.20.10.7", A, **how).identify("10.20.10.7", 15)
    assert (client.zone, client.room) == (zone, room)


def test_strangers() -> None:
    """A made-up hardware address is somebody's own; another stranger is what the zone assumes."""
    assert held("10.20.10.7", PHONE).identify("10.20.10.7", 15).owner is Owner.PERSONAL
    assert held("10.20.10.7", C).identify("10.20.10.7", 15).owner is Owner.UNKNOWN
    assert held("10.99.0.1", PHONE).identify("10.99.0.1", 15).owner is Owner.PERSONAL
    guest = held("10.20.10.7", C, point="/Guest").identify("10.20.10.7", 15)
    assert (guest.owner, guest.role) == (Owner.PERSONAL, Role.VISITOR)


def test_who_signs_in() -> None:
    """Who signs in counts before whose device it is; told of inspection was the device's own user alone."""
    other = held("10.20.10.7", A, "radius", person="leader-01").identify("10.20.10.7", 15)
    assert (other.person, other.role, other.inspectable, other.device) == (
        "leader-01", Role.SENIOR_LEADER, False, "laptop-01",
    )  # fmt: skip
    own = held("10.20.10.7", A, "radius", person="teacher-01").identify("10.20.10.7", 15)
    assert (own.person, own.inspectable) == ("teacher-01", True)
    phone = held("10.20.10.7", PHONE, "radius", person="leader-01").tell("10.20.10.7", 15)
    assert (phone.client.person, phone.client.owner, phone.client.device) == ("leader-01", Owner.PERSONAL, None)


@pytest.mark.parametrize(
    ("mac", "sources", "person", "certainty"),
    [
        pytest.param(PHONE, "radius", "leader-01", Certainty.LIKELY, id="on a device that nobody knows"),
        pytest.param(PHONE, "dhcp+radius", "leader-01", Certainty.LIKELY, id="also if two sources agree on that"),
        pytest.param(A, "radius", "leader-01", Certainty.LIKELY, id="on another's device"),
        pytest.param(A, "radius", "teacher-01", Certainty.CERTAIN, id="on the person's own"),
        pytest.param(A, "radius", "", Certainty.CERTAIN, id="no name at all: the device's person"),
    ],
)
def test_a_user_name_alone_is_never_certain(mac: str, sources: str, person: str, certainty: Certainty) -> None:
    """Who is told by nothing but a user name is likely at most; the inventory must say the same to be sure."""
    assert held("10.20.10.7", mac, sources, person=person).tell("10.20.10.7", 15).certainty is certainty


def test_other_pieces_make_another_directory() -> None:
    """News touch the addresses that they name, and the directory that was there before stays as it was."""
    first = held("10.20.10.7", A)
    second = first.holding({"10.20.10.8": (Held(10, 20, B, "dhcp"),), "10.20.10.7": (), "10.20.10.9": ()})
    assert first.identify("10.20.10.7", 15).device == "laptop-01"
    assert second.identify("10.20.10.7", 15).device is None
    assert second.identify("10.20.10.8", 15).device == "desktop-02"
    assert set(second.held) == {"10.20.10.8"}
    assert set(first.held) == {"10.20.10.7"}


def test_without_live_sources() -> None:
    """A directory of the inventory alone can hold pieces too, and knows nobody by them."""
    plain = Directory((), (ROOM,)).holding({"10.20.10.7": (Held(10, 20, A, "dhcp"),)})
    assert plain.identify("10.20.10.7", 15).device is None
    assert plain.persons == {}


def test_what_can_be_found() -> None:
    """Devices by address and by hardware address; places by subnet, access point, wireless network and interface."""
    assert DIRECTORY.devices == {"laptop-01", "desktop-02", "printer-03"}
    assert [place.zone for place in DIRECTORY.places] == [Zone.CLASSROOM, Zone.STAFF_ROOM, Zone.GUEST, Zone.OFFICE]
    assert Directory((), (ROOM,)).places == (ROOM,)


def test_persons() -> None:
    """Everybody whom a device of the inventory belongs to, by address or by hardware address."""
    assert set(DIRECTORY.persons) == {"teacher-01"}
    assert set(Directory((), (), Live({A: LAPTOP})).persons) == {"teacher-01"}
