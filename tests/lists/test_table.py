"""The mapped table: finds exactly what was put in, by whole labels, and refuses to be anything but whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.hosts import canonical, suffixes
from agent.core.lists import Claim, How
from agent.lists.building import Listed, names_within, write_table
from agent.lists.layout import START
from agent.lists.packing import Packer
from agent.lists.table import BadTable, Table
from tests.lists.made import EXACT, EXCEPT, WITHIN, hosts, table

LABEL = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?", fullmatch=True)
NAME = st.builds(
    lambda labels, top: ".".join((*labels, top)),
    st.lists(LABEL, min_size=1, max_size=4),
    st.sampled_from(["com", "net", "co.uk", "example", "xn--p1ai"]),
)


@given(st.sets(NAME, max_size=60), st.lists(NAME, max_size=20))
def test_same_as_a_dictionary(tmp_path_factory: pytest.TempPathFactory, names: set[str], asked: list[str]) -> None:
    """Whatever the names are, the table answers as a walk through a dictionary does: nothing matches by chance."""
    made = table(tmp_path_factory.mktemp("table"), {"one": names_within(names)})
    for name in (*names, *asked, *(f"www.{one}" for one in names), *(one[1:] for one in names)):
        expected = next((one for one in suffixes(name) if one in names), None)
        found = made.find(name)
        assert (found[0] if found else None) == expected
        assert made.find(name, ".".join(name.split(".")[-2:])) == found
    assert {name for name, _ in made} == names


@given(NAME, NAME)
def test_packed_exactly(one: str, other: str) -> None:
    """A name comes back as it went in, and no two names share their bytes."""
    packer = Packer(["com", "uk"])
    assert packer.unpack(packer.pack(one.encode())) == one
    assert (packer.pack(one.encode()) == packer.pack(other.encode())) is (one == other)


def test_what_lists_say(tmp_path: Path) -> None:
    """What several lists say of one name is put together, in the order of the lists."""
    said: Mapping[str, list[tuple[str, How]]] = {
        "one": [("a.example", WITHIN), ("b.example", EXACT)],
        "two": [("a.example", EXCEPT), ("c.example", WITHIN), ("a.example", EXCEPT)],
    }
    made = table(tmp_path, said)
    assert dict(made) == {
        "a.example": (Claim("one", WITHIN), Claim("two", EXCEPT)),
        "b.example": (Claim("one", EXACT),),
        "c.example": (Claim("two", WITHIN),),
    }
    assert (len(made), made.count("two"), made.lists) == (3, 3, ("one", "two"))


def test_many_lists(tmp_path: Path) -> None:
    """More than 256 ways of overlapping take two bytes a name, and are told apart."""
    said = {f"list{number}": [("all.example", WITHIN), (f"own{number}.example", WITHIN)] for number in range(120)}
    made = table(tmp_path, said)
    assert made.head.width == 2
    assert made.claims[(made.find("all.example") or ("", 0))[1]] == tuple(Claim(one, WITHIN) for one in said)
    assert made.claims[(made.find("x.own119.example") or ("", 0))[1]] == (Claim("list119", WITHIN),)


def test_short_lists_are_there_as_text(tmp_path: Path) -> None:
    """The resolver may mind them; long ones are counted alone, and exceptions are no names for it."""
    said = {"short": [("a.example", WITHIN), ("b.example", EXCEPT)], "long": names_within(hosts(3))}
    made = table(tmp_path, said, most=2)
    assert (made.few("short"), made.few("long"), made.count("long")) == (("a.example",), None, 3)


@given(st.sets(LABEL, min_size=1, max_size=300))
def test_a_single_label_is_never_found(tmp_path_factory: pytest.TempPathFactory, labels: set[str]) -> None:
    """Not even where what is left of it, packed, is some other name's bytes."""
    names = {f"{label}.com" for label in labels} | {f"{label[:-1]}.{label}" for label in labels if len(label) > 1}
    made = table(tmp_path_factory.mktemp("table"), {"one": names_within(sorted(names))})
    assert [label for label in ("com", *labels) if made.find(label) is not None] == []


def test_empty(tmp_path: Path) -> None:
    """A table without names finds nothing."""
    assert table(tmp_path, {"one": []}).find("a.example") is None


@pytest.mark.parametrize("name", ["localhost", "com", "a" * 60 + ".example"])
def test_names_that_no_list_has(tmp_path: Path, name: str) -> None:
    """A single label, and a name longer than any in it."""
    assert table(tmp_path, {"one": names_within(hosts(50))}).find(name) is None


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(lambda whole: b"", "empty", id="empty"),
        pytest.param(lambda whole: whole[:30], "not a table", id="its beginning"),
        pytest.param(lambda whole: b"x" + whole[1:], "not a table", id="something else"),
        pytest.param(lambda whole: whole[:-1], "checksum", id="cut short"),
        pytest.param(lambda whole: whole + b"x", "checksum", id="longer"),
        pytest.param(lambda whole: whole[:START] + b"\xff" + whole[START + 1 :], "checksum", id="another head"),
        pytest.param(lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "checksum", id="one bit"),
    ],
)
def test_damaged(tmp_path: Path, damage: object, message: str) -> None:
    """What is not whole is refused, and says why."""
    table(tmp_path, {"one": names_within(hosts(50))})
    path = tmp_path / "table"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(BadTable, match=message):
        Table.open(path)


def test_a_table_that_is_replaced_lives_on(tmp_path: Path) -> None:
    """Who has it mapped keeps it, whatever happens to the file."""
    made = table(tmp_path, {"one": names_within(hosts(50))})
    table(tmp_path, {"one": names_within(hosts(5, "other"))})
    assert made.find("host7.example") is not None


def test_nothing_is_left_of_a_table_that_cannot_be_written(tmp_path: Path) -> None:
    """The folder is as it was."""
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "full").touch()
    with pytest.raises(OSError, match="table"):
        write_table(tmp_path / "table", [Listed("one", names_within(hosts(5)))], 10)
    assert [path.name for path in tmp_path.iterdir()] == ["table"]


def test_names_are_canonical() -> None:
    """The names of these tests are what a look-up is given."""
    assert [canonical(name) for name in hosts(3)] == hosts(3)
