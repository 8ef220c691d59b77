"""The table of every figure: tidy, whole, and safe to open."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from agent.report.figures import Line, Table
from agent.report.tidy import COLUMNS, as_csv

from .weeks import BUSY, SMALL


def rows(text: str) -> list[dict[str, str]]:
    """The table as a program reads it."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_for_each_figure() -> None:
    """Each line stands once, with its value, last week's and the usual one."""
    found = rows(as_csv(BUSY))
    assert tuple(found[0]) == COLUMNS
    keys = [tuple(row[name] for name in COLUMNS[:7]) for row in found]
    assert len(keys) == len(set(keys))
    (lunch,) = [row for row in found if (row["about"], row["by"], row["name"]) == ("visited", "periods", "lunch")]
    assert (lunch["value"], lunch["last_week"], lunch["usual_week"], lunch["unit"]) == ("480", "487", "90", "minutes")
    heat = [row for row in found if row["by"] == "day-and-period" and row["about"] == "visited"]
    assert len(heat) == 56
    assert {row["day"] for row in heat} >= {"2026-11-16", "2026-11-22"}


def test_what_is_not_told_is_the_word_few() -> None:
    """Never a number, never an empty cell."""
    found = rows(as_csv(SMALL))
    assert {row["value"] for row in found if row["by"] == "total"} == {"few"}


def test_no_cell_is_a_formula() -> None:
    """A name that a spreadsheet would reckon is text."""
    table = Table((Line("=HYPERLINK(1)", 9),), 0)
    week = replace(BUSY, minutes=replace(BUSY.minutes, visited=replace(BUSY.minutes.visited, zones=table)))
    assert "'=HYPERLINK(1)" in as_csv(week)
