"""Who holds which office at the school: to whom a concern goes, who is told, who is asked about data.

An office is held by one person or by several (a safeguarding lead and two deputies). A holder who also stands in
people.csv is named there by the person's id, so that no concern about somebody is shown to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.core.offices import Office

_CALLED = {
    Office.SAFEGUARDING_LEAD: "the designated safeguarding lead",
    Office.GOVERNOR: "a governor",
    Office.INVESTIGATOR: "the investigator",
}


def called(office: Office) -> str:
    """The office as a sentence names it: `the chair of governors`."""
    return _CALLED.get(office, f"the {office.value.replace('-', ' ')}")


@dataclass(frozen=True, slots=True)
class Officeholder:
    """One holder of an office. `title` is what the school calls it, `person` the id in people.csv; "" where unsaid."""

    office: Office
    email: str
    title: str = ""
    person: str = ""
    phone: str = ""

    @property
    def named(self) -> str:
        """The office in the school's own words, or in ours."""
        return self.title or called(self.office)


@dataclass(frozen=True, slots=True)
class Officeholders:
    """Every holder in the order of the file; empty where the site names none."""

    all: tuple[Officeholder, ...] = ()

    @classmethod
    def of_each(cls, holders: Iterable[Officeholder]) -> Officeholders:
        """The holders, as many as there are."""
        return cls(tuple(holders))

    def of(self, office: Office) -> tuple[Officeholder, ...]:
        """Who holds that office; empty where nobody does."""
        return tuple(holder for holder in self.all if holder.office is office)

    def offices(self, person: str) -> frozenset[Office]:
        """The offices that a person of people.csv holds."""
        return frozenset(holder.office for holder in self.all if person and holder.person == person)
