"""The inventory's CSV texts: who and what is behind an address, and every mistake with its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.clients import Owner, Person, Role
from agent.core.directory import Directory
from agent.core.timetable import TimeRange
from agent.directory.free_periods import load_free_periods
from agent.directory.inventory import load_devices, load_people
from agent.problems import Problems

PEOPLE = "person,role,groups\nteacher-01,teacher,infants;mentors\nhead-01,headteacher,\n"
DEVICES = "device,owner,kind,person,inspectable,told,addresses\n"
FREE = "person,day,from,to\n"
LAPTOP = "laptop-01,school,laptop,teacher-01,yes,2026-09-01,10.20.10.12 fd00::12\n"


def persons() -> dict[str, Person]:
    """The two of PEOPLE."""
    return load_people("people.csv", PEOPLE.encode(), Problems())


def test_people_have_roles_and_groups() -> None:
    """Groups stand with semicolons between them; an empty cell is none."""
    assert persons() == {
        "teacher-01": Person("teacher-01", Role.TEACHER, frozenset({"infants", "mentors"})),
        "head-01": Person("head-01", Role.HEADTEACHER),
    }


def test_devices_bind_addresses_to_persons() -> None:
    """An address leads to device, owner and person; a device without a person has none."""
    text = DEVICES + LAPTOP + "# a comment\n\ntablet-02, personal ,tablet,,no,,10.20.10.0/28\n"
    problems = Problems()
    inventory = load_devices("devices.csv", text.encode(), persons(), problems)
    directory = Directory(inventory.bindings)
    assert problems.sorted() == ()
    assert inventory.devices == {"laptop-01", "tablet-02"}
    assert (directory.identify("fd00::12").person, directory.identify("10.20.10.12").inspectable) == (
        "teacher-01",
        True,
    )
    tablet = directory.identify("10.20.10.13")
    assert (tablet.device, tablet.owner, tablet.person, tablet.inspectable) == (
        "tablet-02",
        Owner.PERSONAL,
        None,
        False,
    )


def test_free_periods_are_weekly_stretches() -> None:
    """Monday is 0; the times are minutes of the day."""
    problems = Problems()
    (free,) = load_free_periods("f.csv", (FREE + "teacher-01,wed,09:00,10:00\n").encode(), persons(), problems)
    assert (free.person, free.weekday, free.range) == ("teacher-01", 2, TimeRange(540, 600))
    assert not len(problems)


def test_columns_may_stand_in_any_order() -> None:
    """A spreadsheet that was sorted differently, with quotes and a byte order mark, reads the same."""
    text = b'\xef\xbb\xbfrole,groups,person\r\n"teacher","a;b",one\r\n'
    problems = Problems()
    assert load_people("p.csv", text, problems)["one"].groups == {"a", "b"}
    assert not len(problems)


BAD_PEOPLE = {
    "an unknown role": ("person,role,groups\none,techer,\n", "2:5: role: 'techer' is not known here"),
    "an id in capitals": ("person,role,groups\nOne,teacher,\n", "2:1: person: 'One' is not an id"),
    "somebody twice": ("person,role,groups\none,teacher,\none,teacher,\n", "3:1: person: 'one' stands here twice"),
    "a group in capitals": ("person,role,groups\none,teacher,Infants\n", "2:13: groups: 'Infants' is not a group's id"),
    "a column too few": ("person,role\none,teacher\n", "1:1: the column 'groups' is missing"),
    "a column too many": ("person,role,groups,name\none,teacher,,x\n", "1:20: the column 'name' is not known here"),
    "a column twice": ("person,role,groups,role\n", "1:20: the column 'role' is repeated"),
    "a value too few": ("person,role,groups\none,teacher\n", "2:1: this line has 2 values, not 3"),
    "no line": ("", "1:1: the first line must name the columns"),
    "an open quote": ('person,role,groups\n"one,teacher,\n', "2:1: this is not CSV: unexpected end of data"),
    "a NUL": ("person,role,groups\none,tea\0cher,\n", "2:1: a NUL character stands here"),
}


@pytest.mark.parametrize(("text", "said"), BAD_PEOPLE.values(), ids=BAD_PEOPLE)
def test_mistakes_in_people(text: str, said: str) -> None:
    """One mistake, one problem, at its line and column."""
    problems = Problems()
    load_people("people.csv", text.encode(), problems)
    assert [str(p).split("\n")[0] for p in problems.sorted()] == [f"people.csv:{said}"]


BAD_DEVICES = {
    "an unknown owner": (LAPTOP.replace("school", "shcool").replace("yes,2026-09-01", "no,"), "2:11: owner: 'shcool'"),
    "an unknown kind": (LAPTOP.replace("laptop,t", "laptp,t"), "2:18: kind: 'laptp' is not known here"),
    "an unknown person": (LAPTOP.replace("teacher-01", "teacher-1"), "2:25: person: no person is called 'teacher-1'"),
    "inspectable, perhaps": (LAPTOP.replace("yes", "maybe"), "2:36: inspectable: 'maybe' is not yes or no"),
    "a personal device opened": (
        LAPTOP.replace("school", "personal"),
        "2:38: inspectable: only a device of the school may be inspected",
    ),
    "nobody was told": (
        LAPTOP.replace("2026-09-01", ""),
        "2:40: told: the day on which its user was told is missing",
    ),
    "a day that is none": (LAPTOP.replace("2026-09-01", "2026-9-1"), "2:40: told: '2026-9-1' is not a date"),
    "an address that is none": (LAPTOP.replace("10.12 ", "10.256 "), "2:51: addresses: '10.20.10.256'"),
    "a device twice": (LAPTOP + LAPTOP.split("10.20")[0] + "10.0.0.1\n", "3:1: device: 'laptop-01' stands here twice"),
    "an address twice": (
        LAPTOP + LAPTOP.replace("laptop-01", "laptop-02").replace("fd00::12", ""),
        "3:51: addresses: 10.20.10.12 is the address of another device (line 2)",
    ),
}


@pytest.mark.parametrize(("lines", "said"), BAD_DEVICES.values(), ids=BAD_DEVICES)
def test_mistakes_in_devices(lines: str, said: str) -> None:
    """A device is opened only if it is the school's and its user was told; every other mistake is said too."""
    problems = Problems()
    load_devices("devices.csv", (DEVICES + lines).encode(), persons(), problems)
    (problem,) = problems.sorted()
    assert str(problem).startswith(f"devices.csv:{said}")


