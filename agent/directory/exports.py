"""An inventory that another program exports → devices by hardware address; which column says what, the site says.

Google Admin's export of Chrome devices is the example: `serialNumber`, `macAddress`, `annotatedUser`, `status`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from agent.core.clients import Device, Owner, Person
from agent.core.held import plain_mac
from agent.core.sources import Columns
from agent.directory.csvtable import Cell, Cells, read_csv
from agent.directory.inventory import Inventory
from agent.problems import Problems

_NOT_OF_AN_ID = re.compile(r"[^a-z0-9]+")


def load_export(
    data: bytes, columns: Columns, persons: Mapping[str, Person], before: Inventory, problems: Problems
) -> Inventory:
    """The inventory `before` with the devices of an export. What `before` says of a device already stands.

    A user whom people.csv does not know is nobody in particular: exports are full of pupils. A line without a
    hardware address names nothing that could be met, and is passed over.
    """
    needed = list(dict.fromkeys([columns.device, *columns.macs, *columns.only, *filter(None, [columns.person])]))
    macs, ids = dict(before.macs), set(before.devices)
    fresh: dict[str, Device] = {}
    for cells in read_csv(columns.file, data, needed, problems, others=True):
        if not all(cells[column].value in values for column, values in columns.only.items()):
            continue
        device = _device(cells, columns, persons, problems)
        if device is None:
            continue
        for mac in _macs(cells, columns, problems):
            if mac in fresh and fresh[mac].id != device.id:
                cells[columns.device].say(problems, f"{mac} is the hardware address of {fresh[mac].id} too")
            fresh[mac] = device
            macs.setdefault(mac, device)
            ids.add(device.id)
    return replace(before, devices=frozenset(ids), macs=macs)


def _device(cells: Cells, columns: Columns, persons: Mapping[str, Person], problems: Problems) -> Device | None:
    name = as_id(cells[columns.device].value)
    if not name:
        cells[columns.device].say(problems, "a device without a name", "every line that is taken must name its device")
        return None
    person = persons.get(_person(cells[columns.person].value)) if columns.person else None
    told = columns.told is not None and columns.owner is Owner.SCHOOL
    return Device(name, columns.owner, columns.kind, person, inspectable=told)


def _macs(cells: Cells, columns: Columns, problems: Problems) -> list[str]:
    found = [_mac(cells[column], problems) for column in columns.macs]
    return [mac for mac in found if mac]


def _mac(cell: Cell, problems: Problems) -> str | None:
    if not cell.value:
        return None
    mac = plain_mac(cell.value)
    if mac is None:
        cell.say(problems, f"{cell.value[:40]!r} is not the hardware address of a device", "take another column")
    return mac


def _person(text: str) -> str:
    """The person's id of a user name: without the school's domain, in the letters of an id."""
    return as_id(text.partition("@")[0])


def as_id(text: str) -> str:
    """A name in the letters of an id: `5CD1234ABC` is `5cd1234abc`, `t.one` is `t-one`."""
    return _NOT_OF_AN_ID.sub("-", text.lower()).strip("-")[:63]
