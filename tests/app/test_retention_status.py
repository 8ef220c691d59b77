"""What `retention status` shows: what is held until when, and everything that is not well."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.app import retention, retention_status
from agent.app.live import Configuration, read
from agent.core.engine import Engine
from agent.store import DayKeys
from agent.store.holds import holds_of
from agent.store.keys import KEYS
from agent.store.ledger import ledger_path
from agent.store.person import Scope
from agent.store.receipts import LINES
from agent.store.retention import journal_of
from tests.app.clocks import Clock, written_at
from tests.store.forgetting import day, live
from tests.store.making import SITE

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def engine() -> Engine:
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    return config.engine


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The Monday and the Tuesday, which around midnight is no date to doubt."""
    live(tmp_path, 2)
    return written_at(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def status(engine: Engine, data: Path, clock: Clock) -> retention_status.Status:
    return retention_status.status(engine, data, clock)


def test_status_shows_what_is_held_until_when(engine: Engine, data: Path, clock: Clock) -> None:
    """Each day with its minutes, its last day and its holds; nothing is changed by looking."""
    with holds_of(data, SITE) as holds:
        holds.place("2026-0001", Scope("teacher-03", day(1), day(5)))
    written_at(data)
    found = status(engine, data, clock)
    assert found.well
    said = found.as_json()
    assert said["days"][1] == {
        "day": "2026-11-24",
        "minutes": 48,
        "key": True,
        "until": "2026-12-22",
        "overdue": False,
        "holds": ["2026-0001"],
    }
    assert said["holds"] == [
        {
            "case": "2026-0001",
            "first": "2026-11-24",
            "last": "2026-11-28",
            "days": {"2026-11-24": 6},
        }
    ]
    text = found.as_text()
    assert "Tue 24 Nov 2026           48  Mon 21 Dec 2026" in text
    assert "Case 2026-0001 holds 6 minutes (1 of the days Tue 24 Nov 2026 to Sat 28 Nov 2026)" in text
    assert "teacher" not in text + str(said)
    assert not ledger_path(data).exists()


def test_status_of_nothing(engine: Engine, tmp_path: Path, clock: Clock) -> None:
    """Without a record there is nothing to show, and nothing is made."""
    found = status(engine, tmp_path, clock)
    assert (found.well, found.as_json()["days"]) == (True, [])
    assert "Nothing is held." in found.as_text()
    assert list(tmp_path.iterdir()) == []


def test_status_says_what_is_not_well(engine: Engine, data: Path, clock: Clock) -> None:
    """Overdue days, a clock astray, what was begun, a lost key, and receipts that do not follow one another."""
    retention.note_time(engine, data, clock)
    clock.later(28)
    found = status(engine, data, clock)
    assert (found.overdue, found.well) == ([day(0)], False)
    assert "1 day is overdue" in found.as_text()
    retention.run(engine, data, clock)
    assert status(engine, data, clock).well
    DayKeys(data / KEYS).destroy(day(1))
    journal_of(data).write({"days": {str(day(1)): {}}, "number": 2, "totals": []})
    found = status(engine, data, clock.set(3))
    assert not found.well
    text = found.as_text()
    assert "THE CLOCK SHOWS 24 December 2026 08:50, 3 days ahead of that." in text
    assert "breaktime retention run --today 2026-12-24" in text
    assert "its key is gone: nobody can say who was who" in text
    assert "Tuesday 24 November 2026: begun to be forgotten and not finished" in text


def test_status_notices_a_changed_receipt(engine: Engine, data: Path, clock: Clock) -> None:
    """A receipt that somebody took out is noticed by the one after it."""
    retention.note_time(engine, data, clock)
    for days in (28, 1):
        retention.run(engine, data, clock.later(days))
    lines = data / "receipts" / LINES
    lines.write_text(lines.read_text().splitlines()[1] + "\n")
    found = status(engine, data, clock)
    assert (found.well, found.broken) == (False, 2)
    assert "RECEIPTS: number 2 does not follow the one before it" in found.as_text()
