"""The forwarding beside the gateway: how often it tries, what it says and shows, and that it ends when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import pytest
from prometheus_client import CollectorRegistry

from agent.app import forwarding
from agent.app.forwarding import PAUSE, RETRY, SLOWEST_RETRY, Forwarding, server_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.database import DatabaseAddress
from agent.metrics import ForwardingMetrics, GatewayMetrics
from agent.packs.store import StoreSettings
from agent.store.errors import StoreError
from agent.store.forwarder import Round
from agent.store.postgres.errors import AwayError, DatabaseError

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MINUTE = int(NOW.timestamp()) // 60
AWAY = AwayError("the database cannot be reached", "db", "wait")
STOPPING = AwayError("the database is stopping", "db", "wait")
FULL = DatabaseError("the database's disk is full", "db", "free some space")


class Script:
    """A sender that does what the script says, then nothing."""

    def __init__(self, *rounds: Round | Exception, waiting: tuple[int, int | None] = (0, None)) -> None:
        self._rounds: Iterator[Round | Exception] = iter(rounds)
        self._waiting = waiting
        self.minutes: list[int] = []
        self.closed = False
        self.blocked, self.abandoned = Event(), Event()
        self.block = False

    def round(self, minute: int) -> Round:
        self.minutes.append(minute)
        if self.block:
            self.blocked.set()
            assert self.abandoned.wait(60)
            raise AWAY
        found = next(self._rounds, Round())
        if isinstance(found, Exception):
            raise found
        return found

    def waiting(self) -> tuple[int, int | None]:
        return self._waiting

    def abandon(self) -> None:
        self.abandoned.set()

    def close(self) -> None:
        self.closed = True


class Run:
    """A forwarding on a script, with what it said and what it shows."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.said: list[str] = []
        self.registry = CollectorRegistry()
        self.forwarding = Forwarding(script, ForwardingMetrics(self.registry), lambda: NOW, self.said.append)

    def rounds(self, number: int) -> list[float]:
        """So many rounds; how long it would wait after each."""
        return [self.forwarding.once() for _ in range(number)]

    def shown(self, metric: str) -> float | None:
        return self.registry.get_sample_value(f"breaktime_forwarding_{metric}")


def test_while_much_waits_it_sends_without_pause() -> None:
    """A round that left more is followed by another at once; afterwards it looks every few seconds."""
    run = Run(Script(Round(5000, 10, more=True), Round(20, 1)))
    assert run.rounds(3) == [0.0, PAUSE, PAUSE]
    assert run.script.minutes == [MINUTE] * 3
    assert (run.shown("rows_total"), run.shown("up"), run.said) == (5020, 1, [])


def test_trouble_slows_it_down_and_is_said_once() -> None:
    """It tries less and less often while the database is away, and says once that it is and once that it is back."""
    run = Run(Script(AWAY, STOPPING, *[AWAY] * 5, Round(1, 1), AWAY))
    assert run.rounds(9) == [2.0, 4.0, 8.0, 16.0, 32.0, SLOWEST_RETRY, SLOWEST_RETRY, PAUSE, RETRY]
    assert [text.split(":")[0] for text in run.said] == [
        "the record waits to be forwarded",
        "the database takes the record again; what waited is sent",
        "the record waits to be forwarded",
    ]
    assert (run.shown("errors_total"), run.shown("up")) == (8, 0)


def test_another_trouble_is_said_too() -> None:
    """What is wrong may change while it lasts: that is news."""
    run = Run(Script(AWAY, FULL, FULL, AWAY))
    run.rounds(4)
    assert ["disk is full" in text for text in run.said] == [False, True, False]


def test_a_fault_of_ours_tells_nothing_of_the_record() -> None:
    """An error that nobody expected is named by its kind alone, and the next round is tried."""
    run = Run(Script(ValueError("teacher-07"), Round()))
    assert run.rounds(2) == [RETRY, PAUSE]
    assert run.said[0] == "the record waits to be forwarded: the forwarder failed (ValueError); report it"


