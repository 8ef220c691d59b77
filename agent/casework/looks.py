"""What opens the subject's record: a search, a hold, an export. The entry stands before the first row is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.casework.desk import Desk
from agent.casework.evidence import Bundle, bundled
from agent.core.audit import Tag
from agent.core.cases import Case, Export
from agent.core.casework import Action, Grant
from agent.core.offices import Officer
from agent.core.search import Context, Filter, Found, context, search
from agent.core.tally import Minutes
from agent.store.errors import StoreError
from agent.store.files import place
from agent.store.granted import hold_granted, minutes_granted
from agent.store.history import History
from agent.store.others import minutes_a_person


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found in which case; `beside` compares it with others, where that was asked."""

    case: str
    found: Found
    beside: Context | None


def look(desk: Desk, officer: Officer, id: str, wanted: Filter, compare: bool = False) -> Answer:
    """Search within a case. `compare` puts everybody else's days beside it. Raises Refused, NoCase, StoreError."""
    case, grant = desk.grant(officer, id, Action.SEARCH, wanted.said())
    found = search(_days(desk, grant), wanted, desk.zone)
    beside = context(found.minutes, _others(desk, case, wanted)) if compare else None
    return Answer(id, found, beside)


def hold(desk: Desk, officer: Officer, id: str) -> Case:
    """Hold the record of the case back from being forgotten, also what is still to come. Raises as `look`."""
    _, grant = desk.grant(officer, id, Action.HOLD, {})
    held = hold_granted(desk.data, desk.site, grant, desk.now())
    return desk.note(id, lambda case: replace(case, held=tuple(sorted(held.days)) or (held.first,)))


def export(desk: Desk, officer: Officer, id: str, path: Path) -> Bundle:
    """Make a bundle of everything in the case at `path`, which must not be there yet. Raises as `look`."""
    if path.exists():
        raise StoreError("stands there already", path, "name another file; a bundle is never written over")
    case, grant = desk.grant(officer, id, Action.EXPORT, {})
    days = list(_days(desk, grant))
    bundle = bundled(desk, case, officer, days, History(desk.data))
    place(path, bundle.content)
    detail = {"manifest": bundle.manifest, "records": str(bundle.records)}
    desk.log.append(Tag.CASE_SEALED, officer.id, desk.now(), id, detail)
    made = Export(officer.id, desk.now(), bundle.manifest, bundle.records)
    desk.note(id, lambda current: replace(current, exports=(*current.exports, made)))
    return bundle


def _days(desk: Desk, grant: Grant) -> Iterable[tuple[date, Minutes]]:
    return minutes_granted(desk.data, desk.site, grant, desk.now())


def _others(desk: Desk, case: Case, wanted: Filter) -> Iterable[tuple[date, list[int]]]:
    """Everybody's minutes a day, of the days and services of the case."""
    scope, zone = case.scope, desk.zone
    narrowed = replace(
        wanted,
        first=max(scope.first, wanted.first or scope.first),
        last=min(scope.last, wanted.last or scope.last),
        services=(wanted.services & scope.services or scope.services) if scope.services else wanted.services,
    )
    assert isinstance(zone, ZoneInfo), "a school's zone has a name"
    return minutes_a_person(desk.data, desk.site, narrowed, zone)
