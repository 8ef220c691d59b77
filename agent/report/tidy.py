"""The figures of a report as one tidy table: a line for each figure, for a spreadsheet or a program.

Columns: `edition` and `period_of` (the week or weeks), `about` (a kind of minute, `people`, `connections` …), `by` (the
table), `of` (the category whose services these are), `name`, `day`, `value`, `last_week`, `usual_week`, `unit`.
A value that is not told is `few`; a cell without a meaning is empty. A text that a spreadsheet would take for a formula
has an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from agent.report.figures import About, Few, Figure, Line, Measure, Table, Week

COLUMNS = ("edition", "period_of", "about", "by", "of", "name", "day", "value", "last_week", "usual_week", "unit")


def as_csv(week: Week) -> str:
    """The table, its head first, lines ended as RFC 4180 has it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(week):
        writer.writerow([_safe(cell) for cell in (week.edition.value, week.week, *row)])
    return text.getvalue()


Row = tuple[str, ...]


def _rows(week: Week) -> Iterator[Row]:
    for measure in week.minutes:
        yield from _measured(measure)
    if week.over_allowance is not None:
        yield _one("people", "over-allowance", _plain(week.over_allowance), "people")
    yield _one("authorisations", "granted", _plain(week.authorisations.granted), "authorisations")
    yield _one("authorisations", "used", _plain(week.authorisations.used), "authorisations")
    for name in ("opened", "closed", "looks"):
        yield _one("cases", name, _plain(getattr(week.cases, name)), "looks" if name == "looks" else "cases")
    yield _one("connections", "days-counted", str(week.coverage.days), "days")
    for name in ("by_name", "opened", "refused", "pinned", "quic", "private_dns", "slipped"):
        yield _one("connections", name.replace("_", "-"), _about(getattr(week.coverage, name)), "connections")


def _measured(measure: Measure) -> Iterator[Row]:
    kind = measure.kind.value
    yield _line(kind, "total", "", measure.total)
    for by in ("periods", "categories", "zones", "roles", "accounts"):
        yield from _table(kind, by, getattr(measure, by))
    for table in measure.services:
        yield from _table(kind, "services", table)
    for cell in measure.heat:
        yield (kind, "day-and-period", "", cell.period, cell.day.isoformat(), _plain(cell.minutes), "", "", "minutes")


def _table(kind: str, by: str, table: Table) -> Iterator[Row]:
    for line in table.lines:
        yield _line(kind, by, table.of, line)
    if table.lines:
        yield (kind, by, table.of, "(rest)", "", _plain(table.rest), "", "", "minutes")


def _line(kind: str, by: str, of: str, line: Line) -> Row:
    usual = "" if line.usual is None or line.usual.minutes is None else str(line.usual.minutes)
    last = "" if line.last is None else _plain(line.last)
    return (kind, by, of, line.name, "", _plain(line.minutes), last, usual, "minutes")


def _one(about: str, name: str, value: str, unit: str) -> Row:
    return (about, "", "", name, "", value, "", "", unit)


def _plain(value: Figure) -> str:
    return value.value if isinstance(value, Few) else str(value)


def _about(value: About | None) -> str:
    return "" if value is None else str(value.about) if value.about else "few"


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
