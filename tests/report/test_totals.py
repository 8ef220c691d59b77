"""Reports hold against a count that is written apart from them, over three years of a school at random."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.core.engine import Engine
from agent.core.reported import Kind
from agent.core.smallcounts import FEW
from agent.core.tally import MinuteKey
from agent.report.figures import Line, Source, Week
from agent.report.measures import Before
from agent.report.places import week_name
from agent.report.reading import week_in
from agent.report.telling import Asked, week_of
from agent.store.database import DATABASE, Database

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 3, 1, tzinfo=UTC)
YEARS = (2024, 2025, 2026)
SERVICES = {"facebook": "social-network", "linkedin": "professional-network", "youtube": "video-sharing"}
PERIODS = ("before-school", "lesson", "break", "lunch", "after-school", "closed")

APART = """
WITH rows AS (
  SELECT *, row_number() OVER (
    PARTITION BY day, minute, ifnull(ifnull(person, device), x''), service
    ORDER BY (basis = 'contact') * 4 + (basis = 'visit') * ((verdict = 'allow') * 2 + (verdict = 'block') * (mode = 'observe')),
      account <> 'official', zone, role, category, period
  ) AS place FROM minutes WHERE site = ? AND day >= ? AND day <= ?
)
SELECT CASE WHEN basis = 'contact' THEN 'contact' WHEN verdict = 'allow' THEN 'visited'
  WHEN mode = 'observe' THEN 'observed' ELSE 'blocked' END AS kind, {of}, count(*)
FROM rows WHERE place = 1 GROUP BY 1, 2
"""
"""Minutes by kind and by one column: the first row of each minute of somebody at a service is the minute's."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    found = read(Path("config"), DataFolder(tmp_path_factory.mktemp("none")))
    assert isinstance(found, Configuration)
    return found.engine


def rows_of(year: int, site: str) -> Iterator[tuple[object, ...]]:
    """A year of rows as the store has them: fewer in holidays, none for a fortnight in August, some at night."""
    chance = random.Random(year)
    day = date(year, 1, 1)
    while day.year == year:
        if not (day.month == 8 and day.day < 15):
            for _ in range(chance.choice((0, 5, 40, 60)) if day.weekday() < 5 else chance.choice((0, 0, 6))):
                yield _row(chance, day, site)
        day += timedelta(days=1)


def _row(chance: random.Random, day: date, site: str) -> tuple[object, ...]:
    at = datetime.combine(day, time(chance.randrange(24), chance.randrange(0, 60, 6)), LONDON)
    person, service = chance.randrange(12), chance.choice(sorted(SERVICES))
    visit, block = chance.random() < 0.7, chance.random() < 0.4
    who = bytes([person]) * 16
    return (
        site, day.isoformat(), int(at.timestamp()) // 60, chance.randbytes(16),
        who if person else None, who if person != 11 else None,
        chance.choice(("classroom", "staff-room", "office")), "teacher" if person < 8 else "support-staff",
        "school", "laptop", "present", service, SERVICES[service], "visit",
        "visit" if visit else "contact", chance.choice(("official", "unknown")),
        "block" if block else "allow", chance.choice(("enforce", "enforce", "observe")),
        "not-excessive" if block else "default", "1", "", chance.choice(PERIODS), "breaks-without-pupils", "r1",
        1, 1, 1, 1,
    )  # fmt: skip


