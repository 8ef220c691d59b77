"""Forgetting: the key of a day, then its rows, then a receipt; whatever is interrupted is taken up again.

    journal → rows of cases resealed → keys of the days destroyed → key-encryption key replaced
            → for each day: totals of its week, rows deleted in bites → file compacted → receipt → journal cleared

From the moment at which its key is destroyed nobody can say who was who on that day, in the database or in any copy of
it; all that follows is tidying. Destroying needs no free space, so a full disk keeps nothing. Every step may be done
again. The journal makes sure that what was begun is finished, even if the clock has changed its mind since.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from agent.store.bites import delete_in_bites
from agent.store.compact import compact
from agent.store.database import DATABASE, Database
from agent.store.erasure import let_go
from agent.store.errors import StoreError, explained
from agent.store.holds import Holds
from agent.store.journal import MOST_DAYS, Journal
from agent.store.keys import KEYS, DayKeys
from agent.store.reader import count_of, held_days, policies_of, sites
from agent.store.receipts import Receipts
from agent.store.tables import identities, minutes, touched
from agent.store.totals import add_up

FOLDER = "retention"
PATIENCE = timedelta(days=7)
"""How long a day stays past its date because a case's rows cannot be secured."""
_TABLES = (identities, touched, minutes)
"""Minutes last: as long as anything of a day is left, the day is found by its minutes."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to forget and what the receipt says about it.

    `days` are due; `today` is the local date and `at` the ISO time to act by, `time_by` what it stands on. `totals`
    says whether weeks may be added up. Files that were set aside and not written to since `asides_before` (seconds
    since the epoch, by the file system) go too. `settled` if two sources of time agree on `today`.
    """

    days: tuple[date, ...]
    today: date
    at: str
    time_by: str
    policy: str
    keep_days: int
    totals: bool = True
    asides_before: float = 0.0
    settled: bool = True


class Retention:
    """The record of one gateway, as forgetting sees it: the keys of the days are those of every site in the file."""

    __slots__ = ("_data", "_database", "_journal", "_keys", "_receipts", "_site")

    def __init__(self, data: Path, site: str, database: Database) -> None:
        self._data, self._site, self._database = data, site, database
        self._keys = DayKeys(data / KEYS)
        self._journal, self._receipts = journal_of(data), Receipts(data)

    def held(self) -> list[date]:
        """Every day of which there are rows or a key, in order."""
        with self._database.reading() as connection:
            days = {day for site in sites(connection) for day in held_days(connection, site)}
        return sorted(days | set(self._keys.days()))

    def policies(self, day: date) -> set[str]:
        """The policies under which rows of the day were recorded; reads the whole day."""
        with self._database.reading() as connection:
            return {name for site in sites(connection) for name in policies_of(connection, site, day)}

    def unfinished(self) -> list[date]:
        """The days that an interrupted run had begun to forget."""
        return self._journal.days()

    def run(self, order: Order) -> dict[str, Any] | None:
        """Forget the days of the order and those of an interrupted run; the receipt, None if there was nothing.

        Raises StoreError if it cannot be finished; what is done stays done, and the next run goes on.
        """
        with _alone(self._data):
            self._journal.prepare()
            for site in self._sites():
                Holds(self._database, self._keys, site).resume()
            asides = [path for path in _asides(self._data) if path.stat().st_mtime < order.asides_before]
            entry = self._begun(order)
            if not entry["days"] and not asides:
                return None
            trouble = self._destroy_keys(entry, order)
            done = {day: what for day, what in entry["days"].items() if "key" in what}
            for day, what in done.items():
                self._delete(entry, date.fromisoformat(day), what, order)
            receipt = self._finished(entry, order, asides, done) if "rewrapped" in entry and (done or asides) else None
            if trouble:
                raise trouble  # said as long as any day stays; the others have their receipt
            return receipt

    def _sites(self) -> list[str]:
        with self._database.reading() as connection:
            return sorted({self._site, *sites(connection)})

    def _begun(self, order: Order) -> dict[str, Any]:
        """The journal's entry: what an interrupted run had found out stays in it."""
        entry = self._interrupted() or {"days": {}, "number": self._receipts.next_number(), "totals": []}
        for day in order.days[:MOST_DAYS]:
            if len(entry["days"]) < MOST_DAYS:  # the rest is still due at the next run
                entry["days"].setdefault(str(day), {})
        if entry["days"]:
            self._journal.write(entry)
        return entry

    def _interrupted(self) -> dict[str, Any] | None:
        """What has no receipt yet: killed after the receipt, a run must not lend its number to days that come later."""
        entry = self._journal.read()
        standing = self._receipts.of(entry["number"]) if entry else None
        if entry is None or standing is None:
            return entry
        left = {day: what for day, what in entry["days"].items() if day not in standing["days"]}
        if left:
            return entry | {"days": left, "number": self._receipts.next_number(), "totals": []}
        self._journal.clear()
        return None

    def _destroy_keys(self, entry: dict[str, Any], order: Order) -> StoreError | None:
        """The keys of all days, and then the one that they were wrapped under; what was in the way of any.

        A day whose rows could not be secured for a case stays for a week, and the others do not wait for it.
        """
        trouble: StoreError | None = None
        for day, what in entry["days"].items():
            try:
                self._destroy_key(entry, date.fromisoformat(day), what, order)
            except StoreError as problem:
                trouble = problem
        try:
            destroyed = any("key" in what for what in entry["days"].values())
            entry["rewrapped"] = self._keys.store.replace_wrapping() if destroyed else 0
        except StoreError as problem:
            trouble = problem
        return trouble

    def _destroy_key(self, entry: dict[str, Any], day: date, what: dict[str, Any], order: Order) -> None:
        if "key" in what:  # whose key is gone has nothing left to secure
            return
        begun = "held" in what
        try:
            self._secure(day, what, order)
        finally:  # also since when it has failed
            self._journal.write(entry)
        destroyed = self._keys.destroy(day)
        what["key"] = "overwritten, removed and verified" if destroyed or begun else "was not there"
        self._journal.write(entry)

    def _secure(self, day: date, what: dict[str, Any], order: Order) -> None:
        """Note how much of the day each case holds. Raises StoreError where it fails for one, but not for ever."""
        found = [item for site in self._sites() for item in Holds(self._database, self._keys, site).secure(day).items()]
        troubles = {case: trouble for case, trouble in found if isinstance(trouble, StoreError)}
        if troubles:
            if order.settled:
                what.setdefault("since", str(order.today))
            last = date.fromisoformat(what.get("since", str(order.today))) + PATIENCE
            if not order.settled or order.today < last:
                trouble = next(iter(troubles.values()))
                remedy = f"{trouble.remedy}; on {last} it is forgotten all the same, and the case has nothing of it"
                raise StoreError(f"{day} stays past its date: {trouble.what}", trouble.where, remedy)
            what["unsecured"] = sorted(troubles)
        # A case that holds nothing of the day needs no room in the journal.
        what["held"] = {case: count for case, count in found if count and not isinstance(count, StoreError)}

    def _delete(self, entry: dict[str, Any], day: date, what: dict[str, Any], order: Order) -> None:
        if "minutes" not in what:
            self._count(entry, day, what, order)
        for site in self._sites():
            for table in _TABLES:
                delete_in_bites(self._database, table, {"site": site, "day": str(day)})

    def _count(self, entry: dict[str, Any], day: date, what: dict[str, Any], order: Order) -> None:
        """Add the day's week up and say in the journal how much there is to delete, before anything is."""
        for site in self._sites():
            week = add_up(self._database, site, day, order.today) if order.totals else None
            if week and week not in entry["totals"]:
                entry["totals"].append(week)
            with self._database.reading() as connection:
                for table in _TABLES:
                    what[table.name] = what.get(table.name, 0) + count_of(connection, table, site, day)
        self._journal.write(entry)

    def _finished(
        self, entry: dict[str, Any], order: Order, asides: list[Path], done: dict[str, Any]
    ) -> dict[str, Any]:
        for path in asides:
            with explained(path):
                path.unlink(missing_ok=True)
        with suppress(StoreError):  # no receipt waits for it; a restore says what is wrong with it
            let_go(self._data, self._keys)
        compacted = compact(self._database)
        receipt = {
            "at": order.at,
            "time_by": order.time_by,
            "site": self._site,
            "policy": order.policy,
            "keep_days": order.keep_days,
            "days": {day: _said(what) for day, what in sorted(done.items())},
            "totals": entry["totals"],
            "set_aside": [path.relative_to(self._data).as_posix() for path in asides],
            "rewrapped": entry["rewrapped"],
            "freed_bytes": compacted.freed,
            "log": "was emptied" if compacted.emptied else "is still being read, and is emptied next time",
        }
        whole = self._receipts.add(entry["number"], receipt)
        left = {day: what for day, what in entry["days"].items() if day not in done}
        if left:
            self._journal.write({"days": left, "number": self._receipts.next_number(), "totals": []})
        else:
            self._journal.clear()
        return whole


