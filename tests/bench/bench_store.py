"""How fast active minutes go into SQLite, on one core: `python -m tests.bench.bench_store`.

The aim is 50,000 upserts a second or more. Each line is the best and the median of some runs into a new
database on the disk that `--folder` lies on (default: the system's temporary folder), fsync included.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey, Minutes
from agent.store import Store
from tests.bench.figures import Mark, Result, Row

LONDON = ZoneInfo("Europe/London")
MORNING = 29_923_740  # 2026-11-23T09:00Z
PEOPLE, SERVICES = 100, 5


def day_of_minutes(people: int, services: int) -> Iterator[MinuteKey]:
    """Distinct active minutes as a gateway meets them: all people of one minute, then the next minute."""
    minute = MORNING
    while True:
        for person in range(people):
            for service in range(services):
                yield _minute(minute, person, service)
        minute += 1


def _minute(minute: int, person: int, service: int) -> MinuteKey:
    return MinuteKey(
        minute=minute,
        person=f"teacher-{person:03}",
        device=f"laptop-{person:03}",
        zone="classroom",
        role="teacher",
        owner="school",
        device_kind="laptop",
        pupils="present",
        service=f"service-{service}",
        category="social-network",
        activity="visit",
        basis=Basis.VISIT,
        account="unknown",
        verdict=Verdict.BLOCK,
        mode=Mode.ENFORCE,
        rule="directed-time",
        clause="8.6.2",
        authorisation="",
        period="lesson",
        policy="breaks-without-pupils",
        revision="3f6a1c2b9d04",
        opened=True,
    )


def batches(keys: list[MinuteKey], size: int) -> Iterator[Minutes]:
    """The minutes as one commit after another gets them."""
    waiting = iter(keys)
    while part := list(islice(waiting, size)):
        yield {key: Counts(3, 2_000, 90_000) for key in part}


def seconds(folder: Path, keys: list[MinuteKey], size: int, times: int = 1) -> tuple[float, float]:
    """Wall and processor seconds to write all `keys` into a new database, `times` over."""
    given = list(batches(keys, size))
    with Store.open(folder, "example", LONDON) as store:
        store.write({_minute(MORNING - 1, 0, 0): Counts(1)})  # the day's key, the connection
        began, used = time.perf_counter(), time.process_time()
        for _ in range(times):
            for batch in given:
                store.write(batch)
        took = time.perf_counter() - began, time.process_time() - used
        assert sum(store.days().values()) == len(keys) + 1
    return took


def measure(title: str, keys: list[MinuteKey], size: int, runs: int, parent: Path | None, times: int = 1) -> None:
    """Print one line."""
    rates, processor = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(dir=parent) as folder:
            wall, used = seconds(Path(folder), keys, size, times)
        rates.append(len(keys) * times / wall)
        processor.append(used / len(keys) / times * 1e6)
    best, median, cost = max(rates), statistics.median(rates), statistics.median(processor)
    print(f"{title:42} {size:>6} {best:>10,.0f} {median:>10,.0f} {cost:>8.1f}")


def store() -> Result:
    """The same as one of `python -m tests.bench`."""
    rows = []
    for what, people, services in (("new", PEOPLE, SERVICES), ("worst: each of a new person", 50_000, 1)):
        keys = list(islice(day_of_minutes(people, services), 50_000))
        rates = []
        for _ in range(5):
            with tempfile.TemporaryDirectory() as folder:
                rates.append(len(keys) / seconds(Path(folder), keys, 5_000)[0])
        mark = Mark(50_000) if what == "new" else None
        rows.append(Row(f"{what}, 5,000 a commit", "SQLite", "a second", tuple(rates), mark=mark))
    return Result("store", "active minutes, durable", tuple(rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    usual = list(islice(day_of_minutes(PEOPLE, SERVICES), given.minutes))
    strange = list(islice(day_of_minutes(given.minutes, 1), given.minutes))
    print(f"{'active minutes, durable':42} {'batch':>6} {'best/s':>10} {'median/s':>10} {'µs CPU':>8}")
    for size in (500, 5_000):
        measure("new", usual, size, given.runs, given.folder)
    measure("half of them there already", usual, 5_000, given.runs, given.folder, times=2)
    measure("worst: each of a person not seen before", strange, 5_000, given.runs, given.folder)


if __name__ == "__main__":
    main()
