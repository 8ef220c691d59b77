"""Whether pupils are about: by zone and period, by a room's own timetable, or as somebody declares it.

What nothing says is unknown, which counts as present.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import product

from agent.core.calendar import DayKind
from agent.core.clients import Zone
from agent.core.timetable import Moment, PeriodKind, TimeRange


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


@dataclass(frozen=True, slots=True)
class Declaration:
    """Somebody on the spot says whether pupils are in a zone, or in a room (`place`), until `ends` (epoch seconds)."""

    place: str
    pupils: Pupils
    starts: float
    ends: float

    def holds(self, at: float) -> bool:
        """True from its beginning until just before its end."""
        return self.starts <= at < self.ends


@dataclass(frozen=True, slots=True)
class Presence:
    """What says whether pupils are about, the most specific first.

    A declaration for the room or the zone, the latest first; the room's own timetable (`rooms`: by room and weekday,
    Monday 0, the stretches in which pupils are in it); the design's table.
    """

    rooms: Mapping[str, Mapping[int, tuple[TimeRange, ...]]] = field(default_factory=dict)
    declared: tuple[Declaration, ...] = ()

    def declaring(self, declared: Iterable[Declaration]) -> Presence:
        """The same with these declarations and no others."""
        return replace(self, declared=tuple(declared))

    def at(self, zone: Zone, room: str, moment: Moment, at: datetime) -> Pupils:
        """Are pupils there? `moment` is what the bell of the place says at `at`."""
        if not self.rooms and not self.declared:
            return pupils_at(zone, moment.day, moment.period)
        stamp = at.timestamp()
        for one in reversed(self.declared):
            if one.place in (zone, room) and one.holds(stamp):
                return one.pupils
        if room not in self.rooms or moment.day is not DayKind.SCHOOL:
            return pupils_at(zone, moment.day, moment.period)
        local = at.astimezone(moment.starts.tzinfo)
        minute = local.hour * 60 + local.minute
        there = any(one.start <= minute < one.end for one in self.rooms[room].get(local.weekday(), ()))
        return Pupils.PRESENT if there else Pupils.ABSENT

    def is_own(self, zone: Zone, room: str) -> bool:
        """True if anything but the bell tells of this place."""
        return room in self.rooms or any(one.place in (zone, room) for one in self.declared)

    def minutes(self, room: str, weekday: int) -> set[int]:
        """The minutes of the day at which pupils come into a room or leave it by its own timetable."""
        return {edge for one in self.rooms.get(room, {}).get(weekday, ()) for edge in (one.start, one.end)}

    def edges(self, zone: Zone, room: str) -> set[float]:
        """The epoch seconds at which a declaration for this place begins or ends."""
        return {edge for one in self.declared if one.place in (zone, room) for edge in (one.starts, one.ends)}

    def possible(self, zone: Zone, room: str) -> set[Pupils]:
        """Everything that there may be at whatever time."""
        by_bell = {pupils_at(zone, day, period) for day, period in product(DayKind, PeriodKind)}
        by_room = {Pupils.PRESENT, Pupils.ABSENT} if room in self.rooms else set()
        return by_bell | by_room | {one.pupils for one in self.declared if one.place in (zone, room)}
