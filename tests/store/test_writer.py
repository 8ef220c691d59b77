"""What is written is what is read, added up, on the right local day, and clear of every id."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey
from agent.store import DayKeys, Kind, Store, StoreError
from agent.store.keys import KEYS
from agent.store.person import Scope, minutes_of_person
from agent.store.receipts import Receipts
from tests.store.endless import BATCH, writing
from tests.store.making import LONDON, MINUTE, SITE, files, forms, minute_of, query, sealed_identities
from tests.store.test_receipts import RECEIPT

DAY = date(2026, 11, 23)
PERSON, DEVICE = "planted-person-Zq7", "planted-device-Zq7"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, SITE, LONDON) as store:
        yield store


def test_what_is_written_is_read(store: Store) -> None:
    """Each minute comes back with all its dimensions and counts, and with pseudonyms for its ids."""
    other = MINUTE._replace(
        person="",
        basis=Basis.CONTACT,
        verdict=Verdict.ALLOW,
        mode=Mode.OBSERVE,
        opened=False,
        rule="",
        clause="",
    )
    assert store.write({MINUTE: Counts(3, 20, 100), other: Counts(1, 2, 3)}) == 2
    held = store.minutes_of(DAY)
    assert {key._replace(person="", device=""): counts for key, counts in held.items()} == {
        MINUTE._replace(person="", device=""): Counts(3, 20, 100),
        other._replace(device=""): Counts(1, 2, 3),
    }
    assert sorted(len(key.person) for key in held) == [0, 32]
    assert len({key.device for key in held}) == 1


def test_the_same_minute_is_added_up(store: Store) -> None:
    """A minute that comes again is one row with the sums."""
    for _ in range(3):
        store.write({MINUTE: Counts(3, 20, 100)})
    assert store.days() == {DAY: 1}
    assert store.totals(DAY) == store.totals() == Counts(9, 60, 300)


@pytest.mark.parametrize("field", [name for name in MinuteKey._fields if name != "minute"])
def test_every_dimension_tells_minutes_apart(store: Store, field: str) -> None:
    """Minutes that differ in any one dimension are rows of their own."""
    other = {"basis": Basis.CONTACT, "verdict": Verdict.ALLOW, "mode": Mode.OBSERVE, "opened": False}
    store.write({MINUTE: Counts(1), MINUTE._replace(**{field: other.get(field, "another")}): Counts(1)})  # type: ignore[arg-type]
    assert store.days() == {DAY: 2}
    assert len(store.minutes_of(DAY)) == 2


def test_nothing_to_write(store: Store, tmp_path: Path) -> None:
    """An idle second makes neither a key nor a row."""
    assert store.write({}) == 0
    assert store.days() == {}
    assert store.totals() == Counts()
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param("2026-11-23T09:30+00:00", "2026-11-23", id="a lesson"),
        pytest.param("2026-11-23T23:59+00:00", "2026-11-23", id="23:59 in winter"),
        pytest.param("2026-11-24T00:00+00:00", "2026-11-24", id="00:00 in winter"),
        pytest.param("2026-09-02T22:59+00:00", "2026-09-02", id="23:59 in summer"),
        pytest.param("2026-09-02T23:00+00:00", "2026-09-03", id="00:00 in summer"),
        pytest.param("2026-10-24T22:59+00:00", "2026-10-24", id="the minute before the long day"),
        pytest.param("2026-10-24T23:00+00:00", "2026-10-25", id="the long day begins"),
        pytest.param("2026-10-25T00:30+00:00", "2026-10-25", id="01:30 the first time"),
        pytest.param("2026-10-25T01:30+00:00", "2026-10-25", id="01:30 the second time"),
        pytest.param("2026-10-25T23:59+00:00", "2026-10-25", id="the long day ends"),
        pytest.param("2026-10-26T00:00+00:00", "2026-10-26", id="the minute after the long day"),
        pytest.param("2027-03-27T23:59+00:00", "2027-03-27", id="the minute before the short day"),
        pytest.param("2027-03-28T00:00+00:00", "2027-03-28", id="the short day begins"),
        pytest.param("2027-03-28T01:00+00:00", "2027-03-28", id="02:00, just after the gap"),
        pytest.param("2027-03-28T22:59+00:00", "2027-03-28", id="the short day ends"),
        pytest.param("2027-03-28T23:00+00:00", "2027-03-29", id="the minute after the short day"),
        pytest.param("2028-02-29T12:00+00:00", "2028-02-29", id="leap day"),
    ],
)
def test_a_minute_belongs_to_the_local_date(store: Store, tmp_path: Path, instant: str, day: str) -> None:
    """The day of a minute, and of the key that it stands under, is the date on the school's wall."""
    store.write({MINUTE._replace(minute=minute_of(instant)): Counts(1)})
    assert store.days() == {date.fromisoformat(day): 1}
    assert DayKeys(tmp_path / KEYS).days() == [date.fromisoformat(day)]


