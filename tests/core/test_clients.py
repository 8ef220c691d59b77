"""Who is behind an address: the longest prefix wins, and what nobody knows stays unknown."""

import pytest

from agent.core.clients import (
    STAFF,
    UNKNOWN_CLIENT,
    Binding,
    Client,
    Device,
    DeviceKind,
    Owner,
    Person,
    Role,
    Zone,
    ZoneRange,
    network,
)
from agent.core.directory import Directory

TEACHER = Person("teacher-01", Role.TEACHER, frozenset({"infants"}))
LAPTOP = Device("laptop-01", Owner.SCHOOL, DeviceKind.LAPTOP, TEACHER, inspectable=True)
LOAN = Device("tablet-02", Owner.SCHOOL, DeviceKind.TABLET)
TROLLEY = Device("trolley", Owner.SCHOOL, DeviceKind.LAPTOP)
DIRECTORY = Directory(
    (
        Binding(network("10.20.10.0/28"), TROLLEY),
        Binding(network("10.20.10.12"), LAPTOP),
        Binding(network("fd00:20:10::12"), LAPTOP),
        Binding(network("10.20.70.7"), LOAN),
        Binding(network("192.168.0.1"), LOAN),
    ),
    (
        ZoneRange(Zone.OFFICE, network("10.20.0.0/16")),
        ZoneRange(Zone.CLASSROOM, network("10.20.10.0/24")),
        ZoneRange(Zone.CLASSROOM, network("fd00:20:10::/64")),
        ZoneRange(Zone.GUEST, network("10.20.70.0/24"), Role.VISITOR, Owner.PERSONAL),
    ),
)
ON_LAPTOP = Client(
    Role.TEACHER,
    Owner.SCHOOL,
    DeviceKind.LAPTOP,
    Zone.CLASSROOM,
    inspectable=True,
    person="teacher-01",
    device="laptop-01",
    groups=frozenset({"infants"}),
)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        pytest.param("10.20.10.12", ON_LAPTOP, id="the longest prefix, for device and zone"),
        pytest.param("::ffff:10.20.10.12", ON_LAPTOP, id="ipv4 mapped into ipv6"),
        pytest.param("fd00:20:10::12", ON_LAPTOP, id="ipv6"),
        pytest.param("fd00:20:10::12%eth0", ON_LAPTOP, id="ipv6 with a scope"),
        pytest.param(
            "10.20.10.3",
            Client(Role.UNKNOWN, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.CLASSROOM, device="trolley"),
            id="a device without a person",
        ),
        pytest.param(
            "10.20.70.7",
            Client(Role.VISITOR, Owner.SCHOOL, DeviceKind.TABLET, Zone.GUEST, device="tablet-02"),
            id="a device without a person takes the zone's role, not its owner",
        ),
        pytest.param(
            "192.168.0.1",
            Client(Role.UNKNOWN, Owner.SCHOOL, DeviceKind.TABLET, Zone.UNKNOWN, device="tablet-02"),
            id="a device in no zone",
        ),
        pytest.param(
            "10.20.70.99",
            Client(Role.VISITOR, Owner.PERSONAL, DeviceKind.UNKNOWN, Zone.GUEST),
            id="the zone's assumptions",
        ),
        pytest.param(
            "10.20.99.1",
            Client(Role.UNKNOWN, Owner.UNKNOWN, DeviceKind.UNKNOWN, Zone.OFFICE),
            id="a zone that assumes nothing",
        ),
        pytest.param("203.0.113.9", UNKNOWN_CLIENT, id="nobody's"),
        pytest.param("2001:db8::1", UNKNOWN_CLIENT, id="nobody's, ipv6"),
        pytest.param("::ffff:203.0.113.9", UNKNOWN_CLIENT, id="nobody's, mapped"),
        pytest.param("not an address", UNKNOWN_CLIENT, id="garbage"),
        pytest.param("", UNKNOWN_CLIENT, id="empty"),
    ],
)
def test_identify(address: str, client: Client) -> None:
    """An address is the client of the longest binding and zone that hold it; asked again, the same."""
    assert DIRECTORY.identify(address) == client
    assert DIRECTORY.identify(address) == client


class Small(Directory):
    """A directory that remembers two look-ups."""

    LIMIT = 2


def test_remembered() -> None:
    """What is remembered is bounded, and forgetting it changes no answer."""
    directory = Small(DIRECTORY.bindings, DIRECTORY.zones)
    addresses = ["10.20.10.12", "10.20.10.3", "10.20.70.99", "203.0.113.9", "10.20.10.12"]
    for address in addresses:
        assert directory.identify(address) == DIRECTORY.identify(address)
        assert len(directory._seen) <= Small.LIMIT
    assert directory.identify("10.20.10.12") is directory.identify("10.20.10.12")


def test_persons() -> None:
    """The persons are those whom a device is bound to, each once."""
    assert DIRECTORY.persons == {"teacher-01": TEACHER}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10.20.10.5/24", "10.20.10.0/24"), ("10.0.0.1", "10.0.0.1/32"), ("::1", "::1/128")],
)
def test_network(text: str, expected: str) -> None:
    """A subnet may be written with host bits, an address alone is a subnet of one."""
    assert str(network(text)) == expected


def test_network_refuses() -> None:
    """What is no address is refused."""
    with pytest.raises(ValueError, match="does not appear"):
        network("classroom")


@pytest.mark.parametrize("role", Role)
def test_staff(role: Role) -> None:
    """Staff is everybody but pupils, parents, visitors and those unknown."""
    others = {Role.PUPIL, Role.PARENT, Role.VISITOR, Role.UNKNOWN}
    assert role.is_staff is (role not in others)
    assert (role in STAFF) is role.is_staff
