"""Nobody recovers a hidden figure from all that reports show over several weeks; planted weaknesses are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.reported import Slice
from agent.core.smallcounts import FEW
from agent.report.editions import edition_of
from agent.report.figures import Edition, Measure, Week
from agent.report.measures import Before
from tests.report.attack import Shown, attack, shown_by
from tests.report.school import CATEGORY_OF, DAYS, PERIODS, ZONES, report, slice_of

PEOPLE = 12
WEEKS = 3

a_slice = st.builds(
    slice_of,
    st.integers(0, PEOPLE - 1),
    st.sampled_from(sorted(CATEGORY_OF)),
    st.integers(1, 9),
    st.integers(0, DAYS - 1),
    st.sampled_from(PERIODS),
    st.sampled_from(ZONES),
)
a_week = st.lists(a_slice, max_size=40)


def reports(weeks: Sequence[list[Slice]]) -> list[Week]:
    """The reports of weeks in a row, each beside what those before it told."""
    told: list[Week] = []
    for number, slices in enumerate(weeks):
        moved = [
            slice_of(one.who[0], one.service, one.minutes, one.who[1], one.period, one.zone, number) for one in slices
        ]
        told.append(report(moved, number, Before(told[-1] if told else None, tuple(told))))
    return told


def attacked(weeks: Sequence[list[Slice]]) -> None:
    """Attack the weeks with everything, their comparisons and their term too."""
    told = reports(weeks)
    term = edition_of(Edition.TERM, "term", told)
    for place, week in enumerate(told[1:], 1):
        assert week.minutes.visited.total.last == told[place - 1].minutes.visited.total.minutes
    whole = [week.minutes.visited.total.minutes for week in told]
    known = [minutes for minutes in whole if isinstance(minutes, int)]
    assert term.minutes.visited.total.minutes == (sum(known) if known else FEW)
    assert [found for found in attack(told) if found.recovered] == []


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(a_week, min_size=1, max_size=2))
def test_nothing_is_recovered(weeks: list[list[Slice]]) -> None:
    """Of random weeks no hidden figure is recovered."""
    attacked(weeks)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(a_week, min_size=1, max_size=WEEKS))
def test_nothing_is_recovered_of_many(weeks: list[list[Slice]]) -> None:
    """The same of many more weeks, three in a row."""
    attacked(weeks)


FIVE = [slice_of(person, minutes=3) for person in range(5, 10)]
OTHERS = [slice_of(person, period="break", zone="staff-room", minutes=4) for person in range(5, 12)]


@pytest.mark.parametrize(
    "slices",
    [
        pytest.param([*FIVE, slice_of(0, minutes=2)], id="the head alone beside five teachers"),
        pytest.param([*FIVE, slice_of(0, "orkut", 7)], id="one service of one person"),
        pytest.param([*FIVE, *OTHERS, slice_of(1, period="closed", minutes=1)], id="one minute at night"),
        pytest.param([*FIVE, *OTHERS, slice_of(11, day=1)], id="one person on one day"),
        pytest.param([*FIVE, slice_of(1, "flickr"), slice_of(2, "flickr")], id="a category of two people"),
        pytest.param([slice_of(person) for person in range(4)], id="four people in all"),
        pytest.param([*OTHERS, *[slice_of(person, "linkup") for person in range(4)]], id="four at one service"),
        pytest.param([], id="nothing"),
    ],
)
def test_hard_weeks(slices: list[Slice]) -> None:
    """Weeks that are made to be found out are not, each with an ordinary one before it."""
    attacked([[*FIVE, *OTHERS], slices])


def careless(measure: Measure) -> Iterator[Shown]:
    """A report that hides what is small, and nothing beside it: the one small part of a table is total less parts."""
    for shown in shown_by(measure):
        if shown.name == "roles teacher":
            yield shown._replace(figure=15)
        else:
            yield shown


def test_a_table_without_secondary_suppression_is_found_out() -> None:
    """Told that teachers have 15 of 17 minutes, the attack knows that support staff and head have two."""
    told = reports([[*FIVE, slice_of(0, minutes=2)]])
    assert [found for found in attack(told) if found.recovered] == []
    broken = {found.name for found in attack(told, show=careless) if found.most <= 2}
    assert {"roles headteacher", "roles support-staff"} <= broken


def test_one_hidden_part_is_recovered() -> None:
    """Where a single part is hidden, the attack finds it exactly."""
    told = reports([[*FIVE, *OTHERS]])[0]
    visited = told.minutes.visited
    periods = replace(
        visited.periods,
        lines=tuple(replace(one, minutes=FEW) if one.name == "break" else one for one in visited.periods.lines),
        rest=28,
    )
    weak = replace(told, minutes=replace(told.minutes, visited=replace(visited, periods=periods, heat=())))
    assert any(found.recovered and found.name == "periods break" and found.least == 28 for found in attack([weak]))


def test_a_term_of_the_record_itself_is_found_out() -> None:
    """A term's sum over the record, not over what was told, gives away the week that is hidden."""
    small = [slice_of(person) for person in range(3)]
    told = reports([[*FIVE, *OTHERS], small])
    assert [found for found in attack(told) if found.recovered] == []
    term = [("total", lambda box: True, 43 + 3)]
    assert any(found.recovered and found.name == "total" and found.least == 3 for found in attack(told, term))
