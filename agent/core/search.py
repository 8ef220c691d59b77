"""What stands in a person's record within a case: chosen by a filter, summed by day, period and service.

It counts and compares; it never scores. A comparison is with other people's days, anonymously, and only where there are
enough of them that nobody can be told from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from statistics import quantiles

from agent.core.decision import Verdict
from agent.core.tally import Basis, Counts, MinuteKey, Minutes

FEW = 5
"""Fewer people on a day than this are not compared with: so few are soon somebody."""

MEANING = (
    "An active minute says that in it a device that is assigned to the person exchanged data with the service, "
    "and how the school's policy ruled. A visit is a request that a person makes: a page that was opened, something "
    "that was posted. A contact is a connection of which only the name of the site was seen, in a run of at least "
    "3 such minutes within 5: an app may make them by itself, and they are never an attempt of anybody. It does not "
    "say who held the device, what was read or written, how long anybody looked, or why. What was allowed was allowed."
)
"""Goes with every answer."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which minutes; an empty set stands for all. `since` and `until` are times of the clock, the last not included.

    `first` and `last` are local days that narrow the case's own.
    """

    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    verdicts: frozenset[str] = frozenset()
    periods: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    since: time | None = None
    until: time | None = None
    first: date | None = None
    last: date | None = None

    def takes(self, key: MinuteKey) -> bool:
        """True if the words of a minute fit; the time is asked separately."""
        asked = (
            (self.services, key.service),
            (self.categories, key.category),
            (self.activities, key.activity),
            (self.verdicts, key.verdict),
            (self.periods, key.period),
            (self.zones, key.zone),
        )
        return all(not wanted or value in wanted for wanted, value in asked)

    def at(self, clock: time) -> bool:
        """True if a time of the clock fits; a range may go past midnight."""
        since, until = self.since or time.min, self.until
        if until is None:
            return clock >= since
        return since <= clock < until if since <= until else clock >= since or clock < until

    def on(self, day: date) -> bool:
        """True if a local day fits."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def said(self) -> dict[str, str]:
        """The filter in words, for the audit entry: what was looked for."""
        sets = ("services", "categories", "activities", "verdicts", "periods", "zones")
        words = {name: " ".join(sorted(getattr(self, name))) for name in sets}
        words |= {name: str(getattr(self, name) or "") for name in ("since", "until", "first", "last")}
        return {name: value for name, value in words.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """A day's minutes at one service in one period. Minutes of the clock, each counted once."""

    day: date
    period: str
    service: str
    category: str
    visits: int
    contacts: int
    blocked: int
    first: time
    last: time
    zones: tuple[str, ...]
    activities: tuple[str, ...]
    requests: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. `minutes` is, by day, how many minutes of the clock had anything that fits."""

    lines: tuple[Line, ...]
    minutes: Mapping[date, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.minutes.values())


def search(days: Iterable[tuple[date, Minutes]], wanted: Filter, zone: tzinfo) -> Found:
    """Choose and sum up the minutes of one person, by day and then by period in the order of the day."""
    lines: list[Line] = []
    minutes: dict[date, int] = {}
    for day, all_of_it in days:
        chosen = list(choose(day, all_of_it, wanted, zone))
        if chosen:
            minutes[day] = len({key.minute for key, _ in chosen})
            lines += _lines(day, chosen, zone)
    return Found(tuple(lines), minutes)


def choose(day: date, minutes: Minutes, wanted: Filter, zone: tzinfo) -> Iterable[tuple[MinuteKey, Counts]]:
    """The minutes of a day that fit."""
    if wanted.on(day):
        for key, counts in minutes.items():
            if wanted.takes(key) and wanted.at(clock(key, zone)):
                yield key, counts


def clock(key: MinuteKey, zone: tzinfo) -> time:
    """The time of the school's clock at which a minute began."""
    return datetime.fromtimestamp(key.minute * 60, zone).time()


def _lines(day: date, chosen: list[tuple[MinuteKey, Counts]], zone: tzinfo) -> list[Line]:
    groups: dict[tuple[str, str, str], list[tuple[MinuteKey, Counts]]] = {}
    for key, counts in chosen:
        groups.setdefault((key.period, key.service, key.category), []).append((key, counts))
    made = [_line(day, *name, rows, zone) for name, rows in groups.items()]
    began = {line.period: min(one.first for one in made if one.period == line.period) for line in made}
    return sorted(made, key=lambda line: (began[line.period], line.period, line.first, line.service))


def _line(
    day: date, period: str, service: str, category: str, rows: list[tuple[MinuteKey, Counts]], zone: tzinfo
) -> Line:
    keys = [key for key, _ in rows]
    visits = {key.minute for key in keys if key.basis is Basis.VISIT}
    contacts = {key.minute for key in keys} - visits
    times = sorted(clock(key, zone) for key in keys)
    return Line(
        day,
        period,
        service,
        category,
        len(visits),
        len(contacts),
        len({key.minute for key in keys if key.verdict is Verdict.BLOCK}),
        times[0],
        times[-1],
        tuple(sorted({key.zone for key in keys})),
        tuple(sorted({key.activity for key in keys})),
        sum(counts.requests for _, counts in rows),
    )


@dataclass(frozen=True, slots=True)
class Context:
    """Other people's days beside the subject's, anonymously: minutes a day of those who had any.

    `person_days` are the days of other people that were compared with, `left_out` the days with too few of them.
    The quarters are None where there was nothing to compare with.
    """

    person_days: int
    left_out: int
    quarters: tuple[float, float, float] | None
    subject_days: int
    subject_median: float | None


def context(mine: Mapping[date, int], everybody: Iterable[tuple[date, Sequence[int]]]) -> Context:
    """Compare the subject's minutes of a day with everybody else's; `everybody` has the subject's among them."""
    others: list[int] = []
    left_out = 0
    for day, counted in everybody:
        rest = list(counted)
        if day in mine and mine[day] in rest:
            rest.remove(mine[day])
        if len(rest) < FEW:
            left_out += 1
        else:
            others += rest
    return Context(len(others), left_out, _quarters(others), len(mine), _median(list(mine.values())))


def _quarters(values: list[int]) -> tuple[float, float, float] | None:
    if not values:
        return None
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def _median(values: list[int]) -> float | None:
    found = _quarters(values) if len(values) > 1 else None
    return found[1] if found else float(values[0]) if values else None
