"""What stays of a week: sums of many, never of few, added up once and from whole days."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.core.decision import Verdict
from agent.core.tally import Counts, Minutes
from agent.store import Store
from agent.store.tables import totals
from agent.store.totals import FEWEST, Line, add_up, stored, week_of
from tests.store.forgetting import MONDAY, day
from tests.store.making import LONDON, MINUTE, SITE

LATER = MONDAY + timedelta(days=30)
TEACHERS: Line = ("teacher", "lesson", "facebook", "social-network", "visit", "block")
STAFF: Line = ("staff", *TEACHERS[1:])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, SITE, LONDON) as store:
        yield store


def people(count: int, number: int = 0, minutes: int = 1, first: int = 0, **other: str) -> Minutes:
    """So many people, each with so many minutes, on that day."""
    at = MINUTE._replace(minute=MINUTE.minute + 1440 * number)._replace(**other)  # type: ignore[arg-type]
    return {
        at._replace(minute=at.minute + minute, person=f"p-{first + person}", device=f"d-{first + person}"): Counts(1, 2)
        for person in range(count)
        for minute in range(minutes)
    }


def found(store: Store) -> dict[Line, int]:
    """Minutes by line, over all weeks."""
    with store._database.reading() as connection:
        lines = Counter[Line]()
        for _, line, minutes, _ in stored(connection, SITE):
            lines[line] += minutes
    return dict(lines)


def add(store: Store, on: date = MONDAY, today: date = LATER) -> str | None:
    return add_up(store._database, SITE, on, today)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param([people(FEWEST)], {TEACHERS: 5}, id="just enough people and minutes"),
        pytest.param([people(FEWEST - 1, minutes=60)], {}, id="many minutes of too few people"),
        pytest.param([people(2, n, minutes=9) for n in range(5)], {}, id="two people on each day are two people"),
        pytest.param([people(5, 0), people(2, 1)], {TEACHERS: 7}, id="people enough on one of the days"),
        pytest.param(
            [people(5), people(3, first=10, role="governor"), people(1, first=20, role="headteacher")],
            {TEACHERS: 5},
            id="small roles are not shown, nor told by what is missing",
        ),
        pytest.param(
            [people(5, minutes=2), people(5, first=30, role="governor", period="break")],
            {TEACHERS: 10, ("governor", "break", *TEACHERS[2:]): 5},
            id="lines are told apart",
        ),
        pytest.param(
            [people(3), {k: Counts(9) for k in people(5, 1, role="trainee")}, people(3, 2, role="governor")],
            {("trainee", *TEACHERS[1:]): 5},
            id="two small roles of three people each stay small together",
        ),
        pytest.param([people(0)], {}, id="nothing"),
    ],
)
def test_lines(store: Store, written: list[Minutes], expected: dict[Line, int]) -> None:
    """A line is stored if it has 5 minutes, and 5 people on some one day."""
    for minutes in written:
        store.write(minutes)
    assert add(store) == ("2026-W48" if expected else None)
    assert found(store) == expected


def test_small_roles_together(store: Store) -> None:
    """Roles too small for a line are put together; a role of five minutes of five people each is not among them."""
    store.write(people(6, role="teacher", minutes=1))
    one = MINUTE._replace(person="", device="")
    store.write({one._replace(role=role): Counts(1) for role in ("governor", "headteacher")})
    assert add(store) == "2026-W48"
    assert found(store) == {TEACHERS: 6}


def test_a_minute_of_somebody_counts_once(store: Store) -> None:
    """Two devices and two activities in one minute are one minute; requests and bytes are all summed."""
    store.write(people(5))
    store.write({minute._replace(device="phone", activity="post"): Counts(1, 2) for minute in people(5)})
    add(store)
    with store._database.reading() as connection:
        assert list(stored(connection, SITE)) == [("2026-W48", TEACHERS, 5, (10, 20, 0))]


def test_a_week_is_added_up_once_over_all_its_days(store: Store) -> None:
    """When Monday goes the whole week is summed; when Tuesday goes nothing is added again."""
    for number in range(7):
        store.write(people(5, number))
    store.write(people(5, 7))
    assert [add(store, day(number)) for number in range(8)] == ["2026-W48", *[None] * 6, "2026-W49"]
    assert found(store) == {TEACHERS: 40}


def test_short_retention_adds_up_in_parts(store: Store) -> None:
    """Where records live for two days, each part of a week is summed from whole days, and no day twice or never."""
    for number in range(7):
        store.write(people(5, number))
        forgotten = number - 2
        if forgotten >= 0:
            add(store, day(forgotten), day(number))
    for number in (5, 6):
        add(store, day(number), LATER)
    assert found(store) == {TEACHERS: 35}


def test_a_part_too_small_is_nowhere(store: Store) -> None:
    """A week of which nothing could be stored is looked at again with fewer days, and still nothing is stored."""
    for number in range(3):
        store.write(people(4, number))
    assert [add(store, day(number)) for number in range(3)] == [None] * 3
    assert found(store) == {}


@pytest.mark.parametrize(
    ("on", "week"),
    [
        (date(2026, 11, 23), "2026-W48"),
        (date(2026, 11, 29), "2026-W48"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2025, 12, 29), "2026-W01"),
    ],
)
def test_week_of(on: date, week: str) -> None:
    """ISO weeks, over the turn of the year too."""
    assert week_of(on) == week


def test_nothing_of_a_person(store: Store) -> None:
    """Another verdict is another line; no column tells who, on what device, or where."""
    blocked = people(5)
    store.write(blocked | {minute._replace(verdict=Verdict.ALLOW, zone="office"): Counts(1) for minute in blocked})
    add(store)
    assert found(store) == {TEACHERS: 5, (*TEACHERS[:5], "allow"): 5}
    assert not {"person", "device", "zone", "authorisation"} & set(totals.c.keys())
