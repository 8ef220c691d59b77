"""Timetables that other programs export, CSV or iCalendar → the rows of bells, rooms.csv and free-periods.csv.

A week is read, not a term: an event that comes back weekly, or stands on each of its dates, is one row. What comes
every second week is a Problem, for no bell of ours does.

    rooms         an event is a lesson in its place (LOCATION)
    free periods  an event whose title says so is a free period of the person whose calendar it is
    bells         an event is a period, by its title: Period 1, Break, Lunch, Registration …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from icalendar import Calendar

from agent.core.timetable import PeriodKind
from agent.directory.csvtable import MAX_BYTES, Cells, read_csv
from agent.directory.exports import as_id
from agent.directory.free_periods import DAYS, range_of, weekday_of
from agent.problems import Place, Problems

ROOM_COLUMNS = ("room", "day", "from", "to")
FREE_COLUMNS = ("person", "day", "from", "to")
BELL_COLUMNS = ("bell", "period", "from", "to")
_BY_DAY = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_FREE = re.compile(r"\b(free|ppa|non[- ]contact|planning)\b", re.IGNORECASE)
_TITLES = (
    (PeriodKind.REGISTRATION, re.compile(r"\b(reg|registration|tutor|form time)\b", re.IGNORECASE)),
    (PeriodKind.ASSEMBLY, re.compile(r"\b(assembly|worship)\b", re.IGNORECASE)),
    (PeriodKind.LUNCH, re.compile(r"\b(lunch|dinner)\b", re.IGNORECASE)),
    (PeriodKind.BREAK, re.compile(r"\b(break|recess|playtime)\b", re.IGNORECASE)),
    (PeriodKind.BEFORE_SCHOOL, re.compile(r"\b(before school|breakfast)\b", re.IGNORECASE)),
    (PeriodKind.AFTER_SCHOOL, re.compile(r"\b(after school|clubs?)\b", re.IGNORECASE)),
    (PeriodKind.LESSON, re.compile(r"\b(lesson|period|p ?[0-9]+|session)\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """A weekly stretch: whose, on which weekday (Monday 0), from and to as minutes of the day, and what it is."""

    whose: str
    weekday: int
    start: int
    end: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class _At:
    """Where in a calendar something is wrong."""

    file: str
    where: str
    problems: Problems

    def say(self, what: str, hint: str = "") -> None:
        """Note it."""
        self.problems.add(Place(self.file), self.where, what, hint)


def read_timetable(file: str, data: bytes, kind: str, whose: str, zone: tzinfo, problems: Problems) -> tuple[Row, ...]:
    """The rows of a file. `kind`: bells, rooms or free-periods; `whose`: the bell or person where the file tells none.

    Rows come sorted by time, each once; whose they are in the order of the file, as the first bell is everybody's.
    """
    calendar = data[:100].lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR")
    read = _of_calendar(file, data, kind, whose, zone, problems) if calendar else _of_csv(file, data, kind, problems)
    rows = list(dict.fromkeys(read))
    order = {whose: place for place, whose in enumerate(dict.fromkeys(row.whose for row in rows))}
    return tuple(sorted(rows, key=lambda row: (order[row.whose], row)))


def _of_csv(file: str, data: bytes, kind: str, problems: Problems) -> Iterator[Row]:
    columns = {"rooms": ROOM_COLUMNS, "free-periods": FREE_COLUMNS, "bells": BELL_COLUMNS}[kind]
    optional = ("days",) if kind == "bells" else ()
    for cells in read_csv(file, data, columns, problems, optional=optional):
        span = range_of(cells, problems)
        whose = as_id(cells[columns[0]].value)
        if not whose:
            cells[columns[0]].say(problems, f"the {columns[0]} is missing")
        what = _period(cells, problems) if kind == "bells" else ""
        days = _days(cells, problems)
        if span is not None and whose and what is not None:
            yield from (Row(whose, day, span.start, span.end, what) for day in days)


def _days(cells: Cells, problems: Problems) -> Sequence[int]:
    if "day" in cells:
        day = weekday_of(cells["day"], problems)
        return () if day is None else (day,)
    words = cells["days"].value.lower().split() if "days" in cells else []
    for word in words:
        if word not in DAYS:
            cells["days"].say(problems, f"{word[:20]!r} is not a school day", " ".join(DAYS))
    return [DAYS.index(word) for word in words if word in DAYS] or (range(5) if not words else ())


def _period(cells: Cells, problems: Problems) -> str | None:
    cell = cells["period"]
    kind = period_of(cell.value)
    if kind is None:
        hint = f"write one of: {', '.join(one for one in PeriodKind if one is not PeriodKind.CLOSED)}"
        cell.say(problems, f"{cell.value[:40]!r} names no period that is known", hint)
    return kind


def period_of(title: str) -> PeriodKind | None:
    """The kind of period that a title names: `Period 1` is a lesson, `Tutor time` registration."""
    plain = title.strip().lower().replace(" ", "-")
    if plain in list(PeriodKind) and plain != PeriodKind.CLOSED:
        return PeriodKind(plain)
    return next((kind for kind, expression in _TITLES if expression.search(title)), None)


def _of_calendar(file: str, data: bytes, kind: str, whose: str, zone: tzinfo, problems: Problems) -> Iterator[Row]:
    for number, event in enumerate(_events(file, data, problems), 1):
        where = f"event {number}"
        title, place = str(event.get("SUMMARY", "")), str(event.get("LOCATION", ""))
        what: str = ""
        if kind == "free-periods" and not _FREE.search(title):
            continue
        if kind == "rooms":
            whose = as_id(place)
            if not whose:
                continue  # an event without a place is in no room
        if kind == "bells":
            found = period_of(title)
            if found is None:
                problems.add(
                    Place(file), where, f"{title[:40]!r} names no period that is known", "rename it, or leave it out"
                )
                continue
            what = found
        if not whose:
            problems.add(
                Place(file), "", "the calendar does not say whose it is", "name it: --person ID or --bell NAME"
            )
            return
        yield from _rows(Row(whose, 0, 0, 0, what), event, zone, _At(file, where, problems))


def _events(file: str, data: bytes, problems: Problems) -> Iterable[Any]:
    if len(data) > MAX_BYTES:
        problems.add(Place(file), "", f"the file is longer than {MAX_BYTES:,} bytes")
        return []
    try:
        return list(Calendar.from_ical(data).walk("VEVENT"))
    except (ValueError, IndexError, KeyError) as error:
        problems.add(Place(file), "", f"this is not a whole iCalendar file: {str(error)[:100]}", "export it again")
        return []


def _rows(row: Row, event: Any, zone: tzinfo, at: _At) -> Iterator[Row]:
    span = _span(event, zone, at)
    if span is None:
        return
    first, start, end = span
    for day in _weekdays(event, first, at):
        if day < len(DAYS):
            yield Row(row.whose, day, start, end, row.what)


def _span(event: Any, zone: tzinfo, at: _At) -> tuple[date, int, int] | None:
    """The local date of an event's first time, and its minutes of the day."""
    begins, ends = getattr(event.get("DTSTART"), "dt", None), getattr(event.get("DTEND"), "dt", None)
    length = getattr(event.get("DURATION"), "dt", None)
    if not isinstance(begins, datetime):
        return None  # of a whole day, or of no time: a holiday, a birthday
    ends = ends or (begins + length if length else None)
    if not isinstance(ends, datetime):
        at.say("it does not say when it ends")
        return None
    start, end = _local(begins, zone), _local(ends, zone)
    if start >= end or start.date() != end.date():
        at.say("it does not begin and end on one day", "split it at midnight, or leave it out")
        return None
    return start.date(), start.hour * 60 + start.minute, end.hour * 60 + end.minute


