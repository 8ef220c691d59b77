"""The offices of a school that have a part in case work: who is asked, who looks, who is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Office(StrEnum):
    """What somebody is at the school. Each has its own rights (`casework.py`); a technician has none there."""

    INVESTIGATOR = "investigator"
    HEADTEACHER = "headteacher"
    CHAIR_OF_GOVERNORS = "chair-of-governors"
    GOVERNOR = "governor"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    DATA_PROTECTION_OFFICER = "data-protection-officer"
    SOCIAL_MEDIA_MANAGER = "social-media-manager"
    TECHNICIAN = "technician"

    @property
    def governs(self) -> bool:
        """True for the governing body, which decides where the headteacher cannot."""
        return self in (Office.CHAIR_OF_GOVERNORS, Office.GOVERNOR)


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who acts in case work: `id` stands in the audit, `person` in the school's list of people, if there.

    `person` tells whether a case is about the officer; governors are seldom in that list, and then it is "".
    """

    id: str
    office: Office
    person: str = ""
