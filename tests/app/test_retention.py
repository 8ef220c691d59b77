"""What is due by the policy in force and by a time that is agreed on, over a real record."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.app import retention
from agent.app.live import Configuration, read
from agent.app.retention import WrongDate
from agent.core.engine import Engine
from agent.core.policy import Monitoring, PolicySet
from agent.core.tally import Counts
from agent.core.trusted import By
from agent.store import DayKeys, Store
from agent.store.keys import KEYS
from agent.store.ledger import Ledger, ledger_path
from tests.app.clocks import DAY, Clock, written_at
from tests.store.forgetting import day, live
from tests.store.making import LONDON, MINUTE, SITE

CONFIG = Path(__file__).parents[2] / "config"
POLICY = "breaks-without-pupils"


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


def with_policies(engine: Engine, in_force: str = POLICY, **days: int) -> Engine:
    """The engine with other numbers of days; `_` stands for `-` in a policy's name."""
    policies = engine.policies.policies
    changed = {name.replace("_", "-"): number for name, number in days.items()}
    fresh = [replace(one, retention_days=changed.get(one.id, one.retention_days)) for one in policies.values()]
    return replace(engine, policies=PolicySet(fresh, in_force))


def left(data: Path) -> list[int]:
    """The days that have a key, counted from the Monday."""
    return [(found - day(0)).days for found in DayKeys(data / KEYS).days()]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(0, [0, 1], id="the same day"),
        pytest.param(27, [0, 1], id="the last day"),
        pytest.param(28, [1], id="four weeks later"),
        pytest.param(29, [], id="everything"),
        pytest.param(300, [], id="a run that comes very late"),
    ],
)
def test_what_is_due(engine: Engine, data: Path, clock: Clock, days: int, expected: list[int]) -> None:
    """A day is kept for 28 days, itself counted, and a late run catches up."""
    retention.note_time(engine, data, clock)
    clock.later(days)
    assert left(data) == [0, 1]
    done = retention.run(engine, data, clock)
    assert left(data) == expected
    assert (done.receipt is None) == (len(expected) == 2)
    assert retention.run(engine, data, clock).receipt is None


@pytest.mark.parametrize(
    ("passed", "set_to", "expected"),
    [
        pytest.param(1, 60, [0, 1], id="set forward: nothing goes early"),
        pytest.param(28, 400, [1], id="set forward: what is due by true time goes"),
        pytest.param(28, -60, [1], id="set back: nothing is kept long"),
        pytest.param(40, -365, [], id="set back by a year"),
    ],
)
def test_a_clock_that_was_set(
    engine: Engine, data: Path, clock: Clock, passed: float, set_to: float, expected: list[int]
) -> None:
    """Whatever the wall clock was set to, days go by the time that the machine has counted."""
    retention.note_time(engine, data, clock)
    done = retention.run(engine, data, clock.later(passed).set(set_to))
    assert left(data) == expected
    assert (done.today.found.by, done.today.found.agreed) == (By.COUNT, False)


def test_the_machine_was_off(engine: Engine, data: Path, clock: Clock) -> None:
    """Over the summer with the machine off nothing is destroyed on the wall clock's word alone; the network settles
    it, and so does a person who names the date."""
    retention.note_time(engine, data, clock)
    retention.run(engine, data, clock.later(40, off=True))
    assert left(data) == [0, 1]
    today = date(2027, 1, 2)
    with pytest.raises(WrongDate, match="this machine's clock shows 2027-01-02, not 2027-01-03; set it right first"):
        retention.run(engine, data, clock, today + timedelta(days=1))
    assert left(data) == [0, 1]
    assert retention.run(engine, data, clock, today).today.found.by is By.PERSON
    assert left(data) == []


def test_the_network_settles_it(engine: Engine, data: Path, clock: Clock) -> None:
    """Once NTP keeps the clock, what fell due while the machine was off goes."""
    retention.note_time(engine, data, clock)
    retention.run(engine, data, clock.later(40, off=True))
    clock.network = True
    assert retention.run(engine, data, clock).today.found.by is By.NETWORK
    assert left(data) == []


def test_looks_add_up(engine: Engine, data: Path, clock: Clock) -> None:
    """Each look is written down, so that restarts lose no more than the time that the machine was off."""
    retention.note_time(engine, data, clock)
    for _ in range(28):
        clock.later(1)
        retention.run(engine, data, clock)
        clock.later(0.01, off=True)
    retention.run(engine, data, clock)
    assert left(data) == [1]


def test_a_day_of_a_later_date(engine: Engine, data: Path, clock: Clock) -> None:
    """What a clock that was ahead wrote goes 28 days after it was seen, not in the year of its false date."""
    live(data, 1, first=300)
    written_at(data)
    retention.run(engine, data, clock)
    assert Ledger.read(data).ahead == {day(300): day(0)}
    retention.run(engine, data, clock.later(27))
    assert left(data) == [0, 1, 300]
    retention.run(engine, data, clock.later(1))
    assert left(data) == [1]


