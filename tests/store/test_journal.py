"""The journal: whole or silent, in a file that never needs more room."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.store import StoreError
from agent.store.journal import MOST_DAYS, SIZE, Journal

ENTRY = {"days": {"2026-11-24": {}, "2026-11-23": {"key": "was not there"}}, "number": 3}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "retention" / "journal")
    journal.prepare()
    return journal


def test_what_is_written_is_read(journal: Journal, tmp_path: Path) -> None:
    """The last entry stands until it is cleared; the file keeps its size."""
    assert (journal.read(), journal.days()) == (None, [])
    journal.write({"days": {}, "long": "x" * 1000})
    journal.write(ENTRY)
    assert Journal(tmp_path / "retention" / "journal").read() == ENTRY
    assert journal.days() == [date(2026, 11, 23), date(2026, 11, 24)]
    assert (tmp_path / "retention" / "journal").stat().st_size == SIZE
    journal.prepare()
    assert journal.read() == ENTRY
    journal.clear()
    assert journal.read() is None


@pytest.mark.parametrize("kept", [0, 10, 64, 100])
def test_a_torn_entry_says_nothing(journal: Journal, tmp_path: Path, kept: int) -> None:
    """An entry of which only the beginning reached the disk is none."""
    journal.write(ENTRY)
    path = tmp_path / "retention" / "journal"
    path.write_bytes(path.read_bytes()[:kept].ljust(SIZE))
    assert journal.read() is None


def test_none_yet(tmp_path: Path) -> None:
    """Without a file nothing was begun."""
    assert Journal(tmp_path / "journal").read() is None


def test_a_year_fits(journal: Journal) -> None:
    """The most days that one run forgets fit, with all that is said of each; more is refused before anything is."""
    what = {"key": "overwritten, removed and verified", "minutes": 10**7, "identities": 10**5, "touched": 1440}
    days = {str(date(2026, 1, 1) + timedelta(days=n)): what | {"held": {}} for n in range(MOST_DAYS)}
    journal.write({"days": days, "number": 10**6, "totals": [f"2026-W{n:02}" for n in range(53)]})
    with pytest.raises(StoreError, match="too small for so many days"):
        journal.write({"days": {str(n): what for n in range(2_000)}})
    assert len(journal.days()) == MOST_DAYS
