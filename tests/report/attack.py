"""An attack on reports by integer programming: everything that they show, as equations over every minute there may be.

Each week is a box of whole numbers, none negative: the minutes of each day, period, service, zone and role together.
Every figure of its report is a sum of some of them. What the attacker wants is a figure that the report hides: the
least and the most that it can be, by all reports together, is asked of HiGHS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import highspy

from agent.core.smallcounts import FEW, Figure
from agent.report.figures import Measure, Table, Week
from agent.report.measures import tables_of
from tests.report.school import CATEGORY_OF, DAYS, PERIODS, ROLES, SERVICES, ZONES

MANY = 10**6
"""No week has so many minutes."""


class Box(NamedTuple):
    """Where a minute may be."""

    day: int
    period: str
    service: str
    zone: str
    role: str


BOXES = tuple(Box(*each) for each in product(range(DAYS), PERIODS, CATEGORY_OF, ZONES, ROLES))

type Inside = Callable[[Box], bool]


class Shown(NamedTuple):
    """A figure of a report, and which minutes it counts."""

    name: str
    inside: Inside
    figure: Figure


class Found(NamedTuple):
    """What a hidden figure can be."""

    week: str
    name: str
    least: int
    most: int

    @property
    def recovered(self) -> bool:
        """True if only one value is left, or if it is certain that it is a small one and not nothing."""
        return self.least == self.most or (self.least >= 1 and self.most <= 4)


def shown_by(measure: Measure) -> Iterator[Shown]:
    """Everything that the report of a week shows of visits."""
    yield Shown("total", lambda box: True, measure.total.minutes)
    for name, table in tables_of(measure):
        if name != "accounts":
            yield from _of_table(name, table)
    days = sorted({cell.day for cell in measure.heat})
    for cell in measure.heat:
        yield Shown(f"heat {cell.day} {cell.period}", _field(days.index(cell.day), cell.period), cell.minutes)


def _field(day: int, period: str) -> Inside:
    return lambda box: (box.day, box.period) == (day, period)


def _named(column: str, name: str) -> Inside:
    return lambda box: _is(box, column) == name


def _left_over(column: str, of: str, told: set[str]) -> Inside:
    return lambda box: (not of or CATEGORY_OF[box.service] == of) and _is(box, column) not in told


def _of_table(name: str, table: Table) -> Iterator[Shown]:
    column = name.partition("/")[0]
    told = {line.name for line in table.lines if line.minutes is not FEW}
    for line in table.lines:
        yield Shown(f"{name} {line.name}", _named(column, line.name), line.minutes)
    if column == "services":  # one that is not listed is hidden too, unless nothing is left over
        for service in set(SERVICES[table.of]) - told:
            yield Shown(f"{name} {service}", _named(column, service), 0 if table.rest == 0 else FEW)
    yield Shown(f"{name} rest", _left_over(column, table.of, told), table.rest)


def _is(box: Box, column: str) -> str:
    match column:
        case "periods":
            return box.period
        case "categories":
            return CATEGORY_OF[box.service]
        case "services":
            return box.service
        case "zones":
            return box.zone
    return box.role


def attack(
    weeks: Sequence[Week],
    terms: Sequence[tuple[str, Inside, int]] = (),
    show: Callable[[Measure], Iterator[Shown]] = shown_by,
) -> list[Found]:
    """What every hidden figure of visits can be. `terms` are sums over all weeks that the attacker knows as well."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    boxes = [[solver.addIntegral(0, MANY) for _ in BOXES] for _ in weeks]

    def total(number: int, inside: Inside) -> highspy.highs_linear_expression:
        there = [variable for box, variable in zip(BOXES, boxes[number], strict=True) if inside(box)]
        return solver.qsum(there)

    hidden = []
    for number, week in enumerate(weeks):
        for shown in show(week.minutes.visited):
            if isinstance(shown.figure, int):
                solver.addConstr(total(number, shown.inside) == shown.figure)
            else:
                figure = solver.addIntegral(0, MANY)
                solver.addConstr(total(number, shown.inside) == figure)
                hidden.append((week.week, shown.name, figure))
    for _, inside, minutes in terms:
        solver.addConstr(solver.qsum([total(number, inside) for number in range(len(weeks))]) == minutes)
    return [Found(week, name, *_range(solver, figure)) for week, name, figure in hidden]


def _range(solver: highspy.Highs, figure: highspy.highs_var) -> tuple[int, int]:
    """The least and the most that a figure can be."""
    ends = []
    for ask in (solver.minimize, solver.maximize):
        ask(figure)
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, "the reports contradict each other"
        ends.append(round(solver.getObjectiveValue()))
    return ends[0], ends[1]
