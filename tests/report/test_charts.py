"""The pictures: what they show, what they leave out, how they tell their figures to who does not see them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from agent.report.charts import Bar, Chart, Table, bars, lines

TABLE = Table(("Period", "Minutes"), (("Lesson", "10"), ("Lunch", "fewer than 5")))
ROWS = [Bar("Lesson", (10, 0), "10"), Bar("Break", (30, 10), "30 + 10"), Bar("Lunch & after", (0, 0), "fewer than 5")]


def drawn(chart: Chart) -> ElementTree.Element:
    """The picture's elements."""
    return ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", chart.svg, count=1))


def texts(root: ElementTree.Element) -> list[str]:
    """All its words."""
    return [element.text or "" for element in root.iter("text")]


def test_bars_are_as_long_as_their_figures() -> None:
    """A piece of 30 is three times a piece of 10, and begins where the one before it ends."""
    root = drawn(bars("a", "Minutes", ("Used", "Blocked"), ROWS, TABLE))
    rects = [rect for rect in root.iter("rect") if "reactive" in rect.get("class", "")]
    widths = sorted(float(rect.get("width", 0)) for rect in rects)
    assert widths[:3] == [0, 0, 0]
    assert widths[5] == pytest.approx(3 * widths[4])


def test_each_bar_has_its_label_and_the_figure_in_words() -> None:
    """From the top down, the figure beside the bar; what is not told stands there in words."""
    found = texts(drawn(bars("a", "Minutes", ("Used", "Blocked"), ROWS, TABLE)))
    assert sorted(found) == sorted(["Lesson", "Break", "Lunch & after", "10", "30 + 10", "fewer than 5"])


@pytest.mark.parametrize(
    "chart",
    [
        bars("a", "Minutes", ("Used", "Blocked"), ROWS, TABLE),
        lines("b", "Course", ["7 Sep", "14 Sep"], [("Used", [3, None]), ("Blocked", [1, 2])], TABLE),
    ],
    ids=["bars", "lines"],
)
def test_a_picture_is_still_and_obeys_the_page(chart: Chart) -> None:
    """No script, no style, no address, no tool tip; it has a name and says its figures."""
    assert not re.search(r"<script|<style|style=|pygal|http://(?!www\.w3\.org)|tooltip-overlay", chart.svg)
    root = drawn(chart)
    assert root.get("role") == "img"
    assert "Lesson: 10; Lunch: fewer than 5" in root.get("aria-label", "")
    assert "<style>" in chart.on_paper()
    assert "var(" not in chart.on_paper()


def test_a_gap_stays_a_gap() -> None:
    """A week that is not told is no point of the line, and none is drawn through it."""
    root = drawn(lines("b", "Course", ["1", "2", "3"], [("Used", [10, None, 30])], TABLE))
    assert len(list(root.iter("circle"))) == 2
    curves = [path.get("d", "") for path in root.iter("path") if "nofill" in path.get("class", "")]
    assert all("L" not in curve for curve in curves)


def test_series_are_told_apart_without_colour() -> None:
    """The second has a pattern, whose name begins with the picture's."""
    svg = bars("week-1", "Minutes", ("Used", "Blocked"), ROWS, TABLE).svg
    assert 'id="week-1-1"' in svg
    assert 'fill="url(#week-1-1)"' in svg


def test_nothing_to_draw_is_no_picture() -> None:
    """Without rows, or without two points, there is a table and no picture, on the page and on paper."""
    for chart in (
        bars("a", "Minutes", ("Used",), [], TABLE),
        lines("b", "Course", ["7 Sep"], [("Used", [3])], TABLE),
        lines("b", "Course", ["1", "2"], [("Used", [None, None])], TABLE),
    ):
        assert chart.svg == chart.on_paper() == ""
        assert chart.table == TABLE


@pytest.mark.parametrize("most", [0.5, 1, 7, 13, 99, 100, 101, 3500, 98765])
def test_the_scale_is_round_and_reaches_every_figure(most: float) -> None:
    """Few steps from nothing up to at least the largest figure."""
    root = drawn(lines("b", "Course", ["1", "2"], [("Used", [0, most])], TABLE))
    marks = [int(text.replace(",", "")) for text in texts(root) if text.replace(",", "").isdigit() and text not in "12"]
    assert max([*marks, 2]) >= most
    assert len(marks) <= 6