@pytest.fixture(scope="module", params=YEARS)
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[int, Path]:
    data = tmp_path_factory.mktemp(str(request.param))
    Database.open(data / DATABASE, pytest.fail).close()
    rows = list(rows_of(request.param, engine.site.id))
    assert len(MinuteKey._fields) + 6 == len(rows[0])
    with closing(sqlite3.connect(data / DATABASE)) as connection, connection:
        connection.executemany(f"INSERT INTO minutes VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return request.param, data


def apart(data: Path, site: str, week: Week, column: str) -> dict[tuple[str, str], int]:
    """The count that is written apart."""
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        found = connection.execute(APART.format(of=column), (site, str(week.first), str(week.last)))
        return {(kind, name): minutes for kind, name, minutes in found}


def weeks_in(year: int) -> list[str]:
    """Every week of a year that lies wholly in it."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    mondays = [day for day in days if day.weekday() == 0 and (day + timedelta(days=6)).year == year]
    return [week_name(day) for day in mondays]


def held(lines: tuple[Line, ...], kind: str, counts: dict[tuple[str, str], int]) -> int:
    """Hold each line that is told against the other count; how many were told."""
    told = [line for line in lines if isinstance(line.minutes, int)]
    for line in told:
        assert line.minutes == counts.get((kind, line.name), 0), (kind, line)
    return len(told)


def test_every_week_equals_the_count_apart(year: tuple[int, Path], engine: Engine) -> None:
    """Each figure that is told, of every week of three years, is what the other count says; the clock's weeks too."""
    told = few = 0
    for name in weeks_in(year[0]):
        week = week_of(Asked(year[1], engine, name, NOW))
        by = {column: apart(year[1], engine.site.id, week, column) for column in ("'total'", "period", "service")}
        by |= {column: apart(year[1], engine.site.id, week, column) for column in ("category", "zone", "role")}
        by["cell"] = apart(year[1], engine.site.id, week, "day || ' ' || period")
        for measure in week.minutes:
            kind = measure.kind.value
            told += held((measure.total,), kind, by["'total'"])
            told += held(measure.periods.lines, kind, by["period"]) + held(measure.zones.lines, kind, by["zone"])
            told += held(measure.categories.lines, kind, by["category"]) + held(measure.roles.lines, kind, by["role"])
            told += sum(held(table.lines, kind, by["service"]) for table in measure.services)
            cells = tuple(Line(f"{cell.day} {cell.period}", cell.minutes) for cell in measure.heat)
            told += held(cells, kind, by["cell"])
            few += measure.total.minutes is FEW
            assert measure.total.minutes is not FEW or by["'total'"].get((kind, "total"), 0) > 0
            _adds_up(measure.total, measure.periods.lines, measure.periods.rest)
            _adds_up(measure.total, measure.roles.lines, measure.roles.rest)
    assert told > 2_000
    assert few < 100


def _adds_up(total: Line, lines: tuple[Line, ...], rest: object) -> None:
    if isinstance(total.minutes, int):
        assert isinstance(rest, int)
        assert sum(line.minutes for line in lines if isinstance(line.minutes, int)) + rest == total.minutes


@pytest.mark.parametrize(
    "monday",
    [
        pytest.param(date(2026, 3, 23), id="the clock goes forward on its Sunday"),
        pytest.param(date(2026, 10, 19), id="the clock goes back on its Sunday"),
        pytest.param(date(2026, 12, 21), id="Christmas"),
    ],
)
def test_asked_again(year: tuple[int, Path], engine: Engine, monday: date) -> None:
    """The same record gives the same report, also read back from its JSON."""
    asked = Asked(year[1], engine, week_name(monday), NOW)
    told = week_of(asked)
    assert week_of(asked) == told
    assert week_in(told.to_json()) == told
    assert told.last - told.first == timedelta(days=6)


def test_an_empty_week_and_a_first(year: tuple[int, Path], engine: Engine) -> None:
    """A week without a record is nothing, said so; a first week has nothing beside it, the next has the first."""
    name = f"{year[0]}-W32"
    first = week_of(Asked(year[1], engine, name, NOW))
    assert first.empty
    assert first.source is Source.ROWS
    assert [measure.total.minutes for measure in first.minutes] == [0] * len(Kind)
    assert first.minutes.visited.total.last is None
    assert first.headline.busiest is None
    later = week_of(Asked(year[1], engine, f"{year[0]}-W40", NOW, Before(first, (first,))))
    assert later.minutes.visited.total.last == 0
    assert not later.empty


@pytest.mark.parametrize("text", ["2026-W54", "2026-47", "", "W12-2026", "2025-W53"])
def test_no_week(engine: Engine, tmp_path: Path, text: str) -> None:
    """What is no week is refused; a folder without a record has an empty one."""
    with pytest.raises(ValueError, match=r".+"):
        week_of(Asked(tmp_path, engine, text, NOW))
    assert week_of(Asked(tmp_path, engine, "2026-W47", NOW)).empty
