"""Forgetting that is interrupted or in whose way something is: what was begun is finished, and said."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.store import StoreError
from agent.store.database import Database
from agent.store.holds import holds_of
from agent.store.journal import Journal
from agent.store.keys import KEYS
from agent.store.person import Scope
from agent.store.receipts import Receipts, as_text
from agent.store.retention import FOLDER, Retention, forgotten_days, journal_of
from tests.store.forgetting import MINUTES, ORDER, PEOPLE, day, forget, live
from tests.store.making import SITE, sealed_identities
from tests.store.test_retention import ROWS_A_DAY, keys, rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three days."""
    live(tmp_path, 3)
    return tmp_path


def hold_that_fails(data: Path) -> Path:
    """A case whose key others may read; the key's file."""
    with holds_of(data, SITE) as holds:
        holds.place("2026-0001", Scope("teacher-03", day(1), day(1)))
    key = data / KEYS / "case-2026-0001.key"
    key.chmod(0o644)
    return key


def test_what_cannot_be_secured_is_not_destroyed(data: Path) -> None:
    """If a case's rows cannot be resealed their day stays, whole; the other days go, with a receipt, and the other
    case has what it holds."""
    key = hold_that_fails(data)
    with holds_of(data, SITE) as holds:
        holds.place("2026-0002", Scope("teacher-04", day(1), day(1)))
    with pytest.raises(StoreError, match=r"2026-11-24 stays past its date: .*chmod 600 .*on 2026-12-30"):
        forget(data, 0, 1)
    assert keys(data) == [1, 2]
    assert rows(data) == {"2026-11-24": ROWS_A_DAY, "2026-11-25": ROWS_A_DAY}
    assert [set(one["days"]) for one in Receipts(data).read()] == [{"2026-11-23"}]
    assert (journal_of(data).days(), forgotten_days(data)) == ([day(1)], {day(0)})
    key.chmod(0o600)
    receipt = forget(data)
    assert receipt is not None
    assert {found: what["held"] for found, what in receipt["days"].items()} == {
        "2026-11-24": {"2026-0001": MINUTES, "2026-0002": MINUTES}
    }


@pytest.mark.parametrize(
    ("days", "settled", "stays"),
    [
        pytest.param(6, True, True, id="within the week"),
        pytest.param(7, True, False, id="a week later"),
        pytest.param(7, False, True, id="by a clock that nothing agrees with"),
    ],
)
def test_a_damaged_hold_keeps_its_day_for_a_week(data: Path, days: int, settled: bool, stays: bool) -> None:
    """Then the day goes for everybody, and the receipt says which case has nothing of it."""
    hold_that_fails(data)
    with pytest.raises(StoreError, match="stays past its date"):
        forget(data, 1)
    later = ORDER.today + timedelta(days=days)
    with pytest.raises(StoreError, match="stays past its date") if stays else nullcontext():
        forget(data, today=later, settled=settled)
    assert keys(data) == ([0, 1, 2] if stays else [0, 2])
    assert [what.get("unsecured") for one in Receipts(data).read() for what in one["days"].values()] == (
        [] if stays else [["2026-0001"]]
    )
    assert all("nothing more for case 2026-0001" in as_text(one) for one in Receipts(data).read())


class Cut(Exception):
    """The process ended here."""


type Step = Callable[[Retention, dict[str, Any]], None]


class CutJournal(Journal):
    """A journal after so many writes of which the process is cut off, before or after the write."""

    left = 0
    after = False

    def write(self, entry: dict[str, Any]) -> None:
        if self.left == 0 and not self.after:
            raise Cut
        super().write(entry)
        if self.left == 0:
            raise Cut
        self.left -= 1

    def clear(self) -> None:
        raise Cut


def cut_run(data: Path, writes: int, after: bool) -> None:
    """Forget two days and be cut off around that write to the journal, or before it is cleared."""
    journal = CutJournal(data / FOLDER / "journal")
    journal.left, journal.after = writes, after
    database = Database(data / "breaktime.db")
    try:
        retention = Retention(data, SITE, database)
        retention._journal = journal
        with pytest.raises(Cut):
            retention.run(replace(ORDER, days=(day(0), day(1))))
    finally:
        database.close()


@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize("writes", range(8))
def test_cut_off_at_every_entry(data: Path, writes: int, after: bool) -> None:
    """Cut off before or after any entry of the journal, a key is never there without its rows; a run without any
    order finishes it, with one receipt that says what the whole run did."""
    cut_run(data, writes, after)
    for number in keys(data):
        assert rows(data)[str(day(number))] == ROWS_A_DAY
    begun = journal_of(data).days()
    assert begun == ([] if (writes, after) == (0, False) else [day(0), day(1)])
    forget(data, *(() if begun else (0, 1)))
    assert (keys(data), set(rows(data))) == ([2], {"2026-11-25"})
    assert [len(one["days"]) for one in Receipts(data).read()] == [2]
    assert {what["minutes"] for what in Receipts(data).read()[0]["days"].values()} == {ROWS_A_DAY}
    assert {what["key"] for what in Receipts(data).read()[0]["days"].values()} == {"overwritten, removed and verified"}
    assert journal_of(data).read() is None
    assert len(sealed_identities(data)) == 2 * PEOPLE


def test_cut_off_after_the_receipt(data: Path) -> None:
    """Days that fall due after a run was cut off between its receipt and the journal's end get a receipt of their own,
    and are told to whoever asks which days are gone."""
    cut_run(data, writes=99, after=False)
    assert [set(one["days"]) for one in Receipts(data).read()] == [{"2026-11-23", "2026-11-24"}]
    receipt = forget(data, 2)
    assert receipt is not None
    assert (receipt["number"], set(receipt["days"])) == (2, {"2026-11-25"})
    assert forgotten_days(data) == {day(0), day(1), day(2)}
    assert (keys(data), journal_of(data).read()) == ([], None)
