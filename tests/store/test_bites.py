"""Deleting in bites: all that was meant, nothing else, and the lock free between two of them."""

from datetime import date
from pathlib import Path

from agent.store import Store
from agent.store.bites import ROWS, delete_in_bites
from agent.store.database import Database
from agent.store.tables import minutes
from tests.store.making import LONDON, MINUTE, SITE, batch

DAY = date(2026, 11, 23)


class CountingDatabase(Database):
    """Counts transactions, and the rows that stand after each."""

    transactions = 0

    def writing(self):  # type: ignore[no-untyped-def]
        self.transactions += 1
        return super().writing()


def test_only_that_day_in_bites(tmp_path: Path) -> None:
    """The rows of the day go, a bite a transaction; the next day's stay."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        for number in range(3):
            store.write(batch(number, size=900))
        store.write(batch(1440, size=5))
        database = CountingDatabase(tmp_path / "breaktime.db")
        assert delete_in_bites(database, minutes, {"site": SITE, "day": str(DAY)}) == 2_700
        assert database.transactions == 2_700 // ROWS + 2
        assert store.days() == {date(2026, 11, 24): 5}
        assert delete_in_bites(database, minutes, {"site": SITE, "day": str(DAY)}) == 0
        database.close()


def test_a_bite_is_exactly_full(tmp_path: Path) -> None:
    """A day of exactly one bite is gone after it."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write(batch(0, size=ROWS))
        assert delete_in_bites(store._database, minutes, {"site": SITE, "day": str(DAY)}) == ROWS
        store.write({MINUTE: next(iter(batch(0, 1).values()))})
        assert store.days() == {DAY: 1}