@pytest.mark.parametrize(
    ("waiting", "backlog", "lag"),
    [
        pytest.param((0, None), 0, 0, id="nothing waits"),
        pytest.param((3, MINUTE - 5), 3, 300, id="five minutes old"),
        pytest.param((1, MINUTE + 5), 1, 0, id="by a clock that was ahead"),
    ],
)
@pytest.mark.parametrize("away", [pytest.param(False, id="there"), pytest.param(True, id="away")])
def test_what_waits_is_shown(waiting: tuple[int, int | None], backlog: int, lag: int, away: bool) -> None:
    """Backlog and lag are shown while the database is there and while it is not."""
    run = Run(Script(*[AWAY] if away else [], waiting=waiting))
    run.rounds(1)
    assert (run.shown("backlog"), run.shown("lag_seconds")) == (backlog, lag)


def test_a_database_that_was_set_back_is_told_of() -> None:
    """Somebody who restored a backup sees that the gateway has noticed."""
    run = Run(Script(Round(forgotten=(date(2026, 10, 1),), set_back=True)))
    run.rounds(1)
    assert run.said == ["the database was set back; everything that is held is sent to it again"]
    assert run.shown("forgotten_total") == 1


def test_it_ends_though_the_database_does_not_answer() -> None:
    """A round that hangs is abandoned when the gateway ends, and everything is let go of."""
    script = Script()
    script.block = True
    run = Run(script)

    async def while_it_hangs() -> None:
        task = asyncio.create_task(run.forwarding.run())
        await asyncio.to_thread(script.blocked.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(while_it_hangs())
    assert script.closed
    assert run.said == [], "an end is no trouble"


@pytest.mark.parametrize(
    ("named", "there", "taken"),
    [
        pytest.param(Path("/etc/p"), True, Path("/etc/p"), id="the one that is named"),
        pytest.param(None, True, Path("keys/database.password"), id="the one beside the keys"),
        pytest.param(None, False, None, id="none: libpq's own ways"),
    ],
)
def test_which_password_file(tmp_path: Path, named: Path | None, there: bool, taken: Path | None) -> None:
    """What site.yaml names comes first, then the file in the data folder if it is there."""
    data = DataFolder(tmp_path)
    if there:
        data.database_password.parent.mkdir()
        data.database_password.touch()
    settings = StoreSettings(DatabaseAddress("localhost", 5432, "b"), "breaktime_site_s", named)
    assert server_of(settings, data).password_file == (taken and tmp_path / taken)


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    """A real forwarder on a data folder without a record says so and makes none."""
    settings = StoreSettings(DatabaseAddress("localhost", 5432, "b"), "breaktime_site_s")
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    real = forwarding.forwarder_of(settings, DataFolder(tmp_path), config.engine)
    with pytest.raises(StoreError, match="there is no record yet"):
        real.round(MINUTE)
    real.close()
    assert list(tmp_path.iterdir()) == []


@dataclass
class Gateway:
    """As much of a gateway as its forwarding asks for."""

    config: Configuration
    data: DataFolder
    clock: Clock
    metrics: GatewayMetrics


@pytest.mark.parametrize(("offset", "tasks"), [pytest.param(0.0, 1, id="now"), pytest.param(9.0, 0, id="rehearsal")])
def test_a_rehearsal_forwards_nothing(tmp_path: Path, offset: float, tasks: int) -> None:
    """What is tried at another time never reaches the trust's database."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    settings = StoreSettings(DatabaseAddress("localhost", 5432, "b"), "breaktime_site_s")
    config = replace(config, built=replace(config.built, store=settings))
    gateway = Gateway(config, DataFolder(tmp_path), Clock(offset), GatewayMetrics(tmp_path))

    async def begun() -> int:
        found = forwarding.forwarding(gateway, print)
        for task in found:
            task.cancel()
        await asyncio.gather(*found, return_exceptions=True)
        return len(found)

    assert asyncio.run(begun()) == tasks
