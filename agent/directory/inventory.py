"""people.csv and devices.csv → persons and the bindings of addresses to devices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from ipaddress import ip_network

from agent.core.clients import Binding, Device, DeviceKind, Network, Owner, Person, Role
from agent.core.held import plain_mac
from agent.directory.csvtable import Cell, Cells, read_csv
from agent.problems import Place, Problems, did_you_mean

PEOPLE = ("person", "role", "groups")
DEVICES = ("device", "owner", "kind", "person", "inspectable", "told", "addresses")
MACS = "macs"
"""A column that may lack: the device's hardware addresses, by which leases and sessions know it."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The school's devices: their ids, which addresses are whose, and which hardware addresses."""

    devices: frozenset[str] = frozenset()
    bindings: tuple[Binding, ...] = ()
    macs: Mapping[str, Device] = field(default_factory=dict)


def load_people(file: str, data: bytes, problems: Problems) -> dict[str, Person]:
    """Every person by id. One whose role is wrong is still there, as `unknown`: it has been reported."""
    persons: dict[str, Person] = {}
    for cells in read_csv(file, data, PEOPLE, problems):
        name = identifier(cells["person"], problems)
        if name in persons:
            cells["person"].say(problems, f"{name!r} stands here twice")
        role = _word(cells["role"], Role, problems) or Role.UNKNOWN
        persons.setdefault(name, Person(name, role, _groups(cells["groups"], problems)))
    return persons


def load_devices(file: str, data: bytes, persons: Mapping[str, Person], problems: Problems) -> Inventory:
    """The inventory. Anything wrong is left out and reported."""
    devices: set[str] = set()
    bindings: list[Binding] = []
    taken: dict[Network, Place] = {}
    macs: dict[str, Device] = {}
    for cells in read_csv(file, data, DEVICES, problems, optional=(MACS,)):
        device = _device(cells, persons, problems)
        if device.id in devices:
            cells["device"].say(problems, f"{device.id!r} stands here twice")
        devices.add(device.id)
        for network in _addresses(cells["addresses"], taken, problems):
            bindings.append(Binding(network, device))
        if MACS in cells:
            add_macs(cells[MACS], device, macs, problems)
    return Inventory(frozenset(devices), tuple(bindings), macs)


def add_macs(cell: Cell, device: Device, macs: dict[str, Device], problems: Problems) -> None:
    """Note the hardware addresses in a cell as this device's; one can be one device's only."""
    for word in cell.value.split():
        mac = plain_mac(word)
        if mac is None:
            hint = "hardware addresses are written aa:bb:cc:dd:ee:ff, with spaces between them"
            cell.say(problems, f"{word[:40]!r} is not the hardware address of a device", hint)
        elif mac in macs:
            cell.say(problems, f"{mac} is the hardware address of {macs[mac].id or 'another device'} already")
        else:
            macs[mac] = device


def identifier(cell: Cell, problems: Problems) -> str:
    """The id in a cell, checked."""
    if not _ID.fullmatch(cell.value):
        hint = "an id is made of lower-case letters, digits and hyphens"
        cell.say(problems, f"{cell.value[:40]!r} is not an id", hint)
    return cell.value


def person_of(cell: Cell, persons: Mapping[str, Person], problems: Problems) -> Person | None:
    """The person that a cell names, or None with a Problem."""
    if cell.value not in persons:
        hint = did_you_mean(cell.value, persons)
        cell.say(problems, f"no person is called {cell.value[:40]!r}", hint)
    return persons.get(cell.value)


def _device(cells: Cells, persons: Mapping[str, Person], problems: Problems) -> Device:
    named = cells["person"]
    owner = _word(cells["owner"], Owner, problems) or Owner.UNKNOWN
    return Device(
        identifier(cells["device"], problems),
        owner,
        _word(cells["kind"], DeviceKind, problems) or DeviceKind.UNKNOWN,
        person_of(named, persons, problems) if named.value else None,
        _inspectable(cells, owner, problems),
    )


def _inspectable(cells: Cells, owner: Owner, problems: Problems) -> bool:
    """Only a device of the school's own, whose user was told on a day that is written down."""
    cell, told = cells["inspectable"], cells["told"]
    if told.value and not _is_date(told.value):
        told.say(problems, f"{told.value[:40]!r} is not a date", "write it as 2026-09-01")
    if cell.value not in ("yes", "no"):
        cell.say(problems, f"{cell.value[:40]!r} is not yes or no", "yes or no")
    if cell.value != "yes":
        return False
    if owner is not Owner.SCHOOL:
        cell.say(problems, "only a device of the school may be inspected", "write no, or owner school")
    if not told.value:
        told.say(problems, "the day on which its user was told is missing", "write it here, or inspectable no")
    return owner is Owner.SCHOOL and _is_date(told.value)


def _addresses(cell: Cell, taken: dict[Network, Place], problems: Problems) -> list[Network]:
    networks = []
    for word in cell.value.split():
        try:
            network = ip_network(word)
        except ValueError:
            cell.say(problems, f"{word[:50]!r} is not an address", "addresses stand with spaces between them")
            continue
        if network in taken:
            cell.say(problems, f"{word} is the address of another device (line {taken[network].line})")
        taken.setdefault(network, cell.place)
        networks.append(network)
    return networks


def _groups(cell: Cell, problems: Problems) -> frozenset[str]:
    names = [name.strip() for name in cell.value.split(";") if name.strip()]
    for name in names:
        if not _ID.fullmatch(name):
            cell.say(problems, f"{name[:40]!r} is not a group's id", "groups stand with ; between them")
    return frozenset(names)


def _word[E: StrEnum](cell: Cell, kind: type[E], problems: Problems) -> E | None:
    try:
        return kind(cell.value)
    except ValueError:
        hint = did_you_mean(cell.value, [str(word) for word in kind])
        cell.say(problems, f"{cell.value[:40]!r} is not known here", hint)
        return None


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
