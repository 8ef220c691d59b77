"""Forgetting days: keys first, then rows, then a receipt; nothing else is touched, and what was begun is finished."""

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest

from agent.store import DayKeys, Store, StoreError
from agent.store.bites import ROWS
from agent.store.holds import holds_of
from agent.store.journal import MOST_DAYS
from agent.store.keys import KEYS
from agent.store.person import Scope
from agent.store.receipts import Receipts
from agent.store.retention import _TABLES, FOLDER, forgotten_days, retention_of
from agent.store.tables import identities, minutes, touched
from tests.store.forgetting import MINUTES, PEOPLE, day, forget, live
from tests.store.making import LONDON, SITE, batch, query, sealed_identities

ROWS_A_DAY = PEOPLE * MINUTES


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three days."""
    live(tmp_path, 3)
    return tmp_path


def rows(data: Path, table: str = "minutes") -> dict[str, int]:
    """Rows a day."""
    return dict(query(data / "breaktime.db", f"SELECT day, COUNT(*) FROM {table} GROUP BY day"))  # type: ignore[arg-type]


def keys(data: Path) -> list[int]:
    """The days that have a key, counted from the Monday."""
    return [(found - day(0)).days for found in DayKeys(data / KEYS).days()]


def test_a_day_is_forgotten(data: Path) -> None:
    """Its key, rows, identities and marks are gone; the other days have all of theirs and can be opened."""
    receipt = forget(data, 0)
    assert keys(data) == [1, 2]
    for table in ("minutes", "identities", "touched"):
        assert set(rows(data, table)) == {"2026-11-24", "2026-11-25"}
    assert rows(data) == {"2026-11-24": ROWS_A_DAY, "2026-11-25": ROWS_A_DAY}
    assert len(sealed_identities(data)) == 2 * PEOPLE
    assert receipt is not None
    assert receipt["days"] == {
        "2026-11-23": {
            "key": "overwritten, removed and verified",
            "minutes": ROWS_A_DAY,
            "identities": 2 * PEOPLE,
            "held": {},
        }
    }
    assert receipt["rewrapped"] == 2
    assert Receipts(data).read() == [json.loads(json.dumps(receipt))]


def test_nothing_due(data: Path) -> None:
    """Where nothing is due there is no receipt, no new wrapping, and nothing changes."""
    wrapping = DayKeys(data / KEYS).store.wrapping_id()
    assert forget(data) is None
    assert (keys(data), DayKeys(data / KEYS).store.wrapping_id()) == ([0, 1, 2], wrapping)
    assert not (data / "receipts").exists()


def test_a_large_day_goes_in_bites(tmp_path: Path) -> None:
    """However many rows a day has, all of them go, and the receipt counts them."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        for number in range(4):
            store.write(batch(number, size=ROWS - 1))
    receipt = forget(tmp_path, 0)
    assert receipt is not None
    assert receipt["days"]["2026-11-23"]["minutes"] == 4 * (ROWS - 1)
    assert rows(tmp_path) == {}


def test_the_file_shrinks_and_its_log_is_emptied(tmp_path: Path) -> None:
    """What was freed is given back, and nothing stands in the log any more."""
    live(tmp_path, 1)
    with Store.open(tmp_path, SITE, LONDON) as store:
        for number in range(1440, 1440 + 20):
            store.write(batch(number, size=900))
        receipt = forget(tmp_path, 1)
        assert (tmp_path / "breaktime.db-wal").stat().st_size == 0
    assert query(tmp_path / "breaktime.db", "PRAGMA freelist_count") == [(0,)]
    assert receipt is not None
    assert receipt["freed_bytes"] > 3_000_000
    assert receipt["log"] == "was emptied"


