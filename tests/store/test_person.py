"""One person's minutes over days: found by each day's key, in clear, and nobody else's."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.core.tally import Counts
from agent.store import DayKeys, Store, StoreError
from agent.store.keys import KEYS
from agent.store.person import Scope, minutes_of_person
from tests.store.making import LONDON, MINUTE, SITE

DAY = date(2026, 11, 23)
WHOLE = Scope("teacher-07", DAY, DAY + timedelta(days=30))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three days of two people on several devices and services."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        for day in range(3):
            at = MINUTE._replace(minute=MINUTE.minute + 1440 * day)
            store.write({at: Counts(1, 2, 3), at._replace(device="phone-07", service="tiktok"): Counts(4)})
            store.write({at._replace(person="teacher-08"): Counts(9), at._replace(person=""): Counts(9)})
    return tmp_path


def found(data: Path, scope: Scope) -> list[tuple[int, str, str, str, int]]:
    """Day of November, person, device, service, requests."""
    days = minutes_of_person(data / "breaktime.db", DayKeys(data / KEYS), SITE, scope)
    return [(day.day, m.person, m.device, m.service, n.requests) for day, minutes in days for m, n in minutes.items()]


def both(day: int) -> list[tuple[int, str, str, str, int]]:
    facebook = (day, "teacher-07", "laptop-07", "facebook", 1)
    return [facebook, (day, "teacher-07", "phone-07", "tiktok", 4)]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param(WHOLE, [*both(23), *both(24), *both(25)], id="everything"),
        pytest.param(Scope("teacher-07", DAY, DAY), both(23), id="a day"),
        pytest.param(Scope("teacher-07", DAY + timedelta(days=9), date.max), [], id="later"),
        pytest.param(Scope("teacher-07", DAY, DAY, frozenset({"tiktok"})), both(23)[1:], id="a service"),
        pytest.param(Scope("teacher-09", DAY, date.max), [], id="somebody who is not there"),
        pytest.param(Scope("", DAY, date.max), [], id="nobody in particular"),
    ],
)
def test_found(data: Path, scope: Scope, expected: list[tuple[int, str, str, str, int]]) -> None:
    """Exactly the rows of that person, of those days and services, with who and what in clear."""
    assert sorted(found(data, scope)) == sorted(expected)


def test_a_day_that_was_forgotten_has_none(data: Path) -> None:
    """Without the key of a day nobody can say which of its rows are a person's; the other days are not affected."""
    DayKeys(data / KEYS).destroy(DAY)
    assert {day for day, *_ in found(data, WHOLE)} == {24, 25}


def test_no_record(tmp_path: Path) -> None:
    """Where nothing was recorded nobody has minutes, and nothing is made."""
    assert found(tmp_path, WHOLE) == []
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_read_is_no_empty_answer(data: Path) -> None:
    """A key that others may read is trouble to be mended, not a day without minutes."""
    DayKeys(data / KEYS).path(DAY).chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        found(data, WHOLE)


def test_the_scope_does_not_tell() -> None:
    """Whom a scope is about is not printed with it."""
    assert "teacher" not in repr(WHOLE)
