"""Shapes read what their schema allows: one mechanism, so the two are checked against each other."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from agent.packs.nodes import Items, Node, Table, Text, parse
from agent.packs.scalars import (
    CLOCK,
    CLOCK_END,
    DATE,
    FILE,
    HOST,
    ID,
    INSTANT,
    SUBNET,
    TEXT,
    TEXT_OR_NOTHING,
    TOKEN,
    YES_NO,
    integer,
)
from agent.packs.shapes import Choice, OrSetting, SettingRef, Shape, Unread
from agent.packs.tables import Field, Listing, Mapped, Row, Some, fields
from agent.problems import Problems
from tests.packs.plain import as_json


def node(text: str) -> Node:
    """The node of `text` as the value of a key."""
    problems = Problems()
    root = parse("a.yaml", f"key: {text}\n".encode(), problems)
    assert isinstance(root, Table), problems.sorted()
    return root.entries["key"]


def outcome(shape: Shape[Any], text: str) -> Any:
    """What a shape reads, or Unread; exactly one problem comes with the latter."""
    problems = Problems()
    try:
        value = shape.read(node(text), problems)
    except Unread:
        assert len(problems) == 1
        return Unread
    assert not len(problems)
    return value


GOOD = [
    (CLOCK, "12:30", 750),
    (CLOCK, "00:00", 0),
    (CLOCK, "23:59", 1439),
    (CLOCK_END, "24:00", 1440),
    (ID, "a-1", "a-1"),
    (ID, "999", "999"),
    (YES_NO, "no", False),
    (YES_NO, "true", True),
    (integer(0, 65535), "8080", 8080),
    (TEXT, "a   b", "a b"),
    (TEXT_OR_NOTHING, '""', ""),
    (TOKEN, "c_user", "c_user"),
    (FILE, "lists/people.csv", "lists/people.csv"),
]
BAD = [
    (CLOCK, "24:00"),
    (CLOCK, "9:00"),
    (CLOCK, "12.30"),
    (CLOCK, "٠٩:٠٠"),
    (CLOCK_END, "24:01"),
    (DATE, "2027-02-29"),
    (DATE, "23/11/2026"),
    (INSTANT, "2026-11-23"),
    (INSTANT, "2026-11-23T25:00"),
    (ID, "A"),
    (ID, "-a"),
    (ID, "a" * 64),
    (YES_NO, "perhaps"),
    (integer(0, 65535), "65536"),
    (integer(0, 65535), "1e3"),
    (integer(0, 65535), "٣"),
    (TEXT, '" "'),
    (TEXT, "[a]"),
    (TEXT, "{a: b}"),
    (TEXT, ""),
    (HOST, "a_b..c"),
    (HOST, "10.0.0.1"),
    (HOST, "http://a.example"),
    (SUBNET, "10.20.10.1/24"),
    (SUBNET, "fd00::g"),
    (FILE, "/etc/passwd"),
    (FILE, "../up.csv"),
    (FILE, ".hidden.csv"),
]


@pytest.mark.parametrize(("shape", "text", "value"), GOOD, ids=[f"{t}" for _, t, _ in GOOD])
def test_a_good_value_is_read(shape: Shape[Any], text: str, value: object) -> None:
    """The value is what was meant, and the schema lets it through too."""
    assert outcome(shape, text) == value
    jsonschema.validate(as_json(node(text)), shape.schema())


@pytest.mark.parametrize(("shape", "text"), BAD, ids=[f"{t}" for _, t in BAD])
def test_a_bad_value_is_one_problem(shape: Shape[Any], text: str) -> None:
    """It is reported once, and no value comes of it."""
    assert outcome(shape, text) is Unread


def test_setting_references() -> None:
    """`$name` stands for a setting wherever one may stand; anything else is read as itself."""
    shape = OrSetting(integer(0, 60))
    ref = outcome(shape, "$daily-minutes")
    assert isinstance(ref, SettingRef)
    assert ref.name == "daily-minutes"
    assert outcome(shape, "30") == 30
    jsonschema.validate("$daily-minutes", shape.schema())


def test_one_or_several() -> None:
    """One word stands for a list of it; an empty list would fit nothing and is a mistake."""
    shape = Some(Choice({"a": 1, "b": 2}))
    assert outcome(shape, "a") == (1,)
    assert outcome(shape, "[a, b]") == (1, 2)
    assert outcome(shape, "[]") is Unread
    assert outcome(shape, "[a, c]") is Unread


def test_a_list_goes_on_after_a_wrong_item() -> None:
    """What is wrong is left out and reported; the rest is still read, to find what else is wrong."""
    problems = Problems()
    assert Listing(integer(0, 9)).read(node("[1, x, 3]"), problems) == (1, 3)
    assert len(problems) == 1


NAME = Field("name", ID)
AGE = Field("age", integer(0, 150), 7, says="In years.")


def row(text: str) -> tuple[Row, Problems]:
    """A table with a name and an age."""
    problems = Problems()
    return fields(NAME, AGE).read(node(text), problems), problems


def test_a_table_gives_values_defaults_and_unread_fields() -> None:
    """A key that is not written has its default; one that was wrong stays unread wherever it is asked for."""
    good, problems = row("{name: a}")
    assert (good[NAME], good[AGE], len(problems)) == ("a", 7, 0)
    bad, problems = row("{name: A, age: old, size: 3}")
    assert len(problems) == 3
    with pytest.raises(Unread):
        bad[NAME]
    assert bad.get(AGE, None) is None


def test_free_keys_are_checked_too() -> None:
    """A table with free keys checks both sides of each line."""
    problems = Problems()
    read = Mapped(ID, integer(0, 9)).read(node("{a: 1, B: 2, c: x}"), problems)
    assert (read, len(problems)) == ({"a": 1}, 2)


def test_a_table_is_not_a_list() -> None:
    """Each says what must stand there instead."""
    assert outcome(fields(NAME), "[a]") is Unread
    assert outcome(Listing(ID), "{a: b}") is Unread
    assert isinstance(node("[a]"), Items)
    assert isinstance(node("a"), Text)
