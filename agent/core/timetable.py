"""The bell: which period it is at an instant, and when that changes. Wall-clock minutes, half-open ranges."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from agent.core.calendar import Calendar, DayKind
from agent.core.clients import Client, Role, Zone
from agent.core.remembered import Remembered

DAY_MINUTES = 24 * 60


class PeriodKind(StrEnum):
    """What a stretch of the school day is for; `closed` is everything that no bell names."""

    LESSON = "lesson"
    TRAINING = "training"
    REGISTRATION = "registration"
    ASSEMBLY = "assembly"
    BREAK = "break"
    LUNCH = "lunch"
    BEFORE_SCHOOL = "before-school"
    AFTER_SCHOOL = "after-school"
    CLOSED = "closed"


DIRECTED = frozenset({PeriodKind.LESSON, PeriodKind.TRAINING, PeriodKind.REGISTRATION, PeriodKind.ASSEMBLY})


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Minutes on the clock, `start` included, `end` excluded; never across midnight. 1440 is 24:00."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY_MINUTES:
            raise ValueError("a range runs forward within one day, from 00:00 to 24:00")

    def overlaps(self, other: TimeRange) -> bool:
        """True if the two share a minute."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Period:
    """A named range of a bell on some weekdays (Monday is 0)."""

    kind: PeriodKind
    range: TimeRange
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True)
class Moment:
    """What the bell says from `starts` until just before `ends` (local, aware)."""

    day: DayKind
    period: PeriodKind
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """One date by one bell: what it says in order, and the epoch seconds from which each holds."""

    stamps: tuple[float, ...]
    moments: tuple[Moment, ...]

    def at(self, stamp: float) -> Moment:
        """What holds at an instant of the date, by the seconds and not by the clock on the wall.

        In an hour that comes twice, what has begun has begun.
        """
        return self.moments[bisect_right(self.stamps, stamp) - 1]


@dataclass(frozen=True, slots=True)
class _Day:
    """One weekday of a bell as boundaries (first is 0) and the period that begins at each."""

    starts: tuple[int, ...]
    kinds: tuple[PeriodKind, ...]


class Bell:
    """One bell: its periods by weekday, with everything between them `closed`. Immutable."""

    __slots__ = ("_days", "id", "periods")

    def __init__(self, id: str, periods: Iterable[Period]) -> None:
        """Raises ValueError if two periods share a minute of one weekday."""
        self.id = id
        self.periods = tuple(periods)
        self._days = tuple(_day(self.periods, weekday) for weekday in range(7))

    def on(self, weekday: int) -> _Day:
        """The boundaries of one weekday."""
        return self._days[weekday]


@dataclass(frozen=True, slots=True)
class BellUse:
    """Who follows a bell; the most specific use wins: person, then group, then room, then zone, then role."""

    bell: str
    persons: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    zones: frozenset[Zone] = frozenset()
    roles: frozenset[Role] = frozenset()
    rooms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FreePeriod:
    """A weekly stretch in which one person is not on directed time."""

    person: str
    weekday: int
    range: TimeRange