@pytest.mark.long  # the log is waited for: most of a minute
def test_a_reader_keeps_the_log_only(data: Path) -> None:
    """Somebody who reads for long does not stop forgetting; the receipt says that the log is emptied next time."""
    with Store.open(data, SITE, LONDON) as store, store._database.reading() as connection:
        connection.exec_driver_sql("SELECT COUNT(*) FROM minutes").all()
        receipt = forget(data, 0)
    assert receipt is not None
    assert receipt["log"] == "is still being read, and is emptied next time"
    assert set(rows(data)) == {"2026-11-24", "2026-11-25"}


def test_the_gateway_writes_on(data: Path) -> None:
    """A store that is open all the while writes before, after, and on the day itself if its clock says so."""
    with Store.open(data, SITE, LONDON) as store:
        store.write(batch(0, size=5))
        forget(data, 0)
        store.let_go()
        assert [held.key.day for held in store._days.values()] == []
        store.write(batch(1440, size=5))
        store.write(batch(0, size=5))
        assert store.days() == {day(0): 5, day(1): ROWS_A_DAY + 5, day(2): ROWS_A_DAY}
    assert forget(data, 0) is not None
    assert rows(data).get("2026-11-23") is None


def test_what_a_case_holds_stays_readable(data: Path) -> None:
    """The person's rows of the day are secured before its key goes, late ones too; the receipt says how many."""
    with holds_of(data, SITE) as holds:
        holds.place("2026-0001", Scope("teacher-03", day(0), day(1)))
    with Store.open(data, SITE, LONDON) as store:
        late = {minute._replace(person="teacher-03", service="tiktok"): count for minute, count in batch(9, 1).items()}
        store.write(late)
    receipt = forget(data, 0, 2)
    assert receipt is not None
    assert receipt["days"]["2026-11-23"]["held"] == {"2026-0001": MINUTES + 1}
    assert receipt["days"]["2026-11-25"]["held"] == {}
    with holds_of(data, SITE) as holds:
        held = dict(holds.read("2026-0001"))
    assert {(found, len(minutes)) for found, minutes in held.items()} == {(day(0), MINUTES + 1), (day(1), MINUTES)}
    assert {minute.person for minutes in held.values() for minute in minutes} == {"teacher-03"}


def test_a_case_that_holds_nothing_of_a_day_is_not_named(data: Path) -> None:
    """A hold over a day on which its person did nothing takes no room in the journal or the receipt."""
    with holds_of(data, SITE) as holds:
        holds.place("2026-0001", Scope("teacher-99", day(0), day(1)))
    receipt = forget(data, 0)
    assert receipt is not None
    assert receipt["days"]["2026-11-23"]["held"] == {}


def test_more_days_than_one_run_takes(data: Path) -> None:
    """Of very many days a run takes what its journal has room for, the oldest first, and the next run the rest."""
    found = [forget(data, *range(first, 3)) for first in (3 - MOST_DAYS - 1, 2)]
    assert [len(receipt["days"]) for receipt in found if receipt] == [MOST_DAYS, 1]
    assert keys(data) == []


def test_a_site_of_another_name_is_forgotten_too(data: Path) -> None:
    """A school that changed its site's name in the configuration does not keep the old name's rows for ever."""
    live(data, 2, site="the-old-name")
    with holds_of(data, "the-old-name") as holds:
        holds.place("old-1", Scope("teacher-03", day(0), day(0)))
    receipt = forget(data, 0)
    assert receipt is not None
    assert receipt["days"]["2026-11-23"]["minutes"] == 2 * ROWS_A_DAY
    assert receipt["days"]["2026-11-23"]["held"] == {"old-1": MINUTES}
    assert rows(data) == {"2026-11-24": 2 * ROWS_A_DAY, "2026-11-25": ROWS_A_DAY}


