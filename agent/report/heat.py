"""The heat map: days across, parts of the day down, as a table whose cells are shaded. The figure stands in each cell.

Shading has five steps of one colour, so it reads in black and white; a cell that is not told is marked, not shaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.report import words
from agent.report.figures import Week

STEPS = 5


@dataclass(frozen=True, slots=True)
class Shade:
    """A cell: its text, what it says in full, and how dark it is (0 to 5), -1 where it is not told."""

    text: str
    says: str
    step: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of (period, a shade for each day); `days` are the heads, with what a day without school was."""

    days: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Shade, ...]], ...]


def heat_map(week: Week) -> HeatMap | None:
    """The minutes of use; None where there is none to draw. Weekends are left out where nothing stands in them."""
    cells = {(cell.day, cell.period): cell.minutes for cell in week.minutes.visited.heat}
    if not cells or week.empty:
        return None
    days = [one for one in sorted({day for day, _ in cells}) if _of_use(week, one)]
    there = {cell.period for cell in week.minutes.visited.heat}
    periods = [line.name for line in week.minutes.visited.periods.lines if line.name in there]
    most = max((value for value in cells.values() if isinstance(value, int)), default=0)
    rows = tuple(
        (words.named(period), tuple(_shade(cells.get((day, period), 0), most, week, day, period) for day in days))
        for period in periods
    )
    return HeatMap(tuple((words.short(one), _kind(week, one)) for one in days), rows)


def _of_use(week: Week, day: date) -> bool:
    """True for a day that the map has a column for."""
    told = (cell.minutes for cell in week.minutes.visited.heat if cell.day == day)
    return day.weekday() < 5 or any(isinstance(value, int) and value for value in told)


def _kind(week: Week, day: date) -> str:
    return words.DAY_KINDS.get(week.days[(day - week.first).days], "")


def _shade(value: object, most: int, week: Week, day: date, period: str) -> Shade:
    where = f"{words.DAYS[day.weekday()]}, {words.named(period).lower()}"
    if not isinstance(value, int):
        return Shade("few", f"{where}: too few to show", -1)
    step = 0 if not value or not most else min(STEPS, 1 + value * STEPS // (most + 1))
    return Shade(f"{value:,}" if value else "·", f"{where}: {words.counted(value, 'minute')}", step)