def test_both_hours_of_the_long_day_are_kept(store: Store) -> None:
    """The hour that the clock shows twice is two hours of minutes."""
    first, second = minute_of("2026-10-25T01:30+01:00"), minute_of("2026-10-25T01:30+00:00")
    store.write({MINUTE._replace(minute=first): Counts(1), MINUTE._replace(minute=second): Counts(1)})
    assert [key.minute for key in store.minutes_of(date(2026, 10, 25))] == [first, second]


def test_no_id_is_anywhere(store: Store, tmp_path: Path) -> None:
    """Neither database, nor log, nor keys hold an id in any form that can be found without a key."""

    def found() -> list[str]:
        needles = [*forms(PERSON), *forms(DEVICE)]
        return [path.name for path in files(tmp_path) for needle in needles if needle in path.read_bytes()]

    store.write({MINUTE._replace(person=PERSON, device=DEVICE): Counts(1)})
    assert {path.name for path in files(tmp_path)} >= {"breaktime.db", "breaktime.db-wal", "2026-11-23.key"}
    assert found() == []
    store.close()
    assert found() == []


def test_the_digest_of_a_minute_needs_the_key_too(tmp_path: Path) -> None:
    """The short key of a row is no way round the day's key: with another it is another."""
    for folder in ("one", "two"):
        with Store.open(tmp_path / folder, SITE, LONDON) as store:
            store.write({MINUTE: Counts(1)})
    one, two = (query(tmp_path / f / "breaktime.db", "SELECT key FROM minutes") for f in ("one", "two"))
    assert one != two


def test_pseudonyms_last_a_day(store: Store) -> None:
    """A person is one pseudonym all day, and one that cannot be joined to it on the next."""
    monday, later, tuesday = (MINUTE._replace(minute=MINUTE.minute + n) for n in (0, 60, 24 * 60))
    store.write({monday: Counts(1)})
    store.write({later: Counts(1), tuesday: Counts(1)})
    first, second = store.minutes_of(DAY), store.minutes_of(date(2026, 11, 24))
    assert len({key.person for key in first}) == len({key.person for key in second}) == 1
    ids = [{key.person for key in day} | {key.device for key in day} for day in (first, second)]
    assert len(ids[0] | ids[1]) == 4


def test_identities_are_sealed_once_and_open_with_the_key(store: Store, tmp_path: Path) -> None:
    """Whoever stands in a minute is in the identities, once a day, also over a restart."""
    store.write({MINUTE: Counts(1), MINUTE._replace(person="", device="phone-01"): Counts(1)})
    store.write({MINUTE: Counts(1)})
    with Store.open(tmp_path, SITE, LONDON) as again:
        again.write({MINUTE._replace(person="teacher-08"): Counts(1)})
    named = {(Kind.PERSON, "teacher-07"), (Kind.PERSON, "teacher-08")}
    named |= {(Kind.DEVICE, "laptop-07"), (Kind.DEVICE, "phone-01")}
    assert {(i.kind, i.id) for i in sealed_identities(tmp_path)} == named
    assert query(tmp_path / "breaktime.db", "SELECT COUNT(*) FROM identities") == [(4,)]
    seen = "SELECT person FROM minutes UNION SELECT device FROM minutes"
    assert query(tmp_path / "breaktime.db", f"{seen} EXCEPT SELECT pseudonym FROM identities") == [(None,)]


