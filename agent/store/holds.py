"""What an approved case keeps back from being forgotten: one person's rows, sealed anew under the case's own key.

A hold is a standing instruction: whom, which days, which services. Placing it writes the instruction first and then
reseals the days that are there, one transaction a day; `secure` reseals a day once more just before its key is
destroyed, so that minutes which came since are held too. What is held is the whole row with clear ids, sealed; outside
the seal stand only the case, the day and a name that nobody without the case's key can make again. Nobody else's row
is touched. Releasing destroys the case's key first, then the rows. Each step can be done again; `resume` finishes a
release that was interrupted.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey, Minutes
from agent.store.bites import delete_in_bites
from agent.store.casekey import CaseKey, CaseKeys
from agent.store.database import DATABASE, Database
from agent.store.errors import KeyMissingError, StoreError
from agent.store.keys import DayKeys
from agent.store.person import Scope, day_of_person
from agent.store.reader import held_days as days_with_rows
from agent.store.tables import held, held_days, holds


@dataclass(frozen=True, slots=True)
class Hold:
    """What is known of a hold without its key: the case, the days it is for, and how many minutes it has of each."""

    case: str
    first: date
    last: date
    days: Mapping[date, int]


class Holds:
    """The holds of one site, in the open database. The caller has checked the case and written the audit log."""

    __slots__ = ("_cases", "_database", "_keys", "_site")

    def __init__(self, database: Database, keys: DayKeys, site: str) -> None:
        self._database, self._keys, self._site = database, keys, site
        self._cases = CaseKeys(keys.store)

    def place(self, case: str, scope: Scope) -> Hold:
        """Hold the rows of `scope` for the case; again with another time or other services to change it.

        What was held outside the new scope is deleted, also of days that are forgotten by now: nothing brings it back.
        Done again after an interruption it goes on. Raises StoreError, also if the case holds somebody else's rows;
        ValueError if the case's name cannot be one.
        """
        held_for = self.scope(case)
        if held_for is not None and held_for.person != scope.person:
            raise StoreError(f"case {case} holds another person's rows", self._database.path, "open a case of its own")
        key = self._cases.make(case)
        with self._database.writing() as connection:
            connection.execute(self._instruction(key, scope))
        if held_for is not None:
            self._narrow(key, scope)
        with self._database.reading() as connection:
            days = [day for day in days_with_rows(connection, self._site) if scope.covers(day)]
        for day in days:
            self._reseal(key, scope, day)
        return next(hold for hold in self.listed() if hold.case == case)

    def secure(self, day: date) -> dict[str, int | StoreError]:
        """Reseal that day for every hold that covers it, before it is forgotten; minutes by case, or what stopped it.

        A hold that is damaged is in nobody else's way.
        """
        secured: dict[str, int | StoreError] = {}
        for hold in self.listed():
            try:
                scope = self.scope(hold.case) if hold.first <= day <= hold.last else None
                if scope is not None:
                    secured[hold.case] = self._reseal(self._cases.of(hold.case), scope, day)
            except StoreError as problem:
                secured[hold.case] = problem
        return secured

    def cut(self, case: str, last: date) -> bool:
        """Let the hold take in no day after `last` from now on; what it has stays. False if it takes in none anyway."""
        scope = self.scope(case)
        if scope is None or scope.last <= last:
            return False
        with self._database.writing() as connection:
            connection.execute(self._instruction(self._cases.of(case), replace(scope, last=last)))
        return True

    def scope(self, case: str) -> Scope | None:
        """Whom and what the case holds; None if it holds nothing, or is being released."""
        query = select(holds.c.sealed).where(holds.c.site == self._site, holds.c.case_id == case)
        with self._database.reading() as connection:
            sealed = connection.execute(query).scalar()
        if sealed is None:
            return None
        try:
            key = self._cases.of(case)
        except KeyMissingError:
            return None
        return _scope(json.loads(key.unseal(sealed, self._site.encode(), b"scope")))

    def read(self, case: str) -> Iterator[tuple[date, Minutes]]:
        """The days that are held for the case, in order, with person and devices in clear. Raises StoreError."""
        key = self._cases.of(case)
        for hold in self.listed():
            for day in hold.days if hold.case == case else ():
                with self._database.reading() as connection:
                    yield day, self._opened(connection, key, day)

    def listed(self) -> list[Hold]:
        """All holds, by case; needs no key."""
        mine = held_days.c.site == self._site
        with self._database.reading() as connection:
            counts = connection.execute(select(held_days).where(mine).order_by(held_days.c.day)).all()
            found = connection.execute(select(holds).where(holds.c.site == self._site).order_by(holds.c.case_id)).all()
        return [Hold(row.case_id, _day(row.first), _day(row.last), _counts(counts, row.case_id)) for row in found]

    def release(self, case: str) -> bool:
        """Forget what is held for the case: its key, then its rows. False if nothing was held."""
        if case not in {hold.case for hold in self.listed()}:
            return self._cases.destroy(case)
        self._cases.destroy(case)
        delete_in_bites(self._database, held, {"site": self._site, "case_id": case})
        with self._database.writing() as connection:
            for table in (held_days, holds):
                connection.execute(delete(table).where(table.c.site == self._site, table.c.case_id == case))
        return True

    def resume(self) -> list[str]:
        """Finish every release that was interrupted; the cases."""
        left = [hold.case for hold in self.listed() if not self._cases.holds(hold.case)]
        for case in left:
            self.release(case)
        return left

    def _instruction(self, key: CaseKey, scope: Scope) -> Any:
        text = json.dumps([scope.person, *map(str, (scope.first, scope.last)), *sorted(scope.services)]).encode()
        sealed = key.seal(text, self._site.encode(), b"scope")
        row = {"site": self._site, "case_id": key.case, "first": str(scope.first), "last": str(scope.last)}
        return insert(holds).values(**row, sealed=sealed).prefix_with("OR REPLACE")

    def _narrow(self, key: CaseKey, scope: Scope) -> None:
        """Delete what is held outside the scope, one transaction a day; `held_days` says what is left."""
        for day in next(hold for hold in self.listed() if hold.case == key.case).days:
            mine = {"site": self._site, "case_id": key.case, "day": str(day)}
            with self._database.writing() as connection:
                for name, minute, _ in self._rows(connection, key, day):
                    if not (scope.covers(day) and (not scope.services or minute.service in scope.services)):
                        connection.execute(delete(held).filter_by(**mine, key=name))
                connection.execute(delete(held_days).filter_by(**mine))
                if left := len(self._names(connection, key.case, day)):
                    connection.execute(insert(held_days).values(**mine, minutes=left))

    def _reseal(self, key: CaseKey, scope: Scope, day: date) -> int:
        """One transaction: the person's rows of the day, each sealed; the number that is now held of it."""
        place = {"site": self._site, "case_id": key.case, "day": str(day)}
        with self._database.writing() as connection:
            minutes = day_of_person(connection, self._keys, self._site, day, scope)
            rows = [place | self._sealed(key, day, minute, counts) for minute, counts in minutes.items()]
            if rows:
                connection.execute(insert(held).prefix_with("OR REPLACE"), rows)
            count = len(self._names(connection, key.case, day))
            if count:
                connection.execute(insert(held_days).prefix_with("OR REPLACE"), place | {"minutes": count})
        return count

    def _sealed(self, key: CaseKey, day: date, minute: MinuteKey, counts: Counts) -> dict[str, bytes]:
        name = key.name(self._site.encode(), str(day).encode(), repr(tuple(minute)).encode("utf-8", "backslashreplace"))
        text = json.dumps([*minute, counts.requests, counts.bytes_up, counts.bytes_down]).encode()
        return {"key": name, "sealed": key.seal(text, self._site.encode(), str(day).encode(), name)}

    def _opened(self, connection: Connection, key: CaseKey, day: date) -> Minutes:
        found = {minute: counts for _, minute, counts in self._rows(connection, key, day)}
        return dict(sorted(found.items()))

    def _rows(self, connection: Connection, key: CaseKey, day: date) -> list[tuple[bytes, MinuteKey, Counts]]:
        """The name, minute and counts of each row that is held of the day."""
        query = select(held.c.key, held.c.sealed).where(
            held.c.site == self._site, held.c.case_id == key.case, held.c.day == str(day)
        )
        found = []
        for name, sealed in connection.execute(query).all():
            values = json.loads(key.unseal(sealed, self._site.encode(), str(day).encode(), name))
            found.append((name, _minute(values[:-3]), Counts(*values[-3:])))
        return found

    def _names(self, connection: Connection, case: str, day: date) -> list[bytes]:
        mine = (held.c.site == self._site, held.c.case_id == case, held.c.day == str(day))
        return list(connection.execute(select(held.c.key).where(*mine)).scalars())


@contextmanager
def holds_of(data: Path, site: str) -> Iterator[Holds]:
    """The holds in a data folder; its database is made if there is none. Raises StoreError."""
    database = Database.open(data / DATABASE, logging.getLogger(__name__).error)
    try:
        yield Holds(database, DayKeys.of_data(data), site)
    finally:
        database.close()


def _minute(values: list[Any]) -> MinuteKey:
    stored = MinuteKey(*values)
    return stored._replace(basis=Basis(stored.basis), verdict=Verdict(stored.verdict), mode=Mode(stored.mode))


def _scope(values: list[str]) -> Scope:
    person, first, last, *services = values
    return Scope(person, _day(first), _day(last), frozenset(services))


def _counts(rows: Any, case: str) -> dict[date, int]:
    return {_day(row.day): row.minutes for row in rows if row.case_id == case}


def _day(text: str) -> date:
    return date.fromisoformat(text)
