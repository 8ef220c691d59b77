"""The record of four weeks: one person's minutes, and what forgetting a day costs: `python -m tests.bench record`.

BREAKTIME_BENCH_MINUTES (5,000,000) rows are laid down first, in a temporary folder of BREAKTIME_BENCH_FOLDER (the
system's): about 360 bytes a row, two minutes. Rulings are timed one by one on the first core while another process
forgets a day on the last one, and just before, while it does not.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from agent.core.tally import Counts
from agent.store import DayKeys, Store
from agent.store.database import DATABASE
from agent.store.keys import KEYS
from agent.store.person import Scope, minutes_of_person
from agent.store.retention import Order, retention_of
from tests.bench import cases
from tests.bench.bench_decide import flows_at
from tests.bench.bench_store import LONDON, day_of_minutes
from tests.bench.figures import Mark, Result, Row

SITE = "example"
FIRST = date(2026, 11, 23)
DAYS, MINUTES_A_DAY = 28, 60
MINUTES = int(os.environ.get("BREAKTIME_BENCH_MINUTES", "5000000"))
PEOPLE = max(10, MINUTES // DAYS // MINUTES_A_DAY)
ROUNDS = 5
ORDER = Order((), FIRST + timedelta(days=60), "2027-01-22T00:10:00+00:00", "network", "breaks-without-pupils", 28)
_CONTEXT = get_context("forkserver")


def record() -> Result:
    """Lay the record down, ask it, forget days of it."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BREAKTIME_BENCH_FOLDER")) as name:
        folder = Path(name)
        lay_down(folder)
        first, waited, used = zip(*_asked(folder), strict=True)
        quiet, purging, seconds = _purges(folder)
        idle, waits = _commits(folder)
    held = PEOPLE * MINUTES_A_DAY * DAYS
    rows = (
        Row(
            "one person's four weeks",
            f"{MINUTES_A_DAY * DAYS:,} of {held:,} rows",
            "ms of the core",
            used,
            mark=Mark(50, at_most=True),
            note=f"{PEOPLE:,} people",
        ),
        Row("the same, waited for", "its pages in memory", "ms", waited, note=f"load {os.getloadavg()[0]:.1f}"),
        Row("the same, asked for the first time", "its pages on the disk", "ms", first),
        Row("one ruling, p99, while a day is forgotten", "against none", "µs", purging, quiet, Mark(1.1, at_most=True)),
        Row("a commit of 100 minutes, p99, while a day is forgotten", "against none", "ms", waits, idle),
        Row("a day forgotten, from key to receipt", f"{PEOPLE * MINUTES_A_DAY:,} rows", "s", seconds),
    )
    return Result("record", "four weeks of active minutes", rows)


def lay_down(folder: Path) -> None:
    """Four weeks of active minutes of many people at one service, into a new database."""
    with Store.open(folder, SITE, LONDON) as store:
        for number in range(DAYS):
            minutes = (key._replace(minute=key.minute + 1440 * number) for key in day_of_minutes(PEOPLE, 1))
            day = islice(minutes, PEOPLE * MINUTES_A_DAY)
            while batch := {key: Counts(3, 2_000, 90_000) for key in islice(day, 20_000)}:
                store.write(batch)


def _asked(folder: Path) -> Iterator[tuple[float, float, float]]:
    """Milliseconds from the question to the last minute: the first time, and again, waited and of the processor.

    Each time another person is asked about, and the file has just been opened.
    """
    chance, keys = Random(2026), DayKeys(folder / KEYS)
    for _ in range(15):
        scope = Scope(f"teacher-{chance.randrange(PEOPLE):03}", FIRST, FIRST + timedelta(days=DAYS))
        took = []
        for _ in range(2):
            began, used = time.perf_counter(), time.process_time()
            found = sum(len(minutes) for _, minutes in minutes_of_person(folder / DATABASE, keys, SITE, scope))
            took.append((time.perf_counter() - began, time.process_time() - used))
            assert found == MINUTES_A_DAY * DAYS
        yield took[0][0] * 1e3, took[1][0] * 1e3, took[1][1] * 1e3


def _purges(folder: Path) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """The p99 of rulings in microseconds without and with a day being forgotten, and how long that took."""
    engine = cases.engine()
    rule = cycle([flow for at in cases.instants(engine) for flow in flows_at(at)])
    quiet, purging, seconds = [], [], []
    for number in range(ROUNDS):
        with _Forgetting(folder, number) as (begin, done):
            _p99(lambda: engine.rule(next(rule)), lambda: False, least=20_000)  # warm
            quiet.append(_p99(lambda: engine.rule(next(rule)), lambda: False, least=100_000) * 1e6)
            began = time.perf_counter()
            begin.send(b"")
            # In rounds of 500 as before: to ask after each ruling whether the other is done would slow each.
            purging.append(_p99(lambda: engine.rule(next(rule)), lambda: not done.poll(), least=500) * 1e6)
            seconds.append(time.perf_counter() - began)
    return tuple(quiet), tuple(purging), tuple(seconds)


def _commits(folder: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The p99 of commits of today's minutes in milliseconds, without and with a day being forgotten."""
    idle, waits = [], []
    with Store.open(folder, SITE, LONDON) as store:
        commit = _committing(store)
        for number in range(ROUNDS, 2 * ROUNDS):
            with _Forgetting(folder, number) as (begin, done):
                idle.append(_p99(commit, lambda: False, least=200) * 1e3)
                begin.send(b"")
                waits.append(_p99(commit, lambda: not done.poll(), least=1) * 1e3)
    return tuple(idle), tuple(waits)


def _committing(store: Store) -> Callable[[], object]:
    today = day_of_minutes(100, 1)

    def commit() -> None:
        batch = {key._replace(minute=key.minute + 1440 * DAYS): Counts(1) for key in islice(today, 100)}
        store.write(batch)

    return commit


def _p99(do: Callable[[], object], go_on: Callable[[], bool], least: int) -> float:
    """The 99th percentile in seconds of at least so many calls, and of as many more as `go_on` says."""
    took: list[float] = []
    clock = time.perf_counter
    while len(took) < least or go_on():
        for _ in range(min(least, 500)):
            began = clock()
            do()
            took.append(clock() - began)
    return sorted(took)[int(len(took) * 0.99)]


class _Forgetting:
    """A process on the last core that forgets the day of that number as soon as it is told to."""

    def __init__(self, folder: Path, number: int) -> None:
        self._begin, begin = _CONTEXT.Pipe()
        self._done, done = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_forget, args=(folder, number, begin, done))

    def __enter__(self) -> tuple[Connection, Connection]:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self._process.start()
        self._done.recv()
        return self._begin, self._done

    def __exit__(self, *_: object) -> None:
        self._process.join()
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _forget(folder: Path, number: int, begin: Connection, done: Connection) -> None:
    os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
    with retention_of(folder, SITE) as retention:
        done.send(b"ready")
        begin.recv()
        retention.run(replace(ORDER, days=(FIRST + timedelta(days=number),)))
        done.send(b"done")
