"""The record as a question reads it: days in order, with pseudonyms, and nothing made or mended on the way."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.core.tally import Counts
from agent.store import Store, StoreError
from agent.store.reader import recorded
from tests.store.making import LONDON, MINUTE, SITE

DAY = date(2026, 11, 23)
DAYS = [DAY + timedelta(days=number) for number in range(4)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A record of Monday, Tuesday and Thursday, and of another site."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({MINUTE._replace(minute=MINUTE.minute + 1440 * number): Counts(1, 2, 3) for number in (3, 0, 1)})
    with Store.open(tmp_path, "another-school", LONDON) as store:
        store.write({MINUTE: Counts(9, 9, 9)})
    return tmp_path / "breaktime.db"


@pytest.mark.parametrize(
    ("first", "last", "minutes"),
    [
        pytest.param(0, 3, [0, 1, 3], id="all, in order"),
        pytest.param(1, 2, [1], id="both ends included"),
        pytest.param(2, 2, [], id="a day without any"),
        pytest.param(3, 0, [], id="backwards"),
    ],
)
def test_recorded(path: Path, first: int, last: int, minutes: list[int]) -> None:
    """Each day of the site that has minutes comes once, in order."""
    found = list(recorded(path, SITE, DAYS[first], DAYS[last]))
    assert [[key.minute for key in day] for day in found] == [[MINUTE.minute + 1440 * number] for number in minutes]
    for day in found:
        for key, counts in day.items():
            assert (len(key.person), key._replace(minute=0, person="", device="")) == (
                32,
                MINUTE._replace(minute=0, person="", device=""),
            )
            assert counts == Counts(1, 2, 3)


def test_none(tmp_path: Path) -> None:
    """Without a database there are no minutes, and none is made."""
    assert list(recorded(tmp_path / "breaktime.db", SITE, DAY, DAY)) == []
    assert list(tmp_path.iterdir()) == []


def test_stopped_early(path: Path) -> None:
    """Whoever stops in the middle leaves the file free: the next one opens and writes it."""
    days = recorded(path, SITE, DAYS[0], DAYS[-1])
    next(days)
    days.close()  # type: ignore[attr-defined]  # it is a generator
    with Store.open(path.parent, SITE, LONDON) as store:
        assert store.write({MINUTE: Counts(1, 1, 1)}) == 1


def test_damaged(path: Path) -> None:
    """A damaged file is reported and stays where it is."""
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StoreError, match="not a whole database"):
        list(recorded(path, SITE, DAY, DAY))
    assert path.exists()
    assert not list(path.parent.glob("*.corrupt*"))
