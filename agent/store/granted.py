"""The one way from case work to a person's record: with a grant, inside it, and while it lasts.

What the gateway still has (`person.py`) and what the case holds back (`holds.py`) are one record here: a minute that
stands in both counts once, as it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from agent.core.casework import Grant
from agent.core.tally import Minutes
from agent.store.database import DATABASE
from agent.store.errors import StoreError
from agent.store.holds import Hold, holds_of
from agent.store.keys import DayKeys
from agent.store.person import Scope, minutes_of_person


def minutes_granted(data: Path, site: str, grant: Grant, at: datetime) -> Iterator[tuple[date, Minutes]]:
    """Each local day of the grant that has minutes of its subject, in order. Raises StoreError; also after its end."""
    scope, held = _scope(grant, at, data), dict[date, Minutes]()
    if (data / DATABASE).exists():
        with holds_of(data, site) as holds:
            if any(hold.case == grant.case for hold in holds.listed()):
                held = {day: _within(minutes, grant) for day, minutes in holds.read(grant.case) if grant.covers(day)}
    found = dict(minutes_of_person(data / DATABASE, DayKeys.of_data(data), site, scope))
    for day in sorted(found.keys() | held.keys()):
        if both := held.get(day, {}) | found.get(day, {}):
            yield day, dict(sorted(both.items()))


def hold_granted(data: Path, site: str, grant: Grant, at: datetime) -> Hold:
    """Hold the grant's rows back from being forgotten, under the case's own key. Raises StoreError."""
    with holds_of(data, site) as holds:
        return holds.place(grant.case, _scope(grant, at, data))


def release_held(data: Path, site: str, case: str) -> bool:
    """Forget what is held for a case; False if nothing was."""
    with holds_of(data, site) as holds:
        return holds.release(case)


def holds_after(data: Path, site: str, case: str, last: date) -> bool:
    """True if the case's hold would take in days after `last`."""
    with holds_of(data, site) as holds:
        scope = holds.scope(case)
        return scope is not None and scope.last > last


def cut_held(data: Path, site: str, case: str, last: date) -> bool:
    """Let a case's hold take in no day after `last`; False if it takes in none now."""
    with holds_of(data, site) as holds:
        return holds.cut(case, last)


def _scope(grant: Grant, at: datetime, data: Path) -> Scope:
    if at >= grant.expires:
        raise StoreError(f"the grant of case {grant.case} is over", data, "have the case approved again")
    return Scope(grant.subject, grant.first, grant.last, grant.services)


def _within(minutes: Minutes, grant: Grant) -> Minutes:
    chosen = grant.services
    return {key: counts for key, counts in minutes.items() if not chosen or key.service in chosen}
