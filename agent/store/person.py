"""One person's minutes, read with the keys of the days: for casework and for the person's own copy, nobody else.

A person has another pseudonym each day, so each day is a look-up of its own by that day's key. Who may ask is not
decided here: the caller has checked the case or the person, and written the look into the audit log first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from agent.core.tally import Minutes
from agent.store.database import Database
from agent.store.errors import KeyMissingError
from agent.store.keys import DayKeys
from agent.store.reader import held_days, minutes_where
from agent.store.sealing import DayKey, Identity, Kind
from agent.store.tables import identities, minutes


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose minutes, from which day to which (both included), and of which services, empty for all."""

    person: str = field(repr=False)
    first: date
    last: date
    services: frozenset[str] = frozenset()

    def covers(self, day: date) -> bool:
        """True if the day lies in it."""
        return self.first <= day <= self.last


def minutes_of_person(path: Path, keys: DayKeys, site: str, scope: Scope) -> Iterator[tuple[date, Minutes]]:
    """Each local day of the scope that has minutes of the person, in order, with person and devices in clear.

    Days whose key was destroyed have none. Makes and changes nothing. Raises StoreError.
    """
    if not path.exists():
        return
    database = Database(path)
    try:
        for day in _days(database, site, scope):
            with database.reading() as connection:
                found = day_of_person(connection, keys, site, day, scope)
            if found:
                yield day, found
    finally:
        database.close()


def day_of_person(connection: Connection, keys: DayKeys, site: str, day: date, scope: Scope) -> Minutes:
    """The minutes of the person of `scope` on that day; none if its key was destroyed."""
    try:
        key = keys.of(day)
    except KeyMissingError:
        return {}
    pseudonym = key.pseudonym(site, Identity(Kind.PERSON, scope.person))
    condition = minutes.c.person == pseudonym
    if scope.services:
        condition &= minutes.c.service.in_(sorted(scope.services))
    found = minutes_where(connection, site, day, condition)
    devices = _devices(connection, key, site, {minute.device for minute in found} - {""})
    return {
        minute._replace(person=scope.person, device=devices.get(minute.device, "")): counts
        for minute, counts in found.items()
    }


def _days(database: Database, site: str, scope: Scope) -> list[date]:
    with database.reading() as connection:
        return [day for day in held_days(connection, site) if scope.covers(day)]


def _devices(connection: Connection, key: DayKey, site: str, named: set[str]) -> dict[str, str]:
    """Pseudonym (hex) → id of the devices that are named."""
    query = select(identities.c.pseudonym, identities.c.sealed).where(
        identities.c.site == site,
        identities.c.day == key.day.isoformat(),
        identities.c.pseudonym.in_([bytes.fromhex(name) for name in sorted(named)]),
    )
    rows = connection.execute(query).all()
    return {pseudonym.hex(): key.unseal(site, pseudonym, sealed).id for pseudonym, sealed in rows}
