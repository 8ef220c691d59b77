"""A week of which only totals are left, as figures: at least so much, by kind, period, category, service and role.

    lines of agent/store/totals.py ─► Told ─► measures.py

Each line is of many people on some one day, and every figure here is a sum of whole lines, so each is as safe to tell
as they are, and so is every difference between two. What no line has is few: it is not known to be nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.core.reported import Kind
from agent.core.smallcounts import FEW, Figure, Told, ToldParts
from agent.report.counting import ACCOUNTS, UNNAMED
from agent.report.places import Places

type Totalled = tuple[tuple[str, ...], int]
"""Role, period, service, category, basis and verdict, and the minutes."""


def told_by_totals(lines: Iterable[Totalled], places: Places, observing: bool) -> dict[Kind, Told]:
    """What may be told of each kind. `observing`: what the site's policy blocks was let through."""
    by_kind: dict[Kind, list[Totalled]] = {kind: [] for kind in Kind}
    for line in lines:
        by_kind[_kind(line[0][4], line[0][5], observing)].append(line)
    return {kind: _told(some, places) for kind, some in by_kind.items()}


def _kind(basis: str, verdict: str, observing: bool) -> Kind:
    if basis != "visit":
        return Kind.CONTACT
    if verdict != "block":
        return Kind.VISITED
    return Kind.OBSERVED if observing else Kind.BLOCKED


def _told(lines: list[Totalled], places: Places) -> Told:
    periods, categories = _sorted_out(lines, 1, places.every_period), _sorted_out(lines, 3, places.services)
    days = {period: [str(day) for day, there in places.periods.items() if period in there] for period in periods}
    services = {category: places.services.get(category, ()) for category in categories}
    return Told(
        _sum(lines),
        {
            "periods": _table(
                {period: Told(_sum(some), {"days": _unknown(days[period])}) for period, some in periods.items()}
            ),
            "categories": _table(
                {
                    category: Told(_sum(some), {"services": _leaves(some, 2, services[category])})
                    for category, some in categories.items()
                }
            ),
            "roles": _leaves(lines, 0, places.roles),
            "zones": _unknown(places.zones),
            "accounts": _unknown(ACCOUNTS),
        },
    )


def _leaves(lines: list[Totalled], column: int, names: Iterable[str]) -> ToldParts:
    return _table({name: Told(_sum(some)) for name, some in _sorted_out(lines, column, names).items()})


def _unknown(names: Iterable[str]) -> ToldParts:
    return _table({name: Told(FEW) for name in names})


def _table(parts: Mapping[str, Told]) -> ToldParts:
    """What is left over is never known: totals have no sum of everything."""
    return ToldParts(parts, FEW)


def _sum(lines: Iterable[Totalled]) -> Figure:
    return sum(minutes for _, minutes in lines) or FEW


def _sorted_out(lines: Iterable[Totalled], column: int, names: Iterable[str]) -> dict[str, list[Totalled]]:
    found: dict[str, list[Totalled]] = {name: [] for name in names}
    for line in lines:
        name = line[0][column]
        found.setdefault(name if name in found else UNNAMED, []).append(line)
    return found