def test_a_database_from_an_old_backup(data: Path) -> None:
    """Restored rows of a day that was forgotten stay closed, and go at the next run; other days are not affected."""
    shutil.copy(data / "breaktime.db", data.parent / "backup.db")
    forget(data, 0)
    shutil.copy(data.parent / "backup.db", data / "breaktime.db")
    with Store.open(data, SITE, LONDON), pytest.raises(StoreError, match="the key of 2026-11-23 is missing"):
        sealed_identities(data)
    with retention_of(data, SITE) as retention:
        assert retention.held() == [day(0), day(1), day(2)]
    receipt = forget(data, 0)
    assert receipt is not None
    assert receipt["days"]["2026-11-23"]["key"] == "was not there"
    assert (set(rows(data)), len(sealed_identities(data))) == ({"2026-11-24", "2026-11-25"}, 2 * PEOPLE)


def test_a_day_that_has_come_is_no_longer_forgotten(data: Path) -> None:
    """A day of a false date that was once forgotten counts as any other when it comes and has a key; a key that a
    backup brought back, which opens nothing, does not make it one."""
    stale = (data / KEYS / "2026-11-23.key").read_bytes()
    forget(data, 0, 1)
    live(data, 1, first=1)
    DayKeys(data / KEYS).path(day(0)).write_bytes(stale)
    DayKeys(data / KEYS).path(day(0)).chmod(0o600)
    assert forgotten_days(data) == {day(0)}


def test_keys_from_a_backup_do_not_bring_a_day_back(data: Path) -> None:
    """A day's key that somebody put back is under a wrapping that is gone: it opens nothing and is removed."""
    shutil.copytree(data, data.parent / "backup")
    forget(data, 0)
    shutil.copy(data.parent / "backup" / KEYS / "2026-11-23.key", data / KEYS)
    shutil.copy(data.parent / "backup" / "breaktime.db", data / "breaktime.db")
    with pytest.raises(StoreError, match="a copy from before days were forgotten"):
        DayKeys(data / KEYS).of(day(0))
    forget(data, 0)
    assert keys(data) == [1, 2]


def test_files_that_were_set_aside_go_when_they_are_old(data: Path) -> None:
    """A damaged or replaced database is kept no longer than a record; a younger one stays for who may mend it."""
    replaced = "before-restore-2026-11-27T220000/data/breaktime.db"
    (data / replaced).parent.mkdir(parents=True)
    stale = [replaced, f"{replaced}-wal", "breaktime.db.corrupt-1"]
    for name, modified in [*((name, 1_000.0) for name in stale), ("breaktime.db.corrupt-2", 3_000.0)]:
        (data / name).write_bytes(b"rows")
        os.utime(data / name, (modified, modified))
    receipt = forget(data, asides_before=2_000.0)
    assert receipt is not None
    assert (receipt["set_aside"], receipt["days"]) == (stale, {})
    assert not (data / replaced).exists()
    assert [path.name for path in data.glob("*corrupt*")] == ["breaktime.db.corrupt-2"]


def test_totals_stay(data: Path) -> None:
    """The week is added up before its first day goes, once, and only if the policy wants totals."""
    forget(data, 0)
    forget(data, 1)
    (found,) = query(data / "breaktime.db", "SELECT week, first, last, role, minutes FROM totals")
    assert found == ("2026-W48", "2026-11-23", "2026-11-29", "teacher", 3 * (PEOPLE - 1) * MINUTES)


def test_no_totals_where_the_policy_wants_none(data: Path) -> None:
    """A policy without totals leaves nothing of a week that is forgotten."""
    receipt = forget(data, 0, totals=False)
    assert receipt is not None
    assert receipt["totals"] == []
    assert query(data / "breaktime.db", "SELECT COUNT(*) FROM totals") == [(0,)]


def test_two_runs_at_once(data: Path) -> None:
    """A second run does not get in the way of the first: it says that one is at work."""
    forget(data)
    with (data / FOLDER / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another run is at work; wait for it"):
            forget(data, 0)
    assert keys(data) == [0, 1, 2]


def test_everything_of_a_day_is_named() -> None:
    """The tables that a day is deleted from are all those with its pseudonyms, minutes last."""
    assert _TABLES[-1] is minutes
    assert set(_TABLES) == {minutes, identities, touched}
