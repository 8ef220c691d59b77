"""Whether pupils are about: by zone and period unless the school declares it. Unknown counts as present."""

from __future__ import annotations

from enum import StrEnum

from agent.core.calendar import DayKind
from agent.core.clients import Zone
from agent.core.timetable import PeriodKind


class Pupils(StrEnum):
    """Are pupils present where the client is?"""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


_TEACHING = frozenset({PeriodKind.LESSON, PeriodKind.REGISTRATION, PeriodKind.ASSEMBLY})
_PAUSES = frozenset({PeriodKind.BREAK, PeriodKind.LUNCH})
_EDGES = frozenset({PeriodKind.BEFORE_SCHOOL, PeriodKind.AFTER_SCHOOL})

_PRESENT: dict[Zone, frozenset[PeriodKind]] = {
    Zone.CLASSROOM: _TEACHING,
    Zone.PLAYGROUND: _TEACHING | _PAUSES,
    Zone.HALL: _TEACHING | _PAUSES,
}
_ABSENT: dict[Zone, frozenset[PeriodKind]] = {
    Zone.STAFF_ROOM: frozenset(PeriodKind),
    Zone.OFFICE: frozenset(PeriodKind),
    Zone.CLASSROOM: _PAUSES | _EDGES,
}


def pupils_at(zone: Zone, day: DayKind, period: PeriodKind) -> Pupils:
    """The default by the design's table, for the bell that the zone follows."""
    if day is not DayKind.SCHOOL or period in _ABSENT.get(zone, ()):
        return Pupils.ABSENT
    return Pupils.PRESENT if period in _PRESENT.get(zone, ()) else Pupils.UNKNOWN
