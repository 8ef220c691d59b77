"""Reports hold against a count that is written apart from them, over three years of a school at random."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
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
from agent.report.figures import Line, Measure, Source, Table
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
    ORDER BY basis = 'contact', verdict = 'allow', mode = 'observe' AND verdict = 'block' AND basis = 'visit',
      account <> 'official', zone, role, category, period
  ) AS place FROM minutes WHERE site = ?
)
SELECT CASE WHEN basis = 'contact' THEN 'contact' WHEN verdict = 'allow' THEN 'visited'
  WHEN mode = 'observe' THEN 'observed' ELSE 'blocked' END AS kind, day, period, service, category, zone, role, count(*)
FROM rows WHERE place = 1 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
"""Minutes by kind and place: the first row of each minute of somebody at a service is the minute's."""

type Apart = Counter[tuple[str, str, str, str]]
"""Week, kind, table and name → minutes."""


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


def apart(data: Path, site: str) -> Apart:
    """The count that is written apart, of all weeks at once."""
    counts: Apart = Counter()
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        for kind, day, period, service, category, zone, role, minutes in connection.execute(APART, (site,)):
            week = week_name(date.fromisoformat(day))
            names = {"period": period, "service": service, "category": category, "zone": zone, "role": role}
            for table, name in {**names, "total": "total", "cell": f"{day} {period}"}.items():
                counts[week, kind, table, name] += minutes
    return counts


def weeks_in(year: int) -> list[str]:
    """Every week of a year that lies wholly in it."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    mondays = [day for day in days if day.weekday() == 0 and (day + timedelta(days=6)).year == year]
    return [week_name(day) for day in mondays]


def tables_of(measure: Measure) -> Iterator[tuple[str, Sequence[Line]]]:
    """Every line of a kind, by the other count's names of tables."""
    yield from (("total", (measure.total,)), ("period", measure.periods.lines), ("category", measure.categories.lines))
    yield from (("zone", measure.zones.lines), ("role", measure.roles.lines))
    yield from (("service", table.lines) for table in measure.services)
    yield "cell", [Line(f"{cell.day} {cell.period}", cell.minutes) for cell in measure.heat]


def test_every_week_equals_the_count_apart(year: tuple[int, Path], engine: Engine) -> None:
    """Each figure that is told, of every week of three years, is what the other count says; the clock's weeks too."""
    counts, told = apart(year[1], engine.site.id), 0
    for name in weeks_in(year[0]):
        for measure in week_of(Asked(year[1], engine, name, NOW)).minutes:
            for table, lines in tables_of(measure):
                for line in lines:
                    other = counts[name, measure.kind.value, table, line.name]
                    assert line.minutes in (FEW, other), (name, measure.kind, table, line)
                    told += line.minutes is not FEW and other > 0
            for whole in (measure.periods, measure.categories, measure.zones, measure.roles, measure.accounts):
                _adds_up(measure.total, whole)
    assert told > 500


def _adds_up(total: Line, table: Table) -> None:
    if isinstance(total.minutes, int):
        assert isinstance(table.rest, int)
        told = sum(line.minutes for line in table.lines if isinstance(line.minutes, int))
        assert told + table.rest == total.minutes


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
