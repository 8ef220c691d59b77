"""The days ahead in one place as one policy tells them apart: stretches in which the clock changes no condition.

The bell of the client says period and day, the bell of the zone whether pupils are about; what a policy does not
ask about does not part a day. Each day is worked out once and remembered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from agent.core.calendar import DayKind
from agent.core.clients import Zone
from agent.core.engine import Situation
from agent.core.kinds import PLACES, Kinds
from agent.core.pupils import Presence, Pupils
from agent.core.remembered import Remembered
from agent.core.timetable import DAY_MINUTES, Moment, PeriodKind, Timetable

HORIZON_DAYS = 70
"""Longer than the longest holiday; what does not change in it is said not to change."""

_PERIOD, _DAY, _PUPILS = PLACES["period"], PLACES["day"], PLACES["pupils"]


class Stretch(NamedTuple):
    """What the clock says from `starts` (`stamp` in epoch seconds), and what that adds to the kind of facts."""

    stamp: float
    starts: datetime
    period: PeriodKind
    day: DayKind
    pupils: Pupils
    kind: int


class Place(NamedTuple):
    """Everything that the clock's answer turns on: two bells, a person's free periods, zone and room, who declares."""

    bell: str
    person: str | None
    zone_bell: str
    zone: Zone
    pupils: Pupils | None
    room: str


_Bells = tuple[str, str | None, str]
"""The client's bell, the person if the times are own ones, and the zone's bell."""

_Hour = tuple[float, Moment, Moment]
"""An instant, and what the two bells say from then on."""


class Reach(NamedTuple):
    """What some days have at all: the kinds of their stretches, and a stretch of each."""

    kinds: frozenset[int]
    stretches: tuple[Stretch, ...]


class Days:
    """The days by one timetable and the conditions of one policy."""

    __slots__ = ("_days", "_every", "_kinds", "_presence", "_reach", "_timetable")

    LIMIT = 20_000

    def __init__(self, timetable: Timetable, kinds: Kinds, presence: Presence = Presence()) -> None:
        self._timetable = timetable
        self._presence = presence
        self._kinds = kinds
        self._days: Remembered[tuple[Place, date], tuple[Stretch, ...]] = Remembered(self.LIMIT)
        self._every: Remembered[tuple[_Bells, date], tuple[_Hour, ...]] = Remembered(self.LIMIT)
        self._reach: Remembered[tuple[Place, date], Reach] = Remembered(self.LIMIT)

    def place(self, situation: Situation) -> Place:
        """Where and by which bells a situation is."""
        client, timetable = situation.client, self._timetable
        person = timetable.own_times(client.person)
        bells = timetable.bell_of(client).id, timetable.bell_of_zone(client.zone, client.room).id
        return Place(bells[0], person, bells[1], client.zone, situation.pupils, client.room)

    def at(self, place: Place, instant: datetime) -> Stretch:
        """The stretch that an instant falls in, told as if it began there."""
        today = self._of(place, self._date(instant))
        stamp = instant.timestamp()
        here = today[bisect_right(today, stamp, key=_stamp) - 1]
        return here._replace(stamp=stamp, starts=instant)

    def after(self, place: Place, instant: datetime) -> Iterator[Stretch]:
        """Every later stretch up to the horizon, in order."""
        now, today = instant.timestamp(), self._date(instant)
        for offset in range(HORIZON_DAYS + 1):
            for stretch in self._of(place, today + timedelta(days=offset)):
                if stretch.stamp > now:
                    yield stretch

    def reach(self, place: Place, instant: datetime) -> Reach:
        """What there is at all from `instant` to the horizon, and perhaps something of the week around either."""
        today = self._date(instant)
        monday = today - timedelta(days=today.weekday())
        known = self._reach.get((place, monday))
        if known is None:
            one_of_each = {stretch.kind: stretch for stretch in self._all(place, monday)}
            known = self._reach[place, monday] = Reach(frozenset(one_of_each), tuple(one_of_each.values()))
        return known

    def _date(self, instant: datetime) -> date:
        return instant.astimezone(self._timetable.calendar.zone).date()

    def _of(self, place: Place, on: date) -> tuple[Stretch, ...]:
        key = (place, on)
        known = self._days.get(key)
        if known is None:
            known = self._days[key] = tuple(self._worked_out(place, on))
        return known

    def _worked_out(self, place: Place, on: date) -> Iterator[Stretch]:
        last = -1
        for hour in self._clock_of(place, on):
            stretch = self._stretch(place, hour)
            if stretch.kind != last:
                yield stretch
            last = stretch.kind

    def _stretch(self, place: Place, hour: _Hour) -> Stretch:
        stamp, mine, there = hour
        at = datetime.fromtimestamp(stamp, self._timetable.calendar.zone)
        pupils = place.pupils or self._presence.at(place.zone, place.room, there, at)
        starts = next((one.starts for one in (there, mine) if one.starts.timestamp() == stamp), at)
        return Stretch(stamp, starts, mine.period, mine.day, pupils, self._kind(mine.period, mine.day, pupils))

    def _all(self, place: Place, monday: date) -> Iterable[Stretch]:
        """Every stretch, or one of each kind, from a Monday to the horizon of that week's Sunday."""
        if self._presence.is_own(place.zone, place.room):
            days = (monday + timedelta(days=offset) for offset in range(HORIZON_DAYS + 7))
            return (stretch for day in days for stretch in self._of(place, day))
        return (self._stretch(place, hour) for hour in self._hours(place[:3], monday))

    def _clock_of(self, place: Place, on: date) -> Iterable[_Hour]:
        """The same as `_clock`, and each time at which pupils come or go by the room's own times or a declaration."""
        clock = self._clock(place[:3], on)
        if not self._presence.is_own(place.zone, place.room):
            return clock
        hours = list(clock)
        first, last = (self._timetable.instant(on, minute).timestamp() for minute in (0, DAY_MINUTES))
        minutes = self._presence.minutes(place.room, on.weekday())
        own = {self._timetable.instant(on, minute).timestamp() for minute in minutes}
        own |= {edge for edge in self._presence.edges(place.zone, place.room) if first < edge < last}
        stamps = [hour[0] for hour in hours]
        more = [(stamp, *hours[bisect_right(stamps, stamp) - 1][1:]) for stamp in own - set(stamps)]
        return sorted((*hours, *more), key=lambda hour: hour[0])

    def _hours(self, bells: _Bells, monday: date) -> Iterable[_Hour]:
        """What the two bells say at all from a Monday to the horizon of that week's Sunday."""
        known = self._every.get((bells, monday))
        if known is None:
            days = (self._clock(bells, monday + timedelta(days=offset)) for offset in range(HORIZON_DAYS + 7))
            said = {(hour[1].period, hour[1].day, hour[2].period): hour for day in days for hour in day}
            known = self._every[bells, monday] = tuple(said.values())
        return known

    def _clock(self, bells: _Bells, on: date) -> Iterator[_Hour]:
        """Each time of the day at which either bell says something new, and what both say then."""
        bell, person, zone_bell = bells
        mine = self._timetable.times(on, self._timetable.bells[bell], person)
        theirs = self._timetable.times(on, self._timetable.bells[zone_bell], None)
        if mine is theirs:
            return zip(mine.stamps, mine.moments, mine.moments, strict=True)
        stamps = sorted({*mine.stamps, *theirs.stamps})
        return ((stamp, mine.at(stamp), theirs.at(stamp)) for stamp in stamps)

    def _kind(self, period: PeriodKind, day: DayKind, pupils: Pupils) -> int:
        part = self._kinds.part
        return part(_PERIOD, period) | part(_DAY, day) | part(_PUPILS, pupils)


def _stamp(stretch: Stretch) -> float:
    return stretch.stamp
