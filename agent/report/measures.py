"""What may be told of a kind, put into the tables of the report, each figure beside what was told before.

    Told ─► measure() ◄─ Before: last week's report, and those of the term's earlier weeks ─► Measure

What was told before is read from the reports as they were told, never from the record: so a comparison tells nothing
new, whatever the record would say of that week today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from agent.core.smallcounts import FEW, Figure, Told, ToldParts
from agent.report.counting import UNNAMED
from agent.report.figures import Cell, Kind, Line, Measure, Minutes, Table, Usual, Week
from agent.report.places import Places

TOTAL = "total"

type Place = tuple[str, str]
"""A table (`periods`, `services/forum` …) and a line of it."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the weeks before told: the last one (None if it has no report), and the term's earlier ones."""

    last: Week | None = None
    earlier: tuple[Week, ...] = ()

    def line(self, kind: Kind, place: Place, minutes: Figure) -> Line:
        """A figure beside what was told in the same place before."""
        last = figure_at(self.last, kind, place) if self.last else None
        told = [figure_at(week, kind, place) for week in self.earlier if at_school(week)]
        return Line(place[1], minutes, last, usual_of(told) if told else None)


def measure(kind: Kind, told: Told, places: Places, before: Before) -> Measure:
    """The tables of one kind."""

    def table(name: str, parts: ToldParts, names: Iterable[str], of: str = "") -> Table:
        where = f"{name}/{of}" if of else name
        lines = [before.line(kind, (where, one), parts.by_name[one].figure) for one in names]
        return Table(tuple(lines), _rest(parts), of)

    tables = told.tables
    periods, categories = tables["periods"], tables["categories"]
    return Measure(
        kind,
        before.line(kind, (TOTAL, TOTAL), told.figure),
        table("periods", periods, places.every_period),
        tuple(_heat(periods, places)),
        table("categories", categories, places.services),
        tuple(
            table("services", parts, _shown(parts), category)
            for category, parts in _told_services(categories)
        ),
        table("zones", tables["zones"], places.zones),
        table("roles", tables["roles"], places.roles),
        table("accounts", tables["accounts"], [name for name in tables["accounts"].by_name if name]),
    )  # fmt: skip


def figure_at(week: Week, kind: Kind, place: Place) -> Figure:
    """What a week told in that place. What has no line there is few, or nothing if its table left nothing over."""
    found: Measure = getattr(week.minutes, kind.value)
    if place[0] == TOTAL:
        return found.total.minutes
    for name, table in tables_of(found):
        if name == place[0]:
            line = next((line.minutes for line in table.lines if line.name == place[1]), None)
            return line if line is not None else 0 if table.rest == 0 else FEW
    table_of, _, category = place[0].partition("/")
    nothing = table_of == "services" and figure_at(week, kind, ("categories", category)) == 0
    return 0 if nothing else FEW


def tables_of(found: Measure) -> Iterator[tuple[str, Table]]:
    """Every table of a kind under its name."""
    yield "periods", found.periods
    yield "categories", found.categories
    yield from ((f"services/{table.of}", table) for table in found.services)
    yield from (("zones", found.zones), ("roles", found.roles), ("accounts", found.accounts))


def at_school(week: Week) -> bool:
    """True if there was a day on which staff were at school: a week of holidays says nothing of the usual."""
    return not {"school", "inset"}.isdisjoint(week.days)


def usual_of(told: Sequence[Figure]) -> Usual:
    """The mean of what was told."""
    figures = [figure for figure in told if isinstance(figure, int)]
    mean = (2 * sum(figures) + len(figures)) // (2 * len(figures)) if figures else None
    return Usual(mean, len(figures), len(told))


def minutes_of(measures: Iterable[Measure]) -> Minutes:
    """The kinds as one."""
    by_kind = {one.kind: one for one in measures}
    return Minutes(*(by_kind[kind] for kind in (Kind.VISITED, Kind.OBSERVED, Kind.BLOCKED, Kind.CONTACT)))


def _rest(parts: ToldParts) -> Figure:
    """What is hidden, with what has no name: both have no figure of their own."""
    unnamed = parts.by_name.get(UNNAMED)
    if unnamed is None or parts.rest is FEW or not isinstance(unnamed.figure, int):
        return parts.rest
    return parts.rest + unnamed.figure


def _told_services(categories: ToldParts) -> Iterator[tuple[str, ToldParts]]:
    """The services of each category that is told and has any minutes."""
    for category, told in categories.by_name.items():
        if category and told.figure is not FEW and told.figure:
            yield category, told.tables["services"]


def _shown(parts: ToldParts) -> list[str]:
    """The services that have a line: most minutes first, then by name."""
    told = {name: one.figure for name, one in parts.by_name.items() if name and isinstance(one.figure, int)}
    return sorted((name for name, minutes in told.items() if minutes), key=lambda name: (-told[name], name))


def _heat(periods: ToldParts, places: Places) -> Iterator[Cell]:
    for day, there in places.periods.items():
        for period in there:
            days = periods.by_name[period].tables["days"]
            yield Cell(day, period, _on(days, day))


def _on(days: ToldParts, day: date) -> Figure:
    return days.by_name[day.isoformat()].figure
