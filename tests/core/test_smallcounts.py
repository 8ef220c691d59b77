"""Which figures are told: the rule, part by part, and what holds for every tree."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.smallcounts import FEW, THRESHOLD, Figure, Group, Part, Parts, Told, tell

DAY, NEXT = date(2026, 11, 23), date(2026, 11, 24)


def people(count: int, minutes: int = 0, first: int = 0, day: date = DAY) -> Part:
    """So many people of a day, with that many minutes between them or one each."""
    who = {day: frozenset(bytes([first + number]) for number in range(count))} if count else {}
    return Part(Group(minutes or count, who))


def whole(personal: bool = False, secret: bool = False, **parts: Part) -> Part:
    """A figure with one table of these parts."""
    group = Group.of(part.group for part in parts.values())
    return Part(group, {"table": Parts(parts, personal)}, secret)


def figures(told: Told) -> dict[str, Figure]:
    """What is told of each part of the table, and of the rest."""
    table = told.tables["table"]
    return {**{name: one.figure for name, one in table.by_name.items()}, "rest": table.rest}


@pytest.mark.parametrize(
    ("count", "minutes", "secret", "expected"),
    [
        pytest.param(5, 5, False, 5, id="five people"),
        pytest.param(4, 400, False, FEW, id="four people, however much"),
        pytest.param(0, 0, False, 0, id="nobody at all"),
        pytest.param(0, 0, True, FEW, id="nobody at all, where that is somebody's secret"),
    ],
)
def test_a_figure_by_itself(count: int, minutes: int, secret: bool, expected: Figure) -> None:
    """A figure is told of five people or more, and of nobody unless it is personal."""
    part = people(count, minutes)
    assert tell(Part(part.group, personal=secret)).figure == expected


@pytest.mark.parametrize(
    ("parts", "personal", "expected"),
    [
        pytest.param(
            {"a": people(5, 50), "b": people(6, 60, 10)}, False, {"a": 50, "b": 60, "rest": 0}, id="all are large"
        ),
        pytest.param(
            {"a": people(5, 50), "b": people(0), "c": people(0)},
            False,
            {"a": 50, "b": 0, "c": 0, "rest": 0},
            id="nobody in any other",
        ),
        pytest.param(
            {"a": people(5, 50), "b": people(0), "c": people(9, 90, 20)},
            True,
            {"a": FEW, "b": FEW, "c": 90, "rest": 50},
            id="nobody in another, which is personal",
        ),
        pytest.param(
            {"a": people(5, 50), "b": people(1, 7, 10), "c": people(9, 90, 20)},
            False,
            {"a": FEW, "b": FEW, "c": 90, "rest": 57},
            id="one small part takes the next with it",
        ),
        pytest.param(
            {"a": people(3, 9), "b": people(2, 7, 10), "c": people(9, 90, 20)},
            False,
            {"a": FEW, "b": FEW, "c": 90, "rest": 16},
            id="two small parts are enough together",
        ),
        pytest.param(
            {"a": people(3, 9), "b": people(2, 7), "c": people(9, 90, 20), "d": people(8, 8, 40)},
            False,
            {"a": FEW, "b": FEW, "c": 90, "d": FEW, "rest": 24},
            id="the same people in two small parts are not enough",
        ),
        pytest.param(
            {"a": people(3, 9, day=DAY), "b": people(2, 7, day=NEXT), "c": people(9, 90, 20)},
            False,
            {"a": FEW, "b": FEW, "c": FEW, "rest": 106},
            id="people of two days may be the same",
        ),
        pytest.param(
            {"a": people(5, 5, 30), "b": people(5, 6, 10), "c": people(1, 1, 20)},
            False,
            {"a": 5, "b": FEW, "c": FEW, "rest": 7},
            id="between equals pseudonyms decide, not names",
        ),
    ],
)
def test_a_table(parts: dict[str, Any], personal: bool, expected: dict[str, Figure]) -> None:
    """What is small is hidden, with so many others that what is hidden is not small together."""
    assert figures(tell(whole(personal, **parts))) == expected


def test_below_a_hidden_part_all_is_hidden() -> None:
    """A part that is hidden second hides its own parts, large as they may be."""
    large = whole(x=people(5, 20), y=people(5, 30, 5))
    told = tell(whole(a=large, b=people(1, 1, 40), c=people(20, 90, 60)))
    assert figures(told.tables["table"].by_name["a"]) == {"x": FEW, "y": FEW, "rest": FEW}
    assert figures(told) == {"a": FEW, "b": FEW, "c": 90, "rest": 51}


def test_a_figure_of_nothing_tells_its_parts() -> None:
    """Of nothing every part is nothing, personal or not."""
    assert figures(tell(whole(personal=True, a=people(0), b=people(0)))) == {"a": 0, "b": 0, "rest": 0}


def test_members() -> None:
    """Members that are counted are a group of themselves."""
    assert Group.counted(["p-1", "p-2", "p-1"]) == Group(2, {date.min: frozenset({b"p-1", b"p-2"})})
    assert Group.counted([]).people == 0


a_part = st.builds(
    lambda who, more, day: Part(Group(len(who) + more if who else 0, {day: frozenset(who)} if who else {})),
    st.sets(st.integers(0, 30).map(lambda number: bytes([number])), max_size=9),
    st.integers(0, 9),
    st.sampled_from((DAY, NEXT)),
)
some_parts = st.dictionaries(st.sampled_from("abcdef"), a_part, min_size=1)
a_tree = st.builds(
    lambda tables, personal, secret: whole(
        personal, secret, **{name: whole(personal, **parts) for name, parts in tables.items()}
    ),
    st.dictionaries(st.sampled_from("uvwxyz"), some_parts, min_size=1),
    st.booleans(),
    st.booleans(),
)


def _tables(part: Part, told: Told) -> Iterator[tuple[Part, Told, str]]:
    for name, parts in part.tables.items():
        yield part, told, name
        for one, below in parts.by_name.items():
            yield from _tables(below, told.tables[name].by_name[one])


@settings(max_examples=200, deadline=None)
@given(a_tree)
def test_every_table_of_every_tree(tree: Part) -> None:
    """What is told is true and of many; what is hidden is at least two parts, and of many together."""
    for part, told, name in _tables(tree, tell(tree)):
        parts, shown = part.tables[name].by_name, told.tables[name]
        hidden = [parts[one].group for one, each in shown.by_name.items() if each.figure is FEW]
        if told.figure is FEW:
            assert shown.rest is FEW
            assert len(hidden) == len(parts)
            continue
        for one, each in shown.by_name.items():
            assert each.figure in (FEW, parts[one].group.minutes)
            assert each.figure is FEW or each.figure == 0 or parts[one].group.people >= THRESHOLD
        assert shown.rest == sum(group.minutes for group in hidden)
        assert not hidden or (len(hidden) > 1 and Group.of(hidden).people >= THRESHOLD)
