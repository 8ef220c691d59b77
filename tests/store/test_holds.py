"""What an approved case keeps back: the person's rows alone, past the day's key, until the case's own key is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.core.tally import Counts, Minutes
from agent.store import DayKeys, Store, StoreError
from agent.store.errors import KeyMissingError
from agent.store.holds import Hold, Holds, holds_of
from agent.store.keys import KEYS
from agent.store.person import Scope
from tests.store.making import LONDON, MINUTE, SITE, files, query

DAY = date(2026, 11, 23)
TUESDAY = DAY + timedelta(days=1)
WEEK = Scope("teacher-07", DAY, DAY + timedelta(days=6))
CASE = "2026-0001"


def write(data: Path, day: int, **other: str) -> None:
    """A minute of the person of the case, and one of somebody else."""
    at = MINUTE._replace(minute=MINUTE.minute + 1440 * day)._replace(**other)  # type: ignore[arg-type]
    with Store.open(data, SITE, LONDON) as store:
        store.write({at: Counts(1, 2, 3), at._replace(person="teacher-08", device="laptop-08"): Counts(7, 7, 7)})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path, 0)
    write(tmp_path, 1)
    return tmp_path


@contextmanager
def opened(data: Path) -> Iterator[Holds]:
    with holds_of(data, SITE) as holds:
        yield holds


def place(data: Path, scope: Scope = WEEK, case: str = CASE) -> Hold:
    with opened(data) as holds:
        return holds.place(case, scope)


def held(data: Path, case: str = CASE) -> dict[date, Minutes]:
    with opened(data) as holds:
        return dict(holds.read(case))


def test_what_is_held_is_the_persons_rows(data: Path) -> None:
    """Both days of the person, whole and in clear for who has the case's key; nothing of the other."""
    assert place(data) == Hold(CASE, WEEK.first, WEEK.last, {DAY: 1, TUESDAY: 1})
    later = MINUTE._replace(minute=MINUTE.minute + 1440)
    assert held(data) == {DAY: {MINUTE: Counts(1, 2, 3)}, TUESDAY: {later: Counts(1, 2, 3)}}


def test_what_is_held_outlives_the_days_key(data: Path) -> None:
    """When the day's key and rows are gone the case still has its rows; nobody else's can be read."""
    place(data)
    DayKeys(data / KEYS).destroy(DAY)
    DayKeys(data / KEYS).store.replace_wrapping()
    with Store.open(data, SITE, LONDON) as store, store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM minutes")
    assert list(held(data)) == [DAY, TUESDAY]


def test_minutes_that_came_since_are_secured(data: Path) -> None:
    """Before a day is forgotten it is resealed once more, for each hold that covers it and for no other."""
    place(data)
    place(data, Scope("teacher-08", DAY, DAY), "2026-0002")
    write(data, 0, service="tiktok")
    write(data, 1, service="tiktok")
    with opened(data) as holds:
        assert holds.secure(DAY) == {CASE: 2, "2026-0002": 2}
        assert holds.secure(TUESDAY) == {CASE: 2}
        assert holds.secure(DAY + timedelta(days=9)) == {}
    assert len(held(data)[DAY]) == 2


def test_counts_that_grew_are_held_as_they_are(data: Path) -> None:
    """A minute that was added to is held once, with its sums."""
    place(data)
    write(data, 0)
    assert place(data).days == {DAY: 1, TUESDAY: 1}
    assert held(data)[DAY] == {MINUTE: Counts(2, 4, 6)}


def test_securing_a_day_that_is_gone_loses_nothing(data: Path) -> None:
    """Without the day's key nothing can be resealed; what was, stays."""
    place(data)
    DayKeys(data / KEYS).destroy(DAY)
    with opened(data) as holds:
        assert holds.secure(DAY) == {CASE: 1}
    assert len(held(data)[DAY]) == 1


def test_services(data: Path) -> None:
    """A hold for some services holds no others."""
    write(data, 0, service="tiktok")
    place(data, Scope("teacher-07", DAY, DAY, frozenset({"tiktok"})))
    assert [minute.service for minute in held(data)[DAY]] == ["tiktok"]


