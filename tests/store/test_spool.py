"""What a forwarder is given: each changed minute whole, again whenever it changed again, and never twice as news."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.core.tally import Counts
from agent.store import Store
from agent.store.spool import Backlog, Spool
from tests.store.making import LONDON, MINUTE, SITE, batch, query

DAY = date(2026, 11, 23)
NEXT = MINUTE._replace(minute=MINUTE.minute + 24 * 60)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, SITE, LONDON) as store:
        yield store


@pytest.fixture
def spool(store: Store, tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "breaktime.db", SITE) as spool:
        yield spool


def test_a_changed_minute_is_marked(store: Store, spool: Spool) -> None:
    """A commit marks the minutes that it changed, the oldest first, in the same transaction."""
    store.write({NEXT: Counts(1), MINUTE: Counts(1), MINUTE._replace(service="tiktok"): Counts(1)})
    store.write({MINUTE: Counts(1)})
    assert [(mark.minute, mark.change) for mark in spool.marks(9)] == [(MINUTE.minute, 2), (NEXT.minute, 1)]
    assert spool.marks(1) == spool.marks(9)[:1]
    assert spool.backlog() == Backlog(2, DAY)


def test_rows_are_whole(store: Store, spool: Spool, tmp_path: Path) -> None:
    """A minute comes with all its rows and its sums, and with the sealed identities that they name."""
    store.write({MINUTE: Counts(1, 2, 3), MINUTE._replace(person="", device="phone-01"): Counts(4)})
    store.write({MINUTE: Counts(1, 2, 3), NEXT._replace(person="teacher-08"): Counts(1)})
    rows = spool.rows(spool.marks(1))
    assert sorted(row[-3:] for row in rows) == [(2, 4, 6), (4, 0, 0)]
    held = query(tmp_path / "breaktime.db", "SELECT * FROM identities WHERE day = '2026-11-23'")
    assert sorted(spool.identities(rows), key=str) == sorted(held, key=str)
    assert len(held) == 3


def test_what_was_sent_is_no_longer_news(store: Store, spool: Spool) -> None:
    """Marks that were sent are cleared, but for a minute that changed after it was read."""
    store.write({MINUTE: Counts(1), NEXT: Counts(1)})
    marks = spool.marks(9)
    store.write({NEXT: Counts(1)})
    spool.sent(marks)
    spool.sent([])
    assert [mark.minute for mark in spool.marks(9)] == [NEXT.minute]
    assert spool.rows(spool.marks(9))[0][-3] == 2
    spool.sent(spool.marks(9))
    assert spool.backlog() == Backlog(0, None)


def test_each_site_has_its_own(store: Store, spool: Spool, tmp_path: Path) -> None:
    """A forwarder sees the marks and rows of its site alone."""
    with Store.open(tmp_path, "another-school", LONDON) as other:
        other.write({MINUTE: Counts(1)})
        assert spool.marks(9) == []
        store.write({MINUTE: Counts(1)})
        spool.sent(spool.marks(9))
    with Spool(tmp_path / "breaktime.db", "another-school") as theirs:
        assert len(theirs.rows(theirs.marks(9))) == 1


def test_a_file_that_was_set_aside_is_left(store: Store, spool: Spool, tmp_path: Path) -> None:
    """When the gateway begins a new file, the forwarder goes on with that one."""
    store.write(batch(0))
    (tmp_path / "breaktime.db").rename(tmp_path / "elsewhere.db")
    with Store.open(tmp_path, SITE, LONDON, report=lambda _: None) as again:
        again.write({NEXT: Counts(1)})
        assert [mark.minute for mark in spool.marks(9)] == [NEXT.minute]
