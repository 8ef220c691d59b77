"""A week's report of one school, and the figures of a trust's fifty: `python -m tests.bench report`.

A school here is 60 staff with 5 minutes at each of 5 services a day, on 20 days of school: 30,000 rows, 7,500 a week
(the demonstration has 5,000). A trust's fifty are copies of it in folders of their own, read one after another. Marks:
a week of one school under 2 seconds, of fifty schools under 10.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from agent.app.live import Configuration, read
from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.core.tally import MinuteKey
from agent.report.telling import Asked, week_of
from agent.store import Store
from agent.store.database import DATABASE
from tests.bench.bench_store import LONDON, batches, day_of_minutes
from tests.bench.figures import Mark, Result, Row

STAFF, SERVICES, MINUTES_A_DAY, ROUNDS, SCHOOLS = 60, 5, 5, 5, 50
FIRST, DAYS = date(2026, 11, 2), 28
WEEK, NOW = "2026-W47", datetime(2026, 11, 30, 7, tzinfo=UTC)
COMMAND = Path(sys.executable).with_name("breaktime")


def report() -> Result:
    """Seconds for one school's figures, its page and paper by the whole command, and the figures of fifty schools."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "0"
        folder.mkdir()
        config = read(Path("config"), DataFolder(folder))
        assert isinstance(config, Configuration), "the example site loads"
        rows = _fill(folder, config.engine.site.id)
        trust = [folder, *(_copy(folder, number) for number in range(1, SCHOOLS))]
        asked = [Asked(one, config.engine, WEEK, NOW) for one in trust]
        mark = Mark(2, at_most=True)
        return Result(
            "report",
            f"a week's report out of {rows:,} rows a school",
            (
                Row("one school's figures", "SQLite", "seconds", _timed(lambda: _told(asked[:1])), mark=mark),
                Row("the same as a page", "breaktime report", "seconds", _timed(lambda: _command(folder, "html"))),
                Row("the same on paper", "breaktime report", "seconds", _timed(lambda: _command(folder, "pdf"))),
                Row(f"{SCHOOLS} schools' figures", "a spool each", "seconds", _timed(lambda: _told(asked), 3),
                    mark=Mark(10, at_most=True)),
            ),
        )  # fmt: skip


def _timed(work: Callable[[], None], rounds: int = ROUNDS) -> tuple[float, ...]:
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return tuple(found)


def _told(asked: Sequence[Asked]) -> None:
    for one in asked:
        assert not week_of(one).empty


def _command(folder: Path, form: str) -> None:
    """The whole process, each time from the rows: what was kept is taken away."""
    shutil.rmtree(folder / "reports", ignore_errors=True)
    words = [str(COMMAND), "report", "--week", WEEK, "--format", form, "--output", str(folder.parent / "week")]
    subprocess.run(words, check=True, capture_output=True, env={**os.environ, DATA_VARIABLE: str(folder)})


def _copy(folder: Path, number: int) -> Path:
    return Path(shutil.copytree(folder, folder.parent / str(number)))


def _fill(folder: Path, site: str) -> int:
    with Store.open(folder, site, LONDON) as store:
        for keys in _days():
            for batch in batches(keys, 5_000):
                store.write(batch)
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        return int(connection.execute("SELECT count(*) FROM minutes").fetchone()[0])


def _days() -> Iterator[list[MinuteKey]]:
    base = list(islice(day_of_minutes(STAFF, SERVICES), STAFF * SERVICES * MINUTES_A_DAY))
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        if day.weekday() < 5:
            later = (day - date(2026, 11, 23)).days * 1440
            yield [key._replace(minute=key.minute + later) for key in base]
