"""A school's days in the trust's database, counted for a report as those in its own file are (agent/store/week.py)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from agent.core.reported import Counted, Slice
from agent.store.postgres.errors import explained
from agent.store.postgres.server import Session
from agent.store.weeksql import Dialect, Rule, named, slices_in

_POSTGRES = Dialect(minutes="breaktime.minutes", nobody="''::bytea", by_byte=' COLLATE "C"', mark="%({})s")


def counted(
    session: Session, where: str, site: str, first: date, last: date, over: Collection[Rule] = ()
) -> Counted | None:
    """What the rows from `first` to `last` hold there; None if there are none. Raises DatabaseError."""
    slices: list[Slice] = []
    people: dict[date, int] = {}
    used: set[str] = set()
    with explained(where), session.transaction():
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            given: dict[str, object] = {"site": site, "day": day}
            there = slices_in(day, session.execute(_POSTGRES.slices().encode(), given, binary=True))
            if not there:
                continue
            slices += there
            used.update(row[0] for row in session.execute(_POSTGRES.used().encode(), given))
            people[day] = _over(session, given, over)
    return Counted(tuple(slices), people, frozenset(used)) if slices else None


def _over(session: Session, given: dict[str, object], over: Collection[Rule]) -> int:
    if not over:
        return 0
    found = session.execute(_POSTGRES.over(len(over)).encode(), given | named(over)).fetchone()
    return int(found[0]) if found else 0
