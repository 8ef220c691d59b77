"""Who holds which office at the school: to whom a concern goes, who approves, who is asked about data.

An office is held by one person or by several (a safeguarding lead and two deputies); an officer who also stands
in people.csv is named there by the person's id, so that nobody decides on their own case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Office(StrEnum):
    """An office that Breaktime knows by a word of its own."""

    HEADTEACHER = "headteacher"
    CHAIR_OF_GOVERNORS = "chair-of-governors"
    GOVERNOR = "governor"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    DATA_PROTECTION_OFFICER = "data-protection-officer"
    SOCIAL_MEDIA_MANAGER = "social-media-manager"
    INVESTIGATOR = "investigator"
    HUMAN_RESOURCES = "human-resources"
    TECHNICIAN = "technician"
    DESIGNATED_OFFICER = "designated-officer"

    @property
    def words(self) -> str:
        """The office as a sentence names it: `the chair of governors`."""
        return _WORDS.get(self, f"the {self.value.replace('-', ' ')}")


_WORDS = {
    Office.SAFEGUARDING_LEAD: "the designated safeguarding lead",
    Office.DESIGNATED_OFFICER: "the local authority's designated officer",
    Office.HUMAN_RESOURCES: "human resources",
    Office.GOVERNOR: "a governor",
    Office.INVESTIGATOR: "an investigator",
}


@dataclass(frozen=True, slots=True)
class Officer:
    """One holder of an office. `title` is what the school calls it, `person` the id in people.csv, or ""."""

    office: Office
    email: str
    title: str = ""
    person: str = ""
    phone: str = ""

    @property
    def named(self) -> str:
        """The office in the school's own words, or in ours."""
        return self.title or self.office.words


@dataclass(frozen=True, slots=True)
class Officers:
    """Every officer in the order of the file; empty where the site names none."""

    all: tuple[Officer, ...] = ()

    @classmethod
    def of_each(cls, officers: Iterable[Officer]) -> Officers:
        """The officers, as many as there are."""
        return cls(tuple(officers))

    def of(self, office: Office) -> tuple[Officer, ...]:
        """Who holds that office; empty where nobody does."""
        return tuple(officer for officer in self.all if officer.office is office)

    def hold(self, person: str) -> frozenset[Office]:
        """The offices that a person of people.csv holds."""
        return frozenset(officer.office for officer in self.all if person and officer.person == person)