@pytest.mark.parametrize(
    ("scope", "days", "services"),
    [
        pytest.param(Scope("teacher-07", DAY, DAY), {DAY: 2}, {"facebook", "tiktok"}, id="fewer days"),
        pytest.param(
            Scope("teacher-07", DAY, TUESDAY, frozenset({"tiktok"})), {DAY: 1}, {"tiktok"}, id="fewer services"
        ),
        pytest.param(Scope("teacher-07", DAY, WEEK.last), {DAY: 2, TUESDAY: 1}, {"facebook", "tiktok"}, id="the same"),
    ],
)
def test_a_narrower_hold_lets_go(data: Path, scope: Scope, days: dict[date, int], services: set[str]) -> None:
    """What is held outside the new scope is gone, also of a day whose key is gone; the rest stays as it was."""
    write(data, 0, service="tiktok")
    place(data)
    for day in (DAY, TUESDAY):
        DayKeys(data / KEYS).destroy(day)
    assert place(data, scope).days == days
    found = held(data)
    assert {day: len(minutes) for day, minutes in found.items()} == days
    assert {minute.service for minutes in found.values() for minute in minutes} == services


def test_nothing_of_it_is_in_clear(data: Path) -> None:
    """Neither the database nor the keys say whom a case is about, what they did, or which rows are theirs."""
    write(data, 2, service="planted-service-Zq7")
    place(data)
    with Store.open(data, SITE, LONDON) as store, store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM minutes")
    every = "SELECT hex(sealed), day FROM held UNION ALL SELECT hex(sealed), '' FROM holds"
    rows = [(bytes.fromhex(str(sealed)), day) for sealed, day in query(data / "breaktime.db", every)]
    words = (b"teacher", b"planted", b"facebook")
    assert not [word for sealed, _ in rows for word in words if word in sealed]
    assert not [path.name for path in files(data) if b"teacher-07" in path.read_bytes()]
    assert len({len(sealed) for sealed, day in rows if day}) == 1


def test_the_names_of_rows_cannot_be_joined(data: Path) -> None:
    """The name of a held row is none that stands in the record, nor the same in another case."""
    place(data)
    place(data, case="2026-0002")
    names = query(data / "breaktime.db", "SELECT key FROM held UNION ALL SELECT key FROM minutes")
    assert len(set(names)) == len(names) == 2 * 2 + 4


def test_releasing_forgets(data: Path) -> None:
    """After release nothing of the case is left, in keys or database; again there is nothing to release."""
    place(data)
    place(data, case="2026-0002")
    with opened(data) as holds:
        assert holds.release(CASE)
        assert not holds.release(CASE)
        assert [hold.case for hold in holds.listed()] == ["2026-0002"]
        with pytest.raises(KeyMissingError):
            list(holds.read(CASE))
    assert query(data / "breaktime.db", f"SELECT COUNT(*) FROM held WHERE case_id = '{CASE}'") == [(0,)]
    assert len(held(data, "2026-0002")) == 2


def test_an_interrupted_release_is_finished(data: Path) -> None:
    """A case whose key is destroyed already, and whose rows are not, is finished by whoever comes next."""
    place(data)
    DayKeys(data / KEYS).store.destroy(f"case-{CASE}")
    with opened(data) as holds:
        assert holds.scope(CASE) is None
        assert holds.secure(DAY) == {}
        assert holds.resume() == [CASE]
        assert holds.resume() == []
        assert holds.listed() == []


def test_a_hold_can_be_changed_but_not_moved_to_another(data: Path) -> None:
    """A case may be given more time; its hold is never about a second person."""
    place(data, Scope("teacher-07", DAY, DAY))
    assert place(data).days == {DAY: 1, TUESDAY: 1}
    with pytest.raises(StoreError, match=r"case 2026-0001 holds another person's rows; open a case of its own"):
        place(data, Scope("teacher-08", DAY, DAY))


@pytest.mark.parametrize("case", ["", "../2026", "a b", "-1", "x" * 65])
def test_names_of_cases(data: Path, case: str) -> None:
    """What cannot be a file's name is refused before anything is written."""
    with opened(data) as holds, pytest.raises(ValueError, match="is no name of a case"):
        holds.place(case, WEEK)
    assert query(data / "breaktime.db", "SELECT COUNT(*) FROM holds") == [(0,)]


def test_the_wrong_key_opens_nothing(data: Path) -> None:
    """Rows that were put under another case's name are refused, not shown."""
    place(data)
    place(data, case="2026-0002")
    with opened(data) as holds, holds._database.writing() as connection:
        first = f"SELECT sealed FROM held WHERE case_id = '{CASE}' LIMIT 1"
        connection.exec_driver_sql(f"UPDATE held SET sealed = ({first}) WHERE case_id = '2026-0002'")
    assert len(held(data)) == 2
    with pytest.raises(StoreError, match="does not open what is held for 2026-0002"):
        held(data, "2026-0002")


def test_each_site_has_its_own(data: Path) -> None:
    """A case of another school is not listed, not secured and not released here."""
    place(data)
    with holds_of(data, "another-school") as theirs:
        assert (theirs.listed(), theirs.secure(DAY), theirs.scope(CASE)) == ([], {}, None)
