"""Taking one person out of the record: minutes and sealed identities, day by day, with a receipt that names nobody.

    journal (pseudonyms, no name) → rows deleted in bites → identities → file compacted → receipt → journal cleared

A person is another pseudonym each day, so each day is found by its own key; of days whose key is gone nobody can say
any more who was who, and there is nothing to take out. Killed anywhere, `resume` finishes it by the journal alone.
The pseudonyms stay in `<number>.days` for as long as any of those days has a key: a restore brings the rows back, and
`erased_again` takes them out once more. No backup has them, for there they would say which days are one person's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select

from agent.store.compact import compact
from agent.store.database import DATABASE, Database
from agent.store.errors import KeyMissingError, StoreError, explained
from agent.store.files import erase, locked, put, read_private
from agent.store.keys import DayKeys
from agent.store.reader import held_days
from agent.store.sealing import Identity, Kind
from agent.store.tables import identities, minutes

FOLDER, JOURNAL = "erasures", "journal.json"
_DAYS = ".days"
_LARGEST = 4 << 20
_BITE = 1_000
NOT_PROMISED = (
    "A backup of the database from before has the rows and sealed names still. A restore on this machine takes them "
    "out again; on another no key opens them. Let backups expire.",
    "Requests for access that a backup has come back where it is restored together with the backup of the keys: ask "
    "for the erasure again after such a restore.",
    "A copy that was forwarded to another database keeps the rows and the sealed names until their day is forgotten "
    "there. Until then this machine's keys of those days open them, and nothing else does.",
    "A worn flash disk, a snapshot of this machine, and what somebody with root on it copied are out of reach.",
    "Kept: the entries of the audit chain (which name nobody), cases and what they hold, concerns that the person "
    "raised, requests for access that wait or are in force, and the school's own lists of people and devices, which "
    "are changed by hand.",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was taken out: on how many days, how many minutes and identities; how many requests for access.

    `requests_kept` counts those that stay, since they wait for an answer or are in force.
    """

    number: str
    days: int
    minutes: int
    identities: int
    requests: int = 0
    requests_kept: int = 0

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Theirs:
    """What is one person's on one day, by that day's pseudonyms."""

    site: str
    day: str
    person: bytes
    devices: tuple[bytes, ...]

    @classmethod
    def of(cls, site: str, day: str, what: dict[str, Any]) -> _Theirs:
        """From the journal."""
        return cls(site, day, bytes.fromhex(what["person"]), tuple(map(bytes.fromhex, what["devices"])))

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return {"person": self.person.hex(), "devices": [one.hex() for one in self.devices]}

    @property
    def rows(self) -> ColumnElement[bool]:
        """Their minutes, and those of their devices behind which nobody was known."""
        nobody = and_(minutes.c.person.is_(None), minutes.c.device.in_(self.devices))
        return and_(
            minutes.c.site == self.site, minutes.c.day == self.day, or_(minutes.c.person == self.person, nobody)
        )

    def names(self, connection: Connection) -> ColumnElement[bool]:
        """Their sealed names; a device that somebody else's minutes name, too, keeps its own."""
        unused = [one for one in self.devices if not self._shared(connection, one)]
        same = and_(identities.c.site == self.site, identities.c.day == self.day)
        return and_(same, identities.c.pseudonym.in_([self.person, *unused]))

    def counted(self, connection: Connection) -> tuple[int, int]:
        """How many minutes and how many names."""
        rows = connection.execute(select(func.count()).select_from(minutes).where(self.rows)).scalar_one()
        names = select(func.count()).select_from(identities).where(self.names(connection))
        return int(rows), int(connection.execute(names).scalar_one())

    def _shared(self, connection: Connection, device: bytes) -> bool:
        same = and_(minutes.c.site == self.site, minutes.c.day == self.day, minutes.c.device == device)
        others = and_(same, minutes.c.person.is_not(None), minutes.c.person != self.person)
        return connection.execute(select(1).where(others).limit(1)).first() is not None


