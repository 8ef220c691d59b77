"""How much of the traffic was seen how, a day: counts of connections of the whole gateway, and nobody's.

    metrics of a running gateway ─► agent/app/coverage.py ─► <data>/coverage/2026-W48.json ─► the week's report

A file a week, replaced whole: `{day: {name: count}}`. Counts are added to what stands there, so that a gateway that
was started anew goes on. A name that no day has is something that this gateway cannot count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from agent.store.errors import StoreError, explained
from agent.store.files import locked, put, read_private

FOLDER = "coverage"
_LARGEST = 1024 * 1024

type Counts = Mapping[str, int]


class Coverage:
    """The counts of a data folder. Safe between processes."""

    __slots__ = ("_folder",)

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def add(self, day: date, counts: Counts) -> None:
        """Add to what stands for the day; it is on the disk then. Raises StoreError, and nothing is added."""
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as folder:
                path = self._path(day)
                week = self._week(path)
                before = week.get(str(day), {})
                week[str(day)] = {
                    name: before.get(name, 0) + counts.get(name, 0) for name in sorted({*before, *counts})
                }
                put(path, json.dumps(week, sort_keys=True).encode() + b"\n", folder)

    def of(self, first: date, last: date) -> dict[date, Counts]:
        """The counts of each day from `first` to `last` that has any. Raises StoreError."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        weeks = {path: self._week(path) for path in {self._path(day) for day in days}}
        return {day: week[str(day)] for day in days if str(day) in (week := weeks[self._path(day)])}

    def _week(self, path: Path) -> dict[str, dict[str, int]]:
        with explained(path):
            try:
                text = read_private(path, _LARGEST)
            except FileNotFoundError:
                return {}
        try:
            found = {
                str(day): {str(name): int(n) for name, n in some.items()} for day, some in json.loads(text).items()
            }
        except (ValueError, AttributeError, TypeError):
            raise StoreError("is damaged", path, "move it away; that week's coverage is then not told") from None
        return found

    def _path(self, day: date) -> Path:
        year, week, _ = day.isocalendar()
        return self._folder / f"{year}-W{week:02}.json"
