"""One person's minutes, read with the keys of the days: for casework and for the person's own copy, nobody else.

A person has another pseudonym each day, so each day is a look-up of its own by that day's key. Who may ask is not
decided here: the caller has checked the case or the person, and written the look into the audit log first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection

from agent.core.tally import Minutes
from agent.store.database import Database
from agent.store.errors import KeyMissingError
from agent.store.keys import DayKeys
from agent.store.reader import ROW, minutes_in
from agent.store.rows import lead_of
from agent.store.sealing import DayKey, Identity, Kind


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
        for day in [day for day in keys.days() if scope.covers(day)]:
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
    lead = lead_of(pseudonym)
    asked = (site, str(day), lead, lead + _LAST, pseudonym)
    found = minutes_in(sorted(connection.exec_driver_sql(_MINUTES, asked).cursor.fetchall(), key=_MINUTE))
    devices = _devices(connection, key, site, {minute.device for minute in found} - {""})
    return {
        minute._replace(person=scope.person, device=devices.get(minute.device, "")): counts
        for minute, counts in found.items()
        if not scope.services or minute.service in scope.services
    }


# By the lead of the key they are one stretch of the table; two people of one lead are told apart by the pseudonym.
_MINUTES = (
    f"SELECT {', '.join(ROW)} FROM minutes "  # noqa: S608  # names of columns
    "WHERE site = ? AND day = ? AND key BETWEEN ? AND ? AND person = ?"
)
_LAST = b"\xff" * 32
_MINUTE = itemgetter(0)
_IDENTITY = "SELECT sealed FROM identities WHERE site = ? AND day = ? AND pseudonym = ?"


def _devices(connection: Connection, key: DayKey, site: str, named: set[str]) -> dict[str, str]:
    """Pseudonym (hex) → id of the devices that are named."""
    found = {}
    for pseudonym in (bytes.fromhex(name) for name in named):
        sealed = connection.exec_driver_sql(_IDENTITY, (site, str(key.day), pseudonym)).scalar()
        if sealed is not None:
            found[pseudonym.hex()] = key.unseal(site, pseudonym, sealed).id
    return found
