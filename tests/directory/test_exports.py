"""Inventories that another program exports, with the columns that the site names; rooms.csv; hardware addresses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.core.clients import DeviceKind, Owner, Person, Role
from agent.core.sources import Columns
from agent.core.timetable import TimeRange
from agent.directory.exports import as_id, load_export
from agent.directory.inventory import Inventory, load_devices
from agent.directory.rooms import load_rooms
from agent.problems import Problems

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "google-chrome-devices.csv"
TEACHER = Person("teacher-01", Role.TEACHER)
PEOPLE = {"teacher-01": TEACHER}
GOOGLE = Columns(
    EXAMPLE.name, "serialNumber", ("macAddress", "ethernetMacAddress"), "annotatedUser",
    {"status": frozenset({"ACTIVE"})}, Owner.SCHOOL, DeviceKind.LAPTOP,
)  # fmt: skip
HEAD = "serialNumber,status,annotatedUser,macAddress,ethernetMacAddress\n"
A = "00:16:3e:00:00:0a"


def load(text: str, before: Inventory = Inventory(), columns: Columns = GOOGLE) -> tuple[Inventory, list[str]]:
    """What an export comes to, and what is said of it."""
    problems = Problems()
    found = load_export(text.encode(), columns, PEOPLE, before, problems)
    return found, [str(one).partition("\n")[0] for one in problems.sorted()]


def test_the_example() -> None:
    """Google Admin's export: active devices by both of their addresses; its user where people.csv knows who that is."""
    found, said = load(EXAMPLE.read_text())
    assert said == []
    assert found.devices == {"ex00000001", "ex00000002"}
    first, second = found.macs["00:16:3e:20:00:01"], found.macs["00:16:3e:20:01:02"]
    assert (first.id, first.owner, first.kind, first.person) == ("ex00000001", Owner.SCHOOL, DeviceKind.LAPTOP, TEACHER)
    assert (second.id, second.person, second.inspectable) == ("ex00000002", None, False)
    assert len(found.macs) == 3


def test_whose_users_were_told() -> None:
    """They may be inspected only where the site says on which day all of them were told, and they are the school's."""
    told = Columns(**{**{f: getattr(GOOGLE, f) for f in GOOGLE.__slots__}, "told": date(2026, 9, 1)})
    found, _ = load(HEAD + "S1,ACTIVE,,00163e00000a,\n", columns=told)
    assert found.macs[A].inspectable
    theirs = Columns(**{**{f: getattr(told, f) for f in told.__slots__}, "owner": Owner.PERSONAL})
    found, _ = load(HEAD + "S1,ACTIVE,,00163e00000a,\n", columns=theirs)
    assert not found.macs[A].inspectable


def test_the_schools_own_list_has_the_last_word() -> None:
    """What devices.csv says of a hardware address stands."""
    own = f"device,owner,kind,person,inspectable,told,addresses,macs\nmine,personal,tablet,,no,,,{A}\n"
    before = load_devices("devices.csv", own.encode(), PEOPLE, Problems())
    found, said = load(HEAD + "S1,ACTIVE,,00163e00000a,\n", before)
    assert said == []
    assert found.macs[A].id == "mine"
    assert found.devices == {"mine", "s1"}


BAD = {
    "a column that is not there": ("serialNumber,status\n", ":1:1: the column 'annotatedUser' is missing"),
    "not a hardware address": (HEAD + "S1,ACTIVE,,xyz,\n", ":2:12: macAddress: 'xyz' is not the hardware address"),
    "without a name": (HEAD + ",ACTIVE,,00163e00000a,\n", ":2:1: serialNumber: a device without a name"),
    "one address, two devices": (
        HEAD + "S1,ACTIVE,,00163e00000a,\nS2,ACTIVE,,00163e00000a,\n",
        f":3:1: serialNumber: {A} is the hardware address of s1 too",
    ),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_mistakes_in_an_export(text: str, said: str) -> None:
    """Each is said with line and column."""
    _, problems = load(text)
    assert problems[0].startswith(EXAMPLE.name + said)


@pytest.mark.parametrize(
    ("text", "name"), [("5CD1234ABC", "5cd1234abc"), ("t.one", "t-one"), (" -x- ", "x"), ("…", ""), ("é1", "1")]
)
def test_names_as_ids(text: str, name: str) -> None:
    """Whatever another program calls something, it has the letters of an id."""
    assert as_id(text) == name


BAD_MACS = {
    "no address": ("xx", "'xx' is not the hardware address of a device"),
    "a group's": ("01:00:5e:00:00:01", "'01:00:5e:00:00:01' is not the hardware address of a device"),
    "twice": (f"{A} {A}", f"{A} is the hardware address of one already"),
}


@pytest.mark.parametrize(("cell", "said"), BAD_MACS.values(), ids=BAD_MACS)
def test_mistakes_in_hardware_addresses(cell: str, said: str) -> None:
    """A hardware address is one device's, and stands once."""
    problems = Problems()
    text = f"device,owner,kind,person,inspectable,told,addresses,macs\none,school,laptop,,no,,,{cell}\n"
    load_devices("devices.csv", text.encode(), {}, problems)
    assert said in str(problems.sorted()[0])


def test_rooms() -> None:
    """By room and weekday the stretches in which pupils are there."""
    problems = Problems()
    text = "room,day,from,to\nroom-12,mon,09:00,10:00\nroom-12,mon,11:00,12:00\nhall,fri,09:00,09:30\n"
    found = load_rooms("rooms.csv", text.encode(), {"room-12", "hall"}, problems)
    assert found == {
        "room-12": {0: (TimeRange(540, 600), TimeRange(660, 720))},
        "hall": {4: (TimeRange(540, 570),)},
    }
    assert not len(problems)


BAD_ROOMS = {
    "nowhere": ("room-13,mon,09:00,10:00\n", "2:1: room: no zone of site.yaml has a room called 'room-13'"),
    "a weekend": ("room-12,sat,09:00,10:00\n", "2:9: day: 'sat' is not a school day"),
    "backwards": ("room-12,mon,10:00,09:00\n", "2:19: to: this stretch ends before it begins"),
    "two at once": ("room-12,mon,09:00,10:00\nroom-12,mon,09:30,10:30\n", "3:13: from: this overlaps another line"),
}


@pytest.mark.parametrize(("lines", "said"), BAD_ROOMS.values(), ids=BAD_ROOMS)
def test_mistakes_in_rooms(lines: str, said: str) -> None:
    """One mistake, one problem, at its line and column."""
    problems = Problems()
    load_rooms("rooms.csv", ("room,day,from,to\n" + lines).encode(), {"room-12"}, problems)
    (problem,) = problems.sorted()
    assert str(problem).startswith(f"rooms.csv:{said}")
