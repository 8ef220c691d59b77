"""A week's figures of one school, and those of a trust's fifty: `python -m tests.bench report`.

A school here is 60 staff with 20 minutes at each of 5 services a day, on 20 days of school: 120,000 rows, of which a
week are 30,000. Marks: a week of one school under 2 seconds, of fifty schools under 10.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.core.tally import MinuteKey
from agent.report.telling import Asked, week_of
from agent.store import Store
from agent.store.database import DATABASE
from tests.bench.bench_store import LONDON, batches, day_of_minutes
from tests.bench.figures import Mark, Result, Row

STAFF, SERVICES, MINUTES_A_DAY, ROUNDS, SCHOOLS = 60, 5, 20, 5, 50
FIRST, DAYS = date(2026, 11, 2), 28
WEEK, NOW = "2026-W48", datetime(2026, 11, 30, 7, tzinfo=UTC)


def report() -> Result:
    """Seconds for one school's week, and for the weeks of fifty schools, one after another."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        config = read(Path("config"), DataFolder(folder))
        assert isinstance(config, Configuration), "the example site loads"
        site = config.engine.site.id
        rows = _fill(folder, site)
        asked = Asked(folder, config.engine, WEEK, NOW)
        one = tuple(_seconds(asked, 1) for _ in range(ROUNDS))
        many = (_seconds(asked, SCHOOLS),)
    return Result(
        "report",
        f"a week's figures out of {rows:,} rows a school",
        (
            Row("one school", "SQLite", "seconds", one, mark=Mark(2, at_most=True)),
            Row(f"{SCHOOLS} schools, a spool each", "SQLite", "seconds", many, mark=Mark(10, at_most=True)),
        ),
    )


def _seconds(asked: Asked, times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        assert not week_of(asked).empty
    return time.perf_counter() - began


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
