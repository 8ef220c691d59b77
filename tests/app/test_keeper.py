"""The gateway's own hand in forgetting: what it does, says and shows."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from agent.app.keeper import Keeper
from agent.app.live import Configuration, read
from agent.core.engine import Engine
from agent.core.trusted import Sources
from agent.store import DayKeys
from agent.store.keys import KEYS
from tests.app.clocks import DAY, MORNING, Clock, written_at
from tests.store.forgetting import day, live

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


def left(data: Path) -> list[int]:
    """The days that have a key, counted from the Monday."""
    return [(found - day(0)).days for found in DayKeys(data / KEYS).days()]


class Told:
    """A keeper with what it says and shows."""

    def __init__(self, engine: Engine, data: Path, clock: Clock) -> None:
        self.said, self.registry = list[str](), CollectorRegistry()
        self.keeper = Keeper(lambda: engine, data, self.registry, self.said.append, lambda: None, clock)

    def shown(self, name: str) -> float | None:
        return self.registry.get_sample_value(name)


def test_the_keeper_forgets_and_tells(engine: Engine, data: Path, clock: Clock) -> None:
    """What is due goes at the next look, is said with the number of its receipt, and is counted."""
    told = Told(engine, data, clock)
    told.keeper.once()
    assert told.said == []
    clock.later(29)
    told.keeper.once()
    told.keeper.once()
    assert told.said == ["forgotten: 2026-11-23, 2026-11-24; receipt 1"]
    assert told.shown("breaktime_retention_forgotten_total") == 2
    assert told.shown("breaktime_retention_up") == told.shown("breaktime_clock_agreed") == 1
    assert told.shown("breaktime_retention_last_success_timestamp_seconds") == MORNING + 29 * DAY


def test_the_keeper_says_trouble_once(engine: Engine, data: Path, clock: Clock) -> None:
    """While something is in the way it is said once and shown all the time; then it goes on."""
    told = Told(engine, data, clock)
    told.keeper.once()
    clock.later(28)
    (data / KEYS).chmod(0o755)
    for _ in range(3):
        told.keeper.once()
    assert len(told.said) == 1
    assert "what is due is not forgotten yet: " in told.said[0]
    assert "chmod 700" in told.said[0]
    assert told.shown("breaktime_retention_up") == 0
    (data / KEYS).chmod(0o700)
    told.keeper.once()
    assert told.said[1:] == ["forgotten: 2026-11-23; receipt 1"]
    assert told.shown("breaktime_retention_up") == 1


def test_the_keeper_says_that_the_clock_is_astray(engine: Engine, data: Path, clock: Clock) -> None:
    """A clock that was set is said once, with what to do, until it is right again."""
    told = Told(engine, data, clock)
    told.keeper.once()
    clock.set(90)
    for _ in range(3):
        told.keeper.once()
    assert len(told.said) == 1
    assert "90 days ahead" in told.said[0]
    assert told.shown("breaktime_clock_agreed") == 0
    clock.set(0)
    told.keeper.once()
    assert told.shown("breaktime_clock_agreed") == 1
    assert left(data) == [0, 1]


def test_the_clock_is_looked_at_while_forgetting_fails(engine: Engine, data: Path, clock: Clock) -> None:
    """Trouble with forgetting says nothing of the clock: right, it is shown as right, and off, it is said too."""
    told = Told(engine, data, clock)
    told.keeper.once()
    clock.later(28)
    (data / KEYS).chmod(0o755)
    told.keeper.once()
    assert (told.shown("breaktime_retention_up"), told.shown("breaktime_clock_agreed")) == (0, 1)
    clock.set(90)
    for _ in range(2):
        told.keeper.once()
    assert told.shown("breaktime_clock_agreed") == 0
    assert [("not forgotten yet" in one, "90 days ahead" in one) for one in told.said] == [(True, False), (False, True)]
    clock.set(0)
    told.keeper.once()
    assert (told.shown("breaktime_retention_up"), told.shown("breaktime_clock_agreed")) == (0, 1)
    assert len(told.said) == 2


def test_other_trouble_with_forgetting_is_said_too(engine: Engine, data: Path) -> None:
    """What keeps from forgetting now is said, also where something else did before; the same again is not."""
    said, now = list[str](), list[type[Exception]]()

    def broken() -> Sources:
        raise now[-1]

    keeper = Keeper(lambda: engine, data, CollectorRegistry(), said.append, lambda: None, broken)
    for trouble in (RuntimeError, ValueError, ValueError, RuntimeError):
        now.append(trouble)
        keeper.once()
    assert said == [
        f"what is due is not forgotten yet: {kind}" for kind in ("RuntimeError", "ValueError", "RuntimeError")
    ]


def test_the_keeper_outlives_anything(engine: Engine, data: Path) -> None:
    """A failure that nobody thought of does not end the gateway, and tells no more than its kind."""

    def broken() -> Sources:
        raise RuntimeError("teacher-07")

    said = list[str]()
    Keeper(lambda: engine, data, CollectorRegistry(), said.append, lambda: None, broken).once()
    assert said == ["what is due is not forgotten yet: RuntimeError"]


def test_the_keeper_shows_what_is_overdue(engine: Engine, data: Path, clock: Clock) -> None:
    """How old the oldest day is, when somebody last looked, and how many days stay past their date."""
    told = Told(engine, data, clock)
    told.keeper.once()
    assert told.shown("breaktime_retention_overdue") == 0
    oldest = told.shown("breaktime_retention_oldest_timestamp_seconds")
    assert oldest == datetime.combine(day(0), time(), engine.timetable.calendar.zone).timestamp()
    clock.later(29)
    (data / "retention" / "journal").unlink()
    (data / "retention" / "journal").mkdir()
    told.keeper.once()
    assert told.shown("breaktime_retention_overdue") == 2
    assert told.shown("breaktime_retention_up") == 0
    assert told.shown("breaktime_retention_last_run_timestamp_seconds") == MORNING + 29 * DAY