@contextmanager
def retention_of(data: Path, site: str) -> Iterator[Retention]:
    """The retention of a data folder; its database is made if there is none. Raises StoreError."""
    database = Database.open(data / DATABASE, logging.getLogger(__name__).error)
    DayKeys.of_data(data)  # takes over what an earlier version left
    try:
        yield Retention(data, site, database)
    finally:
        database.close()


def forgotten_days(data: Path) -> set[date]:
    """The days whose keys were destroyed: as the receipts say, and those of a run that has none yet.

    Not a day that has a key again: one of a false date that was forgotten and has now come.
    """
    keys = DayKeys(data / KEYS)
    return {day for day in Receipts(data).forgotten_days() | set(journal_of(data).days()) if not _opens(keys, day)}


def _opens(keys: DayKeys, day: date) -> bool:
    """True if the day's key can be used; one that a backup brought back cannot."""
    try:
        return keys.holds(day) and bool(keys.of(day))
    except StoreError:
        return False


def journal_of(data: Path) -> Journal:
    """The journal of a data folder."""
    return Journal(data / FOLDER / "journal")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold off every other run on this folder. Raises StoreError if one is at work."""
    path = data / FOLDER / "lock"
    with explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError("another run is at work", path, "wait for it, then look again") from None
            yield


def _asides(data: Path) -> list[Path]:
    """Databases that were set aside, damaged or by a restore, with their logs: they hold rows, too."""
    patterns = (f"{DATABASE}.corrupt-*", f"{DATABASE}.unfinished*", f"before-restore-*/data/{DATABASE}*")
    found = chain.from_iterable(map(data.glob, patterns))
    return sorted(path for path in found if path.is_file())


def _said(what: dict[str, Any]) -> dict[str, Any]:
    """What a receipt says of a day."""
    named = ("key", "minutes", "identities", "held", "unsecured")
    return {name: what[name] for name in named if name in what}