BAD_FREE = {
    "nobody": ("teacher-02,wed,09:00,10:00\n", "2:1: person: no person is called 'teacher-02'"),
    "a weekend": ("teacher-01,sat,09:00,10:00\n", "2:12: day: 'sat' is not a school day"),
    "an hour without its zero": ("teacher-01,wed,9:00,10:00\n", "2:16: from: '9:00' is not a time of day"),
    "backwards": ("teacher-01,wed,10:00,09:00\n", "2:22: to: this free period ends before it begins"),
    "two at once": (
        "teacher-01,wed,09:00,10:00\nteacher-01,wed,09:59,11:00\n",
        "3:16: from: this overlaps another free period of teacher-01",
    ),
}


@pytest.mark.parametrize(("lines", "said"), BAD_FREE.values(), ids=BAD_FREE)
def test_mistakes_in_free_periods(lines: str, said: str) -> None:
    """The same for free periods."""
    problems = Problems()
    load_free_periods("f.csv", (FREE + lines).encode(), persons(), problems)
    (problem,) = problems.sorted()
    assert str(problem).startswith(f"f.csv:{said}")


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_no_bytes_raise(data: bytes) -> None:
    """Nothing in a CSV file raises, with or without the right first line."""
    problems = Problems()
    for head in (b"", DEVICES.encode()):
        load_devices("d.csv", head + data, persons(), problems)
    load_people("p.csv", b"person,role,groups\n" + data, problems)
    load_free_periods("f.csv", FREE.encode() + data, persons(), problems)
