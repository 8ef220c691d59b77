"""Who decides what a host is: the own catalogue, what is shared, the longest entry, the first list, patterns last."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from agent.core.catalogue import Catalogue, Category, DictIndex, HostKind, Match, Service
from agent.core.hosts import Host, suffixes
from agent.core.listed import ListedIndex, Meant
from agent.core.lists import Claim, How

OWN = Service("own", "Own", Category.FORUM, {HostKind.SITE: (Host("own.example"),)})
FIRST = Service("first", "First", Category.FORUM, {}, listed=HostKind.SITE)
SECOND = Service("second", "Second", Category.CHAT, {}, listed=HostKind.API)
MEANINGS = {"one": Meant(0, FIRST, HostKind.SITE), "two": Meant(1, SECOND, HostKind.API)}
NEVER = frozenset({"shared.example", "cdn.test"})
WITHIN, EXACT, EXCEPT = How.WITHIN, How.EXACT, How.EXCEPT


@dataclass
class Table:
    """A table in a dictionary: what each list says of each name. `long` lists are too long for the resolver."""

    said: Mapping[str, Sequence[tuple[str, How]]]
    patterns: Sequence[tuple[re.Pattern[str], str]] = ()
    long: frozenset[str] = frozenset()
    lists: Sequence[str] = ("one", "two", "gone")
    claims: list[tuple[Claim, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Number what is said."""
        self.claims = [tuple(Claim(*one) for one in said) for said in self.said.values()]

    def find(self, name: str, root: str) -> tuple[str, int] | None:
        """The longest entry."""
        assert name.split(".")[-2:] == root.split(".")
        entry = next((one for one in suffixes(name) if one in self.said), None)
        return (entry, list(self.said).index(entry)) if entry else None

    def few(self, list: str) -> Sequence[str] | None:
        """The names of a list that is not long."""
        names = [name for name, said in self.said.items() if any(one == list for one, how in said if how is not EXCEPT)]
        return None if list in self.long else names

    def count(self, list: str) -> int:
        """How many names it claims."""
        return sum(any(one == list for one, _ in said) for said in self.said.values())


def index(
    said: Mapping[str, Sequence[tuple[str, How]]], *patterns: tuple[str, str], long: Sequence[str] = ()
) -> ListedIndex:
    """The index over these."""
    table = Table(said, [(re.compile(text), list) for text, list in patterns], frozenset(long))
    return ListedIndex(DictIndex({"own.example": Match(OWN, HostKind.SITE, "own.example")}), table, MEANINGS, NEVER)


@pytest.mark.parametrize(
    ("said", "name", "expected"),
    [
        pytest.param({"a.test": [("one", WITHIN)]}, "a.test", "first a.test", id="a listed host"),
        pytest.param({"a.test": [("one", WITHIN)]}, "x.y.a.test", "first a.test", id="and below it"),
        pytest.param({"a.test": [("one", WITHIN)]}, "nota.test", None, id="never by letters alone"),
        pytest.param({"a.test": [("one", EXACT)]}, "a.test", "first a.test", id="one host alone"),
        pytest.param({"a.test": [("one", EXACT)]}, "x.a.test", None, id="and nothing below that"),
        pytest.param({"a.own.example": [("one", WITHIN)]}, "a.own.example", "own own.example", id="own entries win"),
        pytest.param({"example": [("one", WITHIN)]}, "own.example", "own own.example", id="also from below"),
        pytest.param(
            {"b.test": [("one", WITHIN)], "a.b.test": [("two", WITHIN)]}, "x.a.b.test", "second a.b.test", id="longest"
        ),
        pytest.param(
            {"a.test": [("two", WITHIN), ("one", WITHIN)]}, "a.test", "first a.test", id="the first list of the site"
        ),
        pytest.param(
            {"a.test": [("two", WITHIN), ("one", EXACT)]}, "x.a.test", "second a.test", id="that claims the name at all"
        ),
        pytest.param(
            {"b.test": [("one", WITHIN)], "a.b.test": [("one", EXCEPT)]}, "x.a.b.test", None, id="an exception"
        ),
        pytest.param(
            {"b.test": [("one", WITHIN), ("two", WITHIN)], "a.b.test": [("one", EXCEPT)]},
            "a.b.test", "second b.test", id="holds for its own list alone",
        ),
        pytest.param(
            {"b.test": [("one", WITHIN)], "a.b.test": [("one", EXCEPT)]}, "c.b.test", "first b.test", id="and its names"
        ),
        pytest.param(
            {"b.test": [("one", WITHIN)], "a.b.test": [("two", EXACT)]},
            "x.a.b.test", "first b.test", id="what is claimed alone hides nothing above",
        ),
        pytest.param({"a.test": [("gone", WITHIN)]}, "a.test", None, id="a list that nobody names any more"),
        pytest.param({"shared.example": [("one", WITHIN)]}, "shared.example", None, id="what the web shares"),
        pytest.param({"shared.example": [("one", WITHIN)]}, "x.shared.example", None, id="nor below it by that"),
        pytest.param({"test": [("one", WITHIN)]}, "a.test", None, id="nor what is above what the web shares"),
        pytest.param(
            {"x.shared.example": [("one", WITHIN)]}, "x.shared.example", "first x.shared.example", id="a part of it may"
        ),
    ],
)  # fmt: skip
def test_precedence(said: Mapping[str, Sequence[tuple[str, How]]], name: str, expected: str | None) -> None:
    """Own entries, then what is shared, then the longest entry, then the order of the site."""
    found = index(said).find(name)
    assert (f"{found.service.id} {found.entry}" if found else None) == expected


