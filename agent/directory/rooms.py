"""rooms.csv → when pupils are in a room, by the week: room, day, from, to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agent.core.timetable import TimeRange
from agent.directory.csvtable import Cells, read_csv
from agent.directory.free_periods import range_of, weekday_of
from agent.problems import Problems, did_you_mean

COLUMNS = ("room", "day", "from", "to")


def load_rooms(
    file: str, data: bytes, known: Collection[str], problems: Problems
) -> Mapping[str, Mapping[int, tuple[TimeRange, ...]]]:
    """By room and weekday (Monday is 0) the stretches in which pupils are there. Stretches may not overlap."""
    found: dict[str, dict[int, tuple[TimeRange, ...]]] = {}
    for cells in read_csv(file, data, COLUMNS, problems):
        read = _line(cells, known, problems)
        if read is None:
            continue
        room, day, span = read
        here = found.setdefault(room, {})
        if any(span.overlaps(other) for other in here.get(day, ())):
            cells["from"].say(problems, f"this overlaps another line of {room}")
        here[day] = (*here.get(day, ()), span)
    return found


def _line(cells: Cells, known: Collection[str], problems: Problems) -> tuple[str, int, TimeRange] | None:
    room = cells["room"]
    if room.value not in known:
        hint = did_you_mean(room.value, known) if known else "write `room: ...` in a zone of site.yaml"
        room.say(problems, f"no zone of site.yaml has a room called {room.value[:40]!r}", hint)
    day, span = weekday_of(cells["day"], problems), range_of(cells, problems)
    if room.value not in known or day is None or span is None:
        return None
    return room.value, day, span