def test_rows_without_a_key_do_not_stop_the_writing(store: Store, tmp_path: Path) -> None:
    """Rows that a backup brought back, which never has their key, stay unnamed; the day goes on under a fresh one."""
    store.write({MINUTE: Counts(1)})
    (tmp_path / KEYS / "2026-11-23.key").unlink()
    store.write({MINUTE: Counts(2)})
    store.write({MINUTE: Counts(3)})
    assert DayKeys(tmp_path / KEYS).days() == [DAY]
    assert (store.days(), store.totals()) == ({DAY: 2}, Counts(6))
    scope = Scope("teacher-07", DAY, DAY)
    found = dict(minutes_of_person(tmp_path / "breaktime.db", DayKeys(tmp_path / KEYS), SITE, scope))
    assert found == {DAY: {MINUTE: Counts(5)}}


def test_a_day_that_is_forgotten_gets_no_second_key(store: Store, tmp_path: Path) -> None:
    """While rows of a forgotten day are there, an old backup's, nothing is written beside them."""
    store.write({MINUTE: Counts(1)})
    (tmp_path / KEYS / "2026-11-23.key").unlink()
    Receipts(tmp_path).add(1, RECEIPT)
    for _ in range(2):
        with pytest.raises(StoreError, match="the key of 2026-11-23 is missing"):
            store.write({MINUTE: Counts(1)})
    assert DayKeys(tmp_path / KEYS).days() == []
    assert store.totals() == Counts(1)


def test_everything_is_private(store: Store, tmp_path: Path) -> None:
    """Database, log and keys are for the owner alone, whatever the mode was before."""
    store.write({MINUTE: Counts(1)})
    assert {path.stat().st_mode & 0o777 for path in files(tmp_path)} == {0o600}
    (tmp_path / "breaktime.db").chmod(0o644)
    Store.open(tmp_path, SITE, LONDON).close()
    assert (tmp_path / "breaktime.db").stat().st_mode & 0o777 == 0o600


def test_what_is_deleted_is_overwritten(store: Store) -> None:
    """Each connection asks for durable commits and for the overwriting of what is deleted."""
    with store._database.writing() as connection:
        said = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("synchronous", "secure_delete")}
    assert said == {"synchronous": 2, "secure_delete": 1}


def test_a_batch_stands_whole_or_not_at_all(store: Store) -> None:
    """One minute that cannot be written takes its batch with it; the next batch is not harmed."""
    with pytest.raises(OverflowError):
        store.write({MINUTE: Counts(1), MINUTE._replace(service="x"): Counts(2**70)})
    assert store.totals() == Counts()
    store.write({MINUTE: Counts(1)})
    assert query(store._database.path, "SELECT COUNT(*) FROM identities") == [(2,)]


def test_threads_of_one_process_add_up(store: Store) -> None:
    """Writes from several threads at once are all counted."""
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: store.write({MINUTE: Counts(1, 2, 3)}), range(40))) == 40
    assert store.totals() == Counts(40, 80, 120)


def test_two_processes_at_once_add_up(tmp_path: Path) -> None:
    """Two gateways that begin on an empty folder together share one file, one key, and lose nothing."""
    with writing(tmp_path, 100) as one, writing(tmp_path, 100) as other:
        assert (one.rest(), other.rest()) == (100, 100)
    with Store.open(tmp_path, SITE, LONDON) as store:
        assert store.totals() == Counts(200 * BATCH, 2_000 * BATCH, 20_000 * BATCH)
        assert store.days() == {DAY: 20 * BATCH}
    assert len(sealed_identities(tmp_path)) == BATCH + 1
    assert query(tmp_path / "breaktime.db", "SELECT COUNT(*) FROM identities") == [(BATCH + 1,)]
