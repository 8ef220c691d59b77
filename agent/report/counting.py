"""Slices of the record → the trees that small counts are told by, one for each kind of minutes.

    Counted (agent/store/week.py) + Places ─► Part ─► agent/core/smallcounts.py ─► Told ─► measures.py

What stands in the record under a name that the configuration does not have (any more) is a part without a name: it
has no line, and counts in the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from agent.core.reported import Kind, Slice
from agent.core.smallcounts import Group, Part, Parts
from agent.report.places import Places

UNNAMED = ""
"""The part of what has no name in the configuration."""
ACCOUNTS = ("official", "other")

type Sort = Callable[[Slice], str]


def trees(slices: Iterable[Slice], places: Places, everybody: bool) -> dict[Kind, Part]:
    """The tree of each kind. `everybody`: all staff are recorded, so that nothing at all is nobody's secret."""
    by_kind: dict[Kind, list[Slice]] = {kind: [] for kind in Kind}
    for one in slices:
        by_kind[one.kind].append(one)
    return {kind: _tree(some, places, everybody) for kind, some in by_kind.items()}


def _tree(slices: Sequence[Slice], places: Places, everybody: bool) -> Part:
    tables = {
        "periods": _periods(slices, places),
        "categories": _categories(slices, places),
        "zones": Parts(_leaves(slices, places.zones, lambda one: one.zone), personal=True),
        "roles": Parts(_leaves(slices, places.roles, lambda one: one.role), personal=True),
        "accounts": Parts(_leaves(slices, ACCOUNTS, lambda one: one.account), personal=True),
    }
    return Part(group(slices), tables, personal=not everybody)


def _periods(slices: Sequence[Slice], places: Places) -> Parts:
    sorted_out = _sorted_out(slices, places.every_period, lambda one: one.period)
    return Parts({period: _period(some, period, places) for period, some in sorted_out.items()})


def _period(slices: Sequence[Slice], period: str, places: Places) -> Part:
    days = tuple(day.isoformat() for day, periods in places.periods.items() if period in periods)
    return Part(group(slices), {"days": Parts(_leaves(slices, days, lambda one: one.day.isoformat()))})


def _categories(slices: Sequence[Slice], places: Places) -> Parts:
    sorted_out = _sorted_out(slices, places.services, lambda one: one.category)
    return Parts({category: _category(some, category, places) for category, some in sorted_out.items()})


def _category(slices: Sequence[Slice], category: str, places: Places) -> Part:
    services = places.services.get(category, ())
    return Part(group(slices), {"services": Parts(_leaves(slices, services, lambda one: one.service))})


def _leaves(slices: Iterable[Slice], names: Iterable[str], name_of: Sort) -> dict[str, Part]:
    return {name: Part(group(some)) for name, some in _sorted_out(slices, names, name_of).items()}


def _sorted_out(slices: Iterable[Slice], names: Iterable[str], name_of: Sort) -> Mapping[str, list[Slice]]:
    """The slices of each name, also of those that have none; what has no name that is known, together."""
    found: dict[str, list[Slice]] = {name: [] for name in names}
    for one in slices:
        name = name_of(one)
        found.setdefault(name if name in found else UNNAMED, []).append(one)
    return found


def group(slices: Iterable[Slice]) -> Group:
    """All of these as one group."""
    minutes, who = 0, dict[date, set[bytes]]()
    for one in slices:
        minutes += one.minutes
        who.setdefault(one.day, set()).add(one.who)
    return Group(minutes, {day: frozenset(some) for day, some in who.items()})