class Erasure:
    """Erasing in the record of one site. The caller has decided, and written the audit entry first."""

    __slots__ = ("_data", "_database", "_folder", "_keys", "_site")

    def __init__(self, data: Path, site: str, database: Database) -> None:
        self._data, self._site, self._database = data, site, database
        self._keys, self._folder = DayKeys.of_data(data), data / FOLDER

    def run(
        self, number: str, person: str, devices: frozenset[str], at: str, requests: tuple[int, int] = (0, 0)
    ) -> Erased:
        """Take a person out, with the devices that are theirs; the receipt stands when this returns. Raises StoreError.

        An erasure that was interrupted before is finished first. `number` names the receipt, `at` is the ISO time,
        `requests` are the requests for access that the caller has taken out, and those that stay.
        """
        with self._alone() as folder:
            self._finish(folder)
            days = dict(self._planned(person, devices))
            entry = {"number": number, "at": at, "days": days, "requests": list(requests)}
            put(self._folder / JOURNAL, json.dumps(entry).encode(), folder)
            return self._carried_out(entry, folder)

    def resume(self) -> Erased | None:
        """Finish what was interrupted; None if nothing was."""
        if not (self._folder / JOURNAL).exists():
            return None
        with self._alone() as folder:
            return self._finish(folder)

    def _finish(self, folder: int) -> Erased | None:
        path = self._folder / JOURNAL
        if not path.exists():
            return None
        try:
            entry = json.loads(read_private(path, _LARGEST))
        except ValueError:
            raise StoreError("is no journal", path, "move it away, and ask for the erasure again") from None
        return self._carried_out(entry, folder)

    def _planned(self, person: str, devices: frozenset[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each day that has rows of theirs and a key: pseudonyms in hex, and how much there is."""
        with self._database.reading() as connection:
            days = held_days(connection, self._site)
        for day in days:
            try:
                key = self._keys.of(day)
            except KeyMissingError:
                continue
            names = [Identity(Kind.DEVICE, device) for device in sorted(devices)]
            theirs = _Theirs(
                self._site,
                str(day),
                key.pseudonym(self._site, Identity(Kind.PERSON, person)),
                tuple(key.pseudonym(self._site, name) for name in names),
            )
            with self._database.reading() as connection:
                found = theirs.counted(connection)
            if any(found):
                yield theirs.day, theirs.as_json() | {"minutes": found[0], "identities": found[1]}

    def _carried_out(self, entry: dict[str, Any], folder: int) -> Erased:
        self.take_out(entry["days"])
        compact(self._database)
        days = entry["days"].values()
        sums = [sum(what[name] for what in days) for name in ("minutes", "identities")]
        erased = Erased(entry["number"], len(days), *sums, *entry.get("requests", ()))
        put(self._folder / f"{erased.number}.txt", _receipt(erased, entry["at"], self._site).encode(), folder)
        if entry["days"]:
            again = {"site": self._site, "days": entry["days"]}
            put(self._folder / f"{erased.number}{_DAYS}", json.dumps(again).encode(), folder)
        erase(self._folder / JOURNAL, folder)
        return erased

    def take_out(self, days: Mapping[str, dict[str, Any]]) -> None:
        """Delete what is one person's on those days, by its pseudonyms in hex. Raises StoreError."""
        for day, what in days.items():
            theirs = _Theirs.of(self._site, day, what)
            while self._bite(theirs):
                pass
            with self._database.writing() as connection:
                connection.execute(delete(identities).where(theirs.names(connection)))

    def _bite(self, theirs: _Theirs) -> int:
        with self._database.writing() as connection:
            found = connection.execute(select(minutes.c.minute, minutes.c.key).where(theirs.rows).limit(_BITE)).all()
            for row in found:
                one = and_(minutes.c.minute == row.minute, minutes.c.key == row.key)
                connection.execute(delete(minutes).where(theirs.rows, one))
        return len(found)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as folder:
                yield folder


@contextmanager
def erasure_of(data: Path, site: str) -> Iterator[Erasure]:
    """Erasing in a data folder; its database must be there. Raises StoreError."""
    database = Database(data / DATABASE)
    try:
        yield Erasure(data, site, database)
    finally:
        database.close()


def erased_again(data: Path) -> int:
    """Take out once more whoever was erased before, from a database that was put in place; how many erasures.

    Raises StoreError.
    """
    kept = list(_kept(data))
    if kept:
        database = Database.open(data / DATABASE, logging.getLogger(__name__).error)
        try:
            for _, said in kept:
                Erasure(data, said["site"], database).take_out(said["days"])
            compact(database)
        finally:
            database.close()
    return len(kept)


def let_go(data: Path, keys: DayKeys) -> None:
    """Remove the pseudonyms of erasures of which no day has a key any more. Raises StoreError."""
    for path, said in list(_kept(data)):
        if not any(keys.holds(date.fromisoformat(day)) for day in said["days"]):
            with explained(path), locked(path.parent) as folder:
                erase(path, folder)


def _kept(data: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((data / FOLDER).glob(f"*{_DAYS}")):
        with explained(path):
            content = read_private(path, _LARGEST)
        try:
            yield path, json.loads(content)
        except ValueError:
            raise StoreError(
                "does not say what was erased", path, "move it away, and ask for the erasure again"
            ) from None


def _receipt(erased: Erased, at: str, site: str) -> str:
    what = f"{erased.minutes:,} minutes and {erased.identities:,} sealed names, on {erased.days} days"
    asked = f"{erased.requests:,} requests for access ({erased.requests_kept:,} stay: they wait or are in force)"
    head = [f"Receipt {erased.number}: one person was taken out of the record of {site}", ""]
    rest = ["", "What cannot be promised, and what is kept:", *(f"- {one}" for one in NOT_PROMISED), ""]
    return "\n".join([*head, f"At          {at}", f"Taken out   {what}", f"            {asked}", *rest])