class Timetable:
    """The site's bells, their uses, free periods and calendar. Immutable; every answer takes the instant.

    The times of a date are worked out once and remembered, in a bounded table.
    """

    __slots__ = ("_free", "_known", "bells", "calendar", "default", "uses")

    LIMIT = 10_000

    def __init__(
        self,
        calendar: Calendar,
        bells: Mapping[str, Bell],
        default: str,
        uses: Iterable[BellUse] = (),
        free: Iterable[FreePeriod] = (),
    ) -> None:
        self.calendar = calendar
        self.bells = dict(bells)
        self.default = default
        self.uses = tuple(uses)
        self._free: dict[str, list[FreePeriod]] = {}
        for period in free:
            self._free.setdefault(period.person, []).append(period)
        self._known: Remembered[tuple[str, str | None, date], Times] = Remembered(self.LIMIT)

    def bell_of(self, client: Client) -> Bell:
        """The bell that a client follows."""
        for fits in (_by_person, _by_group, _by_room, _by_zone, _by_role):
            for use in self.uses:
                if fits(use, client):
                    return self.bells[use.bell]
        return self.bells[self.default]

    def bell_of_zone(self, zone: Zone, room: str = "") -> Bell:
        """The bell by which pupils are in a zone, or in a room of it, whoever else is there."""
        of_room = (use for use in self.uses if room in use.rooms)
        of_zone = (use for use in self.uses if zone in use.zones)
        for use in (*of_room, *of_zone):
            return self.bells[use.bell]
        return self.bells[self.default]

    def moment(self, at: datetime, bell: Bell, person: str | None = None) -> Moment:
        """The period of `bell` at `at` (any aware instant), with the person's own free periods laid over it."""
        return self.times(at.astimezone(self.calendar.zone).date(), bell, person).at(at.timestamp())

    def changes(self, at: datetime, bell: Bell, person: str | None, days: int) -> Iterator[datetime]:
        """Each later instant at which the period of this bell, or the day, may change, in order."""
        now = at.timestamp()  # datetimes of one zone compare by wall clock, which repeats itself in autumn
        today = at.astimezone(self.calendar.zone).date()
        for offset in range(days + 1):
            times = self.times(today + timedelta(days=offset), bell, person)
            for stamp, moment in zip(times.stamps, times.moments, strict=True):
                if stamp > now:
                    now = stamp
                    yield moment.starts

    def times(self, on: date, bell: Bell, person: str | None) -> Times:
        """What the bell says on a date, in order."""
        key = (bell.id, self.own_times(person), on)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._worked_out(on, bell, person)
        return known

    def instant(self, day: date, minute: int) -> datetime:
        """The local instant at which the clock first shows, or skips, `minute` of `day` (1440: next midnight)."""
        if minute >= DAY_MINUTES:
            day, minute = day + timedelta(days=1), minute - DAY_MINUTES
        wall = datetime.combine(day, time(minute // 60, minute % 60), self.calendar.zone)
        # A minute that the clock skips in spring begins when the clock goes forward: at the next one that exists.
        while (real := self.calendar.normalise(wall)) != wall:
            wall += timedelta(minutes=1)
        return real

    def own_times(self, person: str | None) -> str | None:
        """The person, if the times of the bell are other ones for this person; else None."""
        return person if person in self._free else None

    def _worked_out(self, on: date, bell: Bell, person: str | None) -> Times:
        day = self.calendar.day_kind(on)
        starts, kinds = self._boundaries(on, day, bell, person)
        instants = [self.instant(on, minute) for minute in (*starts, DAY_MINUTES)]
        return Times(
            tuple(instant.timestamp() for instant in instants[:-1]),
            tuple(Moment(day, kind, *ends) for kind, ends in zip(kinds, pairwise(instants), strict=True)),
        )

    def _boundaries(self, on: date, day: DayKind, bell: Bell, person: str | None) -> tuple[list[int], list[PeriodKind]]:
        if day in (DayKind.WEEKEND, DayKind.HOLIDAY):
            return [0], [PeriodKind.CLOSED]
        base = bell.on(on.weekday())
        starts, kinds = list(base.starts), list(base.kinds)
        if day is DayKind.INSET:
            kinds = [PeriodKind.TRAINING if k in DIRECTED else k for k in kinds]
        early = self.calendar.early_closing.get(on)
        if early is not None:
            _close_early(starts, kinds, early)
        for free in self._free.get(person or "", ()):
            if free.weekday == on.weekday() and day is DayKind.SCHOOL:
                _overlay(starts, kinds, free.range)
        return starts, kinds


def _day(periods: tuple[Period, ...], weekday: int) -> _Day:
    todays = sorted((p for p in periods if weekday in p.weekdays), key=lambda p: p.range.start)
    starts, kinds, clock = [], [], 0
    for period in todays:
        if period.range.start < clock:
            raise ValueError(f"two periods overlap at {period.range.start // 60:02}:{period.range.start % 60:02}")
        if period.range.start > clock:
            starts.append(clock)
            kinds.append(PeriodKind.CLOSED)
        starts.append(period.range.start)
        kinds.append(period.kind)
        clock = period.range.end
    if clock < DAY_MINUTES:
        starts.append(clock)
        kinds.append(PeriodKind.CLOSED)
    return _Day(tuple(starts), tuple(kinds))


def _close_early(starts: list[int], kinds: list[PeriodKind], minute: int) -> None:
    """From `minute` on, directed time and breaks are after school; what lies outside the day stays."""
    _split(starts, kinds, minute)
    inside = DIRECTED | {PeriodKind.BREAK, PeriodKind.LUNCH}
    for i, start in enumerate(starts):
        if start >= minute and kinds[i] in inside:
            kinds[i] = PeriodKind.AFTER_SCHOOL


def _overlay(starts: list[int], kinds: list[PeriodKind], range: TimeRange) -> None:
    """A person's free period turns directed time into a break for that person."""
    _split(starts, kinds, range.start)
    _split(starts, kinds, range.end)
    for i, start in enumerate(starts):
        if range.start <= start < range.end and kinds[i] in DIRECTED:
            kinds[i] = PeriodKind.BREAK


def _split(starts: list[int], kinds: list[PeriodKind], minute: int) -> None:
    if minute >= DAY_MINUTES or minute in starts:
        return
    index = bisect_right(starts, minute)
    starts.insert(index, minute)
    kinds.insert(index, kinds[index - 1])


def _by_person(use: BellUse, client: Client) -> bool:
    return client.person is not None and client.person in use.persons


def _by_group(use: BellUse, client: Client) -> bool:
    return not use.groups.isdisjoint(client.groups)


def _by_room(use: BellUse, client: Client) -> bool:
    return client.room in use.rooms


def _by_zone(use: BellUse, client: Client) -> bool:
    return client.zone in use.zones


def _by_role(use: BellUse, client: Client) -> bool:
    return client.role in use.roles
