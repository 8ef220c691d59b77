"""Who calls at the console, and in which capacities: by an office, as the technician, as a member of staff.

An office comes from the list of officers alone, which head or chair of governors keep; being a technician comes
from the invitation. Nobody is both: who keeps the machine has no part in case work, and then the office is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agent.core.offices import Office, Officer


class Capacity(StrEnum):
    """What somebody may come as. All but the last two are offices; `staff` is everybody who stands in people.csv."""

    HEADTEACHER = "headteacher"
    CHAIR_OF_GOVERNORS = "chair-of-governors"
    GOVERNOR = "governor"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    DATA_PROTECTION_OFFICER = "data-protection-officer"
    SOCIAL_MEDIA_MANAGER = "social-media-manager"
    INVESTIGATOR = "investigator"
    TECHNICIAN = "technician"
    STAFF = "staff"


Capacities = frozenset[Capacity]
ALL: Capacities = frozenset(Capacity)
"""Everybody who has signed in."""


def capacities(*these: Capacity) -> Capacities:
    """Those that a page is for."""
    return frozenset(these)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has signed in: their id, office (None: none), their own id in people.csv ("": not there).

    `holder` is who the office is held by, as the list of officers says: it keeps an officer from their own case, and
    opens nothing, as whoever appoints an officer may write any id there.
    """

    id: str
    office: Office | None = None
    person: str = ""
    technician: bool = False
    holder: str = ""

    @classmethod
    def of(cls, id: str, person: str, technician: bool, officers: Iterable[Officer]) -> Caller:
        """The caller of that id, with the office that the list of officers gives; a technician has none."""
        held = next((one for one in officers if one.id == id), None)
        if technician or held is None or held.office is Office.TECHNICIAN:
            return cls(id, None, person, technician or (held is not None and held.office is Office.TECHNICIAN))
        return cls(id, held.office, person, holder=held.person or person)

    @property
    def capacities(self) -> Capacities:
        """Everything that this caller may come as."""
        found = [Capacity(self.office.value)] if self.office else []
        found += [Capacity.TECHNICIAN] if self.technician else []
        found += [Capacity.STAFF] if self.person else []
        return frozenset(found)

    @property
    def officer(self) -> Officer | None:
        """The officer that the desk of case work is asked with; None for who has no office."""
        return Officer(self.id, self.office, self.holder) if self.office else None

    def may(self, who: Capacities) -> bool:
        """True if a page for these is for this caller; one for all is also for who has no capacity yet."""
        return who == ALL or bool(self.capacities & who)
