"""The folder of lists: the old stands until the new is whole, whatever breaks on the way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.lists.library import Known, Library, LibraryError
from tests.lists.made import EXACT, EXCEPT, WITHIN, hosts


def filled(folder: Path, *lists: tuple[str, Sequence[str]], means: bool = False) -> Library:
    """A library with these lists in force."""
    library = Library(folder, folder / "pin")
    with library.changing():
        lists_now = dict(library.state().lists)
        for id, names in lists:
            known = Known(id, len(names), 0, len(names), means={"service": "x"} if means else {})
            lists_now[id] = library.keep(known, dict.fromkeys(names, WITHIN), [])
        library.commit(lists_now)
    return library


def finds(library: Library, name: str) -> bool:
    """True if the table in force has the name."""
    table, _ = library.open()
    return table is not None and table.find(name) is not None


def test_what_is_kept(tmp_path: Path) -> None:
    """Names come back as they were claimed, patterns apart; what a list means stands with the table."""
    library, names = Library(tmp_path), {"a.example": WITHIN, "b.example": EXACT, "c.example": EXCEPT}
    with library.changing():
        known = library.keep(Known("one", 3, 1, 4, means={"service": "x"}), names, ["x[0-9]+abc"])
        library.commit({"one": known})
    assert (dict(library.names("one")), library.names("one").patterns()) == (names, ["x[0-9]+abc"])
    table, doubt = library.open()
    assert table is not None
    assert (table.head.means, [one[1] for one in table.patterns], doubt) == (
        ({"id": "one", "service": "x"},),
        ["one"],
        "",
    )


def test_nothing_yet(tmp_path: Path) -> None:
    """A folder that is not there has no lists and no table."""
    library = Library(tmp_path / "none")
    assert (library.open(), dict(library.names("one"))) == ((None, ""), {})


def test_one_at_a_time(tmp_path: Path) -> None:
    """Two changes at once would lose one of them."""
    with (
        Library(tmp_path).changing(),
        pytest.raises(LibraryError, match="another import"),
        Library(tmp_path).changing(),
    ):
        pass


def test_a_damaged_table_is_refused_and_the_one_before_used(tmp_path: Path) -> None:
    """It says so; without one before there is no table, and what to do."""
    library = filled(tmp_path, ("one", hosts(30)))
    filled(tmp_path, ("one", hosts(40)))
    path = library.path_of(library.state().table)
    path.write_bytes(path.read_bytes()[:-1])
    table, doubt = library.open()
    assert table is not None
    assert (table.find("host35.example"), "the one before it is used" in doubt) == (None, True)
    library.path_of(library.state().previous).unlink()
    with pytest.raises(LibraryError, match="catalogue update --again"):
        library.open()


def test_a_damaged_state_says_what_to_do(tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    filled(tmp_path, ("one", hosts(3)))
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(LibraryError, match="take it away, then: breaktime catalogue update"):
        Library(tmp_path).open()


@pytest.mark.parametrize("broken", ["table", "state", "names"])
def test_what_cannot_be_written_changes_nothing(tmp_path: Path, broken: str) -> None:
    """A full disk, or a folder that is not ours: the lists in force stay so, and no half is left to count."""
    library = filled(tmp_path, ("one", hosts(30)))
    in_the_way = {"table": ".table.hosts", "state": ".state.json.new", "names": ".one.names"}[broken]
    for name in (in_the_way, f".{in_the_way}.new"):
        (tmp_path / name).mkdir(exist_ok=True)
    before = library.state()
    with pytest.raises(LibraryError, match="nothing was changed"):
        filled(tmp_path, ("one", hosts(40)))
    assert library.state() == before
    assert (finds(library, "host29.example"), finds(library, "host35.example")) == (True, False)


def test_killed_before_the_state_is_written(tmp_path: Path) -> None:
    """New names and a new table that no state names count for nothing, and the next change tidies them."""
    library = filled(tmp_path, ("one", hosts(30)))
    with library.changing():
        library.keep(Known("one", 40, 0, 40), dict.fromkeys(hosts(40), WITHIN), [])
    assert (len(dict(library.names("one"))), finds(library, "host35.example")) == (30, False)
    filled(tmp_path, ("one", hosts(31)))
    kept = {path.name for path in tmp_path.glob("*.names")}
    assert kept == {library.state().lists["one"].file}


def test_old_tables_go_but_for_those_in_use(tmp_path: Path) -> None:
    """The one in force, the one before, and the one that a gateway rules by."""
    library = filled(tmp_path, ("one", hosts(30)))
    pinned = library.state().table
    (tmp_path / "pin").write_text(pinned)
    for count in (31, 32, 33):
        filled(tmp_path, ("one", hosts(count)))
    state = library.state()
    assert {path.name for path in tmp_path.glob("table-*")} == {
        f"table-{one}.hosts" for one in (pinned, state.table, state.previous)
    }


def test_the_state_is_plain(tmp_path: Path) -> None:
    """Somebody may read it: counts and dates, and where the names lie."""
    filled(tmp_path, ("one", hosts(3)))
    found = json.loads((tmp_path / "state.json").read_text())
    assert (found["lists"]["one"]["hosts"], set(found)) == (3, {"lists", "table", "previous"})


def test_names_that_are_gone(tmp_path: Path) -> None:
    """They are taken in anew; until then the table stands, and it is not packed without them."""
    library = filled(tmp_path, ("one", hosts(30)))
    (tmp_path / library.state().lists["one"].file).unlink()
    assert dict(library.names("one")) == {}
    with pytest.raises(LibraryError, match="nothing was changed"):
        filled(tmp_path, ("two", hosts(3, "other")))
    assert finds(library, "host29.example")
    filled(tmp_path, ("one", hosts(31)), ("two", hosts(3, "other")))
    assert (finds(library, "host30.example"), finds(library, "other2.example")) == (True, True)
