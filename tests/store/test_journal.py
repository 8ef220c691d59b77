"""The journal: whole or silent, in a file that never needs more room."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.store import StoreError
from agent.store.journal import MOST_DAYS, SIZE, SLOT, Journal

ENTRY = {"days": {"2026-11-24": {}, "2026-11-23": {"key": "was not there"}}, "number": 3}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "retention" / "journal")
    journal.prepare()
    return journal


def torn(data: Path, slot: int, kept: int) -> None:
    """Only so many bytes of that slot reached the disk."""
    path = data / "retention" / "journal"
    content = path.read_bytes()
    rest = content[slot * SLOT + kept : (slot + 1) * SLOT]
    at = slot * SLOT + kept
    path.write_bytes(content[:at] + b" " * len(rest) + content[at + len(rest) :])


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
def test_a_torn_first_entry_says_nothing(journal: Journal, tmp_path: Path, kept: int) -> None:
    """A first entry of which only the beginning reached the disk is none."""
    journal.write(ENTRY)
    torn(tmp_path, slot=1, kept=kept)
    assert journal.read() is None


@pytest.mark.parametrize("kept", [0, 10, 64, 100])
@pytest.mark.parametrize("entries", [2, 3, 4])
def test_a_torn_entry_leaves_the_one_before(journal: Journal, tmp_path: Path, entries: int, kept: int) -> None:
    """What had been done by the entry before a torn one is not lost, and the next entry takes the torn one's place."""
    for number in range(1, entries + 1):
        journal.write({"days": {}, "number": number})
    torn(tmp_path, slot=entries % 2, kept=kept)
    assert journal.read() == {"days": {}, "number": entries - 1}
    journal.write(ENTRY)
    assert journal.read() == ENTRY


def test_an_entry_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    """A journal of one slot, in the middle of a run, is finished by a version with two."""
    path = tmp_path / "journal"
    text = json.dumps(ENTRY).encode()
    path.write_bytes((hashlib.sha256(text).hexdigest().encode() + text).ljust(SLOT))
    Journal(path).prepare()
    assert (Journal(path).read(), path.stat().st_size) == (ENTRY, SIZE)


def test_none_yet(tmp_path: Path) -> None:
    """Without a file nothing was begun."""
    assert Journal(tmp_path / "journal").read() is None


def test_the_most_days_fit(journal: Journal) -> None:
    """The most days that one run forgets fit, with all that is said of each where twenty cases hold rows of every day;
    more is refused before anything is."""
    what = {"key": "overwritten, removed and verified", "minutes": 10**7, "identities": 10**5, "touched": 1440}
    held = {f"2026-{n:04}": 1440 for n in range(20)}
    days = {str(date(2026, 1, 1) + timedelta(days=n)): what | {"held": held} for n in range(MOST_DAYS)}
    journal.write({"days": days, "number": 10**6, "totals": [f"2026-W{n:02}" for n in range(53)]})
    with pytest.raises(StoreError, match="too small for so many days"):
        journal.write({"days": {str(n): what for n in range(2_000)}})
    assert len(journal.days()) == MOST_DAYS
