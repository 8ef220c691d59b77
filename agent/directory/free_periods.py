"""free-periods.csv → the weekly stretches in which a person is not on directed time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.core.clients import Person
from agent.core.timetable import FreePeriod, TimeRange
from agent.directory.csvtable import Cell, Cells, read_csv
from agent.directory.inventory import person_of
from agent.problems import Problems, did_you_mean

COLUMNS = ("person", "day", "from", "to")
DAYS = ("mon", "tue", "wed", "thu", "fri")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def load_free_periods(
    file: str, data: bytes, persons: Mapping[str, Person], problems: Problems
) -> tuple[FreePeriod, ...]:
    """Every free period that could be read; two of one person may not overlap."""
    found: list[FreePeriod] = []
    for cells in read_csv(file, data, COLUMNS, problems):
        free = _free_period(cells, persons, problems)
        if free is None:
            continue
        if any(_same_time(free, other) for other in found):
            cells["from"].say(problems, f"this overlaps another free period of {free.person}")
        found.append(free)
    return tuple(found)


def _free_period(cells: Cells, persons: Mapping[str, Person], problems: Problems) -> FreePeriod | None:
    person, span = person_of(cells["person"], persons, problems), range_of(cells, problems, "free period")
    day = weekday_of(cells["day"], problems)
    if person is None or day is None or span is None:
        return None
    return FreePeriod(person.id, day, span)


def weekday_of(cell: Cell, problems: Problems) -> int | None:
    """The weekday that a cell names, Monday 0; None with a Problem."""
    if cell.value not in DAYS:
        cell.say(problems, f"{cell.value[:40]!r} is not a school day", did_you_mean(cell.value, DAYS))
        return None
    return DAYS.index(cell.value)


def range_of(cells: Cells, problems: Problems, what: str = "stretch") -> TimeRange | None:
    """The range of the columns `from` and `to`; None with a Problem."""
    start, end = _minute(cells["from"], problems), _minute(cells["to"], problems)
    if start is None or end is None:
        return None
    if start >= end:
        cells["to"].say(problems, f"this {what} ends before it begins")
        return None
    return TimeRange(start, end)


def _minute(cell: Cell, problems: Problems) -> int | None:
    if not _CLOCK.fullmatch(cell.value):
        cell.say(problems, f"{cell.value[:40]!r} is not a time of day", "write it as HH:MM, such as 09:00")
        return None
    hours, minutes = cell.value.split(":")
    return int(hours) * 60 + int(minutes)


def _same_time(one: FreePeriod, other: FreePeriod) -> bool:
    return one.person == other.person and one.weekday == other.weekday and one.range.overlaps(other.range)