@pytest.mark.parametrize(
    ("said", "patterns", "name", "expected"),
    [
        pytest.param({}, [("tok", "one")], "tiktok.invalid", "first", id="a keyword"),
        pytest.param({}, [("tok", "two"), ("tik", "one")], "tiktok.invalid", "first", id="the first list"),
        pytest.param({}, [("^tok", "one")], "tiktok.invalid", None, id="does not fit"),
        pytest.param({}, [("tok", "gone")], "tiktok.invalid", None, id="of no list of the site"),
        pytest.param({}, [("own", "one")], "own.example", "own", id="own entries win"),
        pytest.param({}, [("shared", "one")], "shared.example", None, id="what is shared"),
        pytest.param({}, [("shared", "one")], "x.shared.example", None, id="and all that is below it"),
        pytest.param({}, [("test", "one")], "test", None, id="and above"),
        pytest.param({"a.invalid": [("two", WITHIN)]}, [("a.in", "one")], "a.invalid", "second", id="entries before"),
        pytest.param({"a.invalid": [("one", EXCEPT)]}, [("a.in", "one")], "x.a.invalid", None, id="but for exceptions"),
        pytest.param({"a.invalid": [("two", EXCEPT)]}, [("a.in", "one")], "a.invalid", "first", id="of the same list"),
    ],
)
def test_patterns(
    said: Mapping[str, Sequence[tuple[str, How]]], patterns: Sequence[tuple[str, str]], name: str, expected: str | None
) -> None:
    """They are tried last, and never on what the web shares."""
    found = index(said, *patterns).find(name)
    assert (found.service.id if found else None) == expected


def test_what_the_resolver_may_mind() -> None:
    """The hosts of short lists that decide; of long ones how many there are, by service."""
    said = {
        "a.test": [("one", WITHIN), ("two", WITHIN)],
        "b.own.example": [("one", WITHIN)],
        "cdn.test": [("one", WITHIN)],
        "c.invalid": [("two", WITHIN)],
    }
    assert list(index(said).names()) == [("a.test", "first"), ("c.invalid", "second")]
    assert index(said).beyond() == {}
    both = index(said, long=["one", "two"])
    assert (list(both.names()), both.beyond()) == ([], {"first": 3, "second": 2})


def test_the_kind_is_the_list_s() -> None:
    """What a host is for stands with the list; a catalogue asks its index."""
    catalogue = Catalogue([OWN, FIRST, SECOND], index({"a.test": [("two", WITHIN)]}))
    assert catalogue.match_name("A.test.") == Match(SECOND, HostKind.API, "a.test")