def test_each_policy_has_its_own_days(engine: Engine, data: Path, clock: Clock) -> None:
    """Days that were recorded under a policy of fewer days go sooner; a policy that is gone counts as the one in force;
    a day under two policies keeps the shorter promise."""
    short, gone = MINUTE._replace(policy="concern-led"), MINUTE._replace(policy="no-longer-there")
    with Store.open(data, SITE, LONDON) as store:
        store.write({short._replace(minute=MINUTE.minute + 1440): Counts(1)})
        store.write({short._replace(minute=MINUTE.minute - 1440): Counts(1)})
        store.write({gone._replace(minute=MINUTE.minute - 1440 * 2): Counts(1)})
    changed = with_policies(engine, breaks_without_pupils=20, concern_led=7)
    written_at(data)
    retention.note_time(engine, data, clock)
    found = {}
    for number in range(26):
        found[number] = left(data)
        retention.run(changed, data, clock)
        clock.later(1)
    gone_on = {one: min(n for n, days in found.items() if one not in days) - 1 for one in range(-2, 2)}
    assert gone_on == {-2: 18, -1: 6, 0: 20, 1: 8}


def test_another_policy_in_force(engine: Engine, data: Path, clock: Clock) -> None:
    """When a longer policy comes into force, what was recorded under the shorter keeps its promise."""
    retention.note_time(engine, data, clock)
    longer = with_policies(engine, "concern-led", concern_led=90)
    retention.run(longer, data, clock.later(28))
    assert left(data) == [1]


@pytest.mark.parametrize(
    ("change", "weeks"),
    [
        pytest.param({}, ["2026-W48"], id="always, with totals"),
        pytest.param({"totals": False}, [], id="no totals wanted"),
        pytest.param({"monitoring": Monitoring.ON_CONCERN}, [], id="on concern: a suspect is no statistic"),
    ],
)
def test_totals(engine: Engine, data: Path, clock: Clock, change: dict[str, object], weeks: list[str]) -> None:
    """Weeks are added up only where the policy records staff as a matter of course and wants totals."""
    policy = replace(engine.policies.policies[POLICY], **change)  # type: ignore[arg-type]
    changed = replace(engine, policies=PolicySet([policy], POLICY))
    retention.note_time(engine, data, clock)
    done = retention.run(changed, data, clock.later(28))
    assert done.receipt is not None
    assert done.receipt["totals"] == weeks


def test_the_first_look(engine: Engine, data: Path, clock: Clock) -> None:
    """Without a count, the record's own file is the second source: if it was not written to for long, nothing goes
    until somebody names the date; if it was, what is due goes."""
    clock.later(40)
    written_at(data, clock.true - 10 * DAY)
    assert retention.run(engine, data, clock).receipt is None
    assert left(data) == [0, 1]
    ledger_path(data).unlink()
    written_at(data, clock.true - 2 * DAY)
    assert retention.run(engine, data, clock).today.found.by is By.WRITTEN
    assert left(data) == []


def test_while_nothing_agrees_with_the_clock_what_was_set_aside_stays(engine: Engine, data: Path, clock: Clock) -> None:
    """A damaged database may hold days that are still kept: it goes by a time that two sources agree on, like a day."""
    written_at(data, clock.later(40).true - 10 * DAY)
    aside = data / "breaktime.db.corrupt-1"
    aside.write_bytes(b"rows")
    os.utime(aside, (1_000.0, 1_000.0))
    done = retention.run(engine, data, clock)
    assert (done.today.found.by, done.receipt, aside.exists()) == (By.ALONE, None, True)
    retention.run(engine, data, clock, date(2027, 1, 2))
    assert not aside.exists()


@pytest.mark.parametrize(
    ("network", "expected"),
    [pytest.param(True, [-2, -1], id="time settled"), pytest.param(False, [], id="clock alone")],
)
def test_what_outlived_its_folder(engine: Engine, data: Path, clock: Clock, network: bool, expected: list[int]) -> None:
    """Days elsewhere that have no key here go when no policy keeps them any more; one that has a key has its turn."""
    clock.later(28).network = network
    there = [day(number) for number in (-2, -1, 0, 2)]
    assert retention.outlived(engine, data, clock, there) == {day(number) for number in expected}


def test_a_clock_that_began_years_ago(engine: Engine, data: Path, clock: Clock) -> None:
    """A machine whose clock began at 2020 before the network put it right destroys nothing early."""
    clock.set(-2_500)
    written_at(data, 0.0)
    retention.note_time(engine, data, clock)
    retention.run(engine, data, clock)
    clock.set(0)
    clock.network = True
    for days in (0.01, 27):
        retention.run(engine, data, clock.later(days))
        assert left(data) == [0, 1]
    retention.run(engine, data, clock.later(1))
    assert 0 not in left(data)
