"""Timetables of other programs → what stands in our own files: for `breaktime import` and whoever sets a site up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from agent.directory.timetables import FREE_COLUMNS, ROOM_COLUMNS, Row, as_csv, as_yaml, read_timetable
from agent.problems import Problem, Problems


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file came to: its rows and, if there is no problem, the text for our file."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    text: str


def imported(kind: str, file: Path, whose: str, zone: tzinfo) -> Imported:
    """Read a timetable. `kind`: bells, rooms or free-periods; `whose`: bell or person. Raises OSError."""
    problems = Problems()
    rows = read_timetable(str(file), file.read_bytes(), kind, whose, zone, problems)
    if len(problems):
        return Imported((), problems.sorted(), "")
    text = as_yaml(rows) if kind == "bells" else as_csv(rows, ROOM_COLUMNS if kind == "rooms" else FREE_COLUMNS)
    return Imported(rows, (), text)
