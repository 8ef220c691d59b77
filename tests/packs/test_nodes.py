"""YAML → nodes: scalars stay as they were written, and everything knows its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.packs.nodes import MAX_BYTES, Items, Node, Table, Text, parse
from agent.problems import Problems


def read(text: str | bytes) -> tuple[Node | None, Problems]:
    """The root of a text and its problems."""
    problems = Problems()
    data = text.encode() if isinstance(text, str) else text
    return parse("a.yaml", data, problems), problems


def value_of(text: str) -> str:
    """The value of `key` in a text."""
    root, problems = read(f"key: {text}\n")
    assert not len(problems)
    assert isinstance(root, Table)
    node = root.entries["key"]
    assert isinstance(node, Text)
    return node.value


WORDS = ["12:30", "09:00", "24:00", "1:30:45", "no", "on", "yes", "off", "~", "null", "0x1f", "0o17", "010", "1e3"]


@pytest.mark.parametrize("word", [*WORDS, "1_000", ".inf", "2026-11-23", "2026-11-23T09:30", "=", "TRUE"])
def test_scalars_stay_text(word: str) -> None:
    """Nothing is a number, a boolean, a date or nothing by itself: `12:30` stays "12:30" and `no` stays "no"."""
    assert value_of(word) == word


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_day_comes_through_as_written(hour: int, minute: int) -> None:
    """PyYAML's own reading would make numbers to the base 60 of them."""
    assert value_of(f"{hour:02}:{minute:02}") == f"{hour:02}:{minute:02}"


def test_places_count_from_one_and_in_characters() -> None:
    """Line and column are where an editor shows them, with letters beyond ASCII before them too."""
    root, _ = read("a: 1\nb: {é: x, ü: y}\nc:\n  - - 5\n")
    assert isinstance(root, Table)
    table, listing = root.entries["b"], root.entries["c"]
    assert isinstance(table, Table)
    assert isinstance(listing, Items)
    inner = listing.values[0]
    assert isinstance(inner, Items)
    assert table.entries["ü"].place == ("a.yaml", 2, 14)
    assert table.keys["ü"] == ("a.yaml", 2, 11)
    assert inner.values[0].place == ("a.yaml", 4, 7)
    assert inner.values[0].where == "c[1][1]"


def test_quotes_are_kept_in_mind() -> None:
    """Nothing at all and an empty text in quotes are two things."""
    root, _ = read("a:\nb: ''\n")
    assert isinstance(root, Table)
    plain = [(node.value, node.plain) for node in root.entries.values() if isinstance(node, Text)]
    assert plain == [("", True), ("", False)]


BYTES = {
    "utf-16": "a: b\n".encode("utf-16"),
    "latin-1": "a: café\n".encode("latin-1"),
    "half a character": "a: é".encode()[:-1],
    "nul": b"a: \x00",
    "escape": b"a: \x1b[31m",
    "nothing": b"",
    "only spaces": b"   \n\n",
    "too long": b"a: " + b"x" * MAX_BYTES,
    "deep lists": b"[" * 100_000,
    "deep tables": b"{a: " * 100_000,
    "deep dashes": b"- " * 100_000,
    "deep keys": b"? " * 50_000,
    "a billion laughs": b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "a python object": b"!!python/object/apply:os.system ['true']",
    "a directive": b"%YAML 9.9\n---\na: b\n",
    "a lone surrogate": b'a: "\\ud800"\n',
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
def test_bytes_that_nobody_should_write_are_problems(data: bytes) -> None:
    """Hostile bytes give at least one problem, never an exception and never a value."""
    root, problems = read(data)
    assert root is None
    assert len(problems)


def test_a_byte_order_mark_is_no_mistake() -> None:
    """Windows editors put one in front; the first column stays the first."""
    root, problems = read(b"\xef\xbb\xbfa: b\r\nc: d\r\n")
    assert not len(problems)
    assert isinstance(root, Table)
    assert list(root.entries) == ["a", "c"]


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    """The reader never raises, whatever the bytes; without a root it says why."""
    root, problems = read(data)
    assert root is not None or len(problems)


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    """Nor whatever the text."""
    root, problems = read(text.encode("utf-8", "surrogatepass"))
    assert root is not None or len(problems)
