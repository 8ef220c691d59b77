"""Who calls, and in which capacities."""

from __future__ import annotations

import pytest

from agent.core.callers import ALL, Caller, Capacity, capacities
from agent.core.offices import Office, Officer

OFFICERS = [Officer("head-1", Office.HEADTEACHER, "head-01"), Officer("tech-1", Office.TECHNICIAN)]


@pytest.mark.parametrize(
    ("id", "person", "technician", "expected"),
    [
        pytest.param("teacher-1", "teacher-01", False, {Capacity.STAFF}, id="staff"),
        pytest.param("head-1", "head-01", False, {Capacity.HEADTEACHER, Capacity.STAFF}, id="an officer of the staff"),
        pytest.param("head-1", "", False, {Capacity.HEADTEACHER}, id="whom the list alone ties to somebody"),
        pytest.param("head-1", "", True, {Capacity.TECHNICIAN}, id="both: the office is left out"),
        pytest.param("tech-1", "", False, {Capacity.TECHNICIAN}, id="a technician of the list of officers"),
        pytest.param("new-1", "", False, set(), id="nothing yet"),
    ],
)
def test_capacities(id: str, person: str, technician: bool, expected: set[Capacity]) -> None:
    """An office comes from the list alone, and nobody is technician and officer."""
    caller = Caller.of(id, person, technician, OFFICERS)
    assert caller.capacities == expected
    assert (caller.officer is None) == (caller.office is None)


def test_may() -> None:
    """A page is for whoever has one of its capacities; one for all is for whoever signed in."""
    head, nobody = Caller.of("head-1", "", False, OFFICERS), Caller("new-1")
    assert head.may(capacities(Capacity.HEADTEACHER))
    assert not head.may(capacities(Capacity.INVESTIGATOR))
    assert nobody.may(ALL)
    assert not nobody.may(capacities(Capacity.STAFF))


def test_the_officer_is_the_one_of_the_list() -> None:
    """The desk of case work is asked with the list's own words."""
    assert Caller.of("head-1", "", False, OFFICERS).officer == OFFICERS[0]


def test_an_officer_is_nobody_by_the_list() -> None:
    """Whom the list of officers names keeps from an own case and opens no record; one's own name does."""
    assert Caller.of("head-1", "", False, OFFICERS).person == ""
    assert Caller.of("head-1", "teacher-05", False, OFFICERS).person == "teacher-05"


def test_every_office_is_a_capacity() -> None:
    """No office is without a way in."""
    assert {office.value for office in Office} | {"staff"} == set(Capacity)
