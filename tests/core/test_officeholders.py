"""Officeholders: who holds which office, and what it is called."""

from __future__ import annotations

import pytest

from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office

HEAD = Officeholder(Office.HEADTEACHER, "head@school.example", person="head-01")
LEADS = tuple(
    Officeholder(Office.SAFEGUARDING_LEAD, f"{name}@school.example", title=name, person=name)
    for name in ("lead", "deputy")
)
BOTH = Officeholder(Office.INVESTIGATOR, "lead@school.example", person="lead")
OFFICERS = Officeholders.of_each((HEAD, *LEADS, BOTH))


def test_an_office_may_be_held_by_several() -> None:
    """All who hold it, in the order of the file; nobody where it is vacant."""
    assert OFFICERS.of(Office.SAFEGUARDING_LEAD) == LEADS
    assert OFFICERS.of(Office.GOVERNOR) == ()


@pytest.mark.parametrize(
    ("person", "offices"),
    [
        pytest.param("head-01", {Office.HEADTEACHER}, id="one office"),
        pytest.param("lead", {Office.SAFEGUARDING_LEAD, Office.INVESTIGATOR}, id="two offices"),
        pytest.param("teacher-01", set(), id="no office"),
        pytest.param("", set(), id="nobody is not every officer without an id"),
    ],
)
def test_the_offices_of_a_person(person: str, offices: set[Office]) -> None:
    """A person holds the offices under which their id stands."""
    assert (
        Officeholders.of_each((*OFFICERS.all, Officeholder(Office.GOVERNOR, "g@school.example"))).offices(person)
        == offices
    )


@pytest.mark.parametrize(
    ("officer", "words"),
    [
        pytest.param(HEAD, "the headteacher", id="the word of the office"),
        pytest.param(Officeholder(Office.CHAIR_OF_GOVERNORS, ""), "the chair of governors", id="hyphens are spaces"),
        pytest.param(Officeholder(Office.SAFEGUARDING_LEAD, ""), "the designated safeguarding lead", id="full name"),
        pytest.param(LEADS[1], "deputy", id="the school's own title"),
    ],
)
def test_an_officer_is_named_in_words(officer: Officeholder, words: str) -> None:
    """The school's own title first, else the office as a sentence has it."""
    assert officer.named == words
