"""A term or half-term as a run of weeks: added up from what the weeks' own reports told, and from nothing else.

    reports of weeks, as they were told ─► edition_of() ─► Week of an edition

A line is the sum over the weeks in which it was told, and its `usual` says how many these are of how many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from agent.core.smallcounts import FEW, Figure
from agent.report.figures import (
    About,
    Authorisations,
    Cases,
    Coverage,
    Edition,
    Kind,
    Line,
    Measure,
    Retention,
    Source,
    Table,
    Week,
)  # fmt: skip
from agent.report.headlines import headline_of
from agent.report.measures import TOTAL, Place, at_school, figure_at, minutes_of, tables_of, usual_of

_NO_TABLE = Table((), FEW)


def edition_of(edition: Edition, name: str, weeks: Sequence[Week], missing: Sequence[str] = ()) -> Week:
    """The report of a run of weeks, at least one, in order, under a name of its own; `missing` have no report.

    People over the allowance, and permissions, are those of the week with the most of them that was told.
    """
    last = weeks[-1]
    minutes = minutes_of(_added(kind, weeks) for kind in Kind)
    return replace(
        last,
        edition=edition,
        week=name,
        first=weeks[0].first,
        days=tuple(kind for week in weeks for kind in week.days),
        weeks=tuple(week.week for week in weeks),
        missing=tuple(missing),
        source=Source.WEEKS,
        empty=all(week.empty for week in weeks),
        headline=headline_of(minutes),
        minutes=minutes,
        over_allowance=_most(week.over_allowance for week in weeks),
        authorisations=_authorisations(weeks),
        cases=Cases(
            _whole(week.cases.opened for week in weeks),
            _whole(week.cases.closed for week in weeks),
            _whole(week.cases.looks for week in weeks),
        ),
        coverage=_coverage([week.coverage for week in weeks]),
        changes=tuple(change for week in weeks for change in week.changes),
        retention=Retention(
            tuple(number for week in weeks for number in week.retention.receipts),
            tuple(day for week in weeks for day in week.retention.days),
            last.retention.whole,
        ),
    )


def _added(kind: Kind, weeks: Sequence[Week]) -> Measure:
    measures: list[Measure] = [getattr(week.minutes, kind.value) for week in weeks]
    names: dict[str, dict[str, None]] = {}
    for measure in measures:
        for name, table in tables_of(measure):
            names.setdefault(name, {}).update(dict.fromkeys(line.name for line in table.lines))
    tables = {
        name: Table(
            tuple(_line(kind, weeks, (name, one)) for one in lines),
            _sum(_rests(measures, name)),
            name.partition("/")[2],
        )
        for name, lines in names.items()
    }
    services = tuple(table for name, table in sorted(tables.items()) if name.startswith("services/"))
    periods, categories, roles = (tables.get(name, _NO_TABLE) for name in ("periods", "categories", "roles"))
    zones, accounts = (tables.get(name, _NO_TABLE) for name in ("zones", "accounts"))
    total = _line(kind, weeks, (TOTAL, TOTAL))
    return Measure(kind, total, periods, (), categories, services, zones, roles, accounts)


def _line(kind: Kind, weeks: Sequence[Week], place: Place) -> Line:
    told = [figure_at(week, kind, place) for week in weeks]
    at = [figure for week, figure in zip(weeks, told, strict=True) if at_school(week)]
    return Line(place[1], _sum(told), None, usual_of(at) if at else None)


def _rests(measures: Iterable[Measure], name: str) -> list[Figure]:
    return [table.rest for measure in measures for one, table in tables_of(measure) if one == name]


def _sum(told: Iterable[Figure]) -> Figure:
    """Of what was told; few if nothing was."""
    figures = [figure for figure in told if isinstance(figure, int)]
    return sum(figures) if figures else FEW


def _most(told: Iterable[Figure | None]) -> Figure | None:
    """The largest that was told; few if none was, None where there is no such figure at all."""
    there = [figure for figure in told if figure is not None]
    return max((figure for figure in there if isinstance(figure, int)), default=FEW) if there else None


def _authorisations(weeks: Sequence[Week]) -> Authorisations:
    """Those of the week with the most, whole: granted and used of two weeks would make a difference of no week."""
    told = [week.authorisations for week in weeks if isinstance(week.authorisations.granted, int)]
    return max(
        told, key=lambda one: one.granted if isinstance(one.granted, int) else 0, default=Authorisations(FEW, FEW)
    )


def _coverage(weeks: Sequence[Coverage]) -> Coverage:
    def about(of: Callable[[Coverage], About | None]) -> About | None:
        told = [one.about for one in map(of, weeks) if one is not None]
        return About(sum(told)) if told else None

    def sure(of: Callable[[Coverage], About]) -> About:
        return About(sum(of(week).about for week in weeks))

    return Coverage(
        sum(week.days for week in weeks),
        sure(lambda week: week.by_name),
        sure(lambda week: week.opened),
        sure(lambda week: week.refused),
        sure(lambda week: week.pinned),
        about(lambda week: week.quic),
        about(lambda week: week.private_dns),
        about(lambda week: week.slipped),
    )


def _whole(figures: Iterable[Figure]) -> Figure:
    """The sum of what every week told; where one told too little, so does the sum."""
    found = list(figures)
    return FEW if FEW in found else sum(one for one in found if isinstance(one, int))