def _local(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone) if instant.tzinfo else instant.replace(tzinfo=zone)


def _weekdays(event: Any, first: date, at: _At) -> list[int]:
    """The weekdays on which an event is: by its rule, or by its own date."""
    rule = event.get("RRULE")
    if rule is None:
        return [first.weekday()]
    if isinstance(rule, list):
        at.say("it has several rules of when it comes back", "give each an event of its own")
        return []
    often = str((rule.get("FREQ") or ["?"])[0]).upper()
    every = int((rule.get("INTERVAL") or [1])[0])
    days = [str(day).upper() for day in rule.get("BYDAY") or []]
    if often == "DAILY" and every == 1 and not days:
        return list(range(5))
    if often not in ("WEEKLY", "DAILY") or every != 1 or any(day not in _BY_DAY for day in days):
        at.say("it comes back otherwise than every week", "write what holds in most weeks; a bell knows one week only")
        return []
    return [_BY_DAY[day] for day in days] or [first.weekday()]


def clock(minute: int) -> str:
    """A minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """The rows as free-periods.csv or rooms.csv."""
    lines = (f"{row.whose},{DAYS[row.weekday]},{clock(row.start)},{clock(row.end)}" for row in rows)
    return "\n".join((",".join(columns), *lines, ""))


def as_yaml(rows: Iterable[Row]) -> str:
    """The rows as the `bells:` of site.yaml: one bell after the other, periods in the order of the day."""
    bells: dict[str, dict[tuple[int, int, str], list[str]]] = {}
    for row in rows:
        bells.setdefault(row.whose, {}).setdefault((row.start, row.end, row.what), []).append(DAYS[row.weekday])
    lines = ["bells:"]
    for number, (bell, periods) in enumerate(bells.items()):
        lines.append(f"  - bell: {bell}")
        if number:
            lines.append(f"    for: {{groups: [{bell}]}}   # whose it is: persons, groups, rooms, zones or roles")
        lines.append("    periods:")
        for (start, end, what), days in sorted(periods.items()):
            some = "" if len(days) == len(DAYS) else f", days: [{', '.join(days)}]"
            lines.append(f"      - {{period: {what}, from: {clock(start)}, to: {clock(end)}{some}}}")
    return "\n".join((*lines, ""))
