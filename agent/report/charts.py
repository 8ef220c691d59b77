"""Figures → pictures: bars and lines as inline SVG, each with the table behind it. For page, paper and console.

pygal draws; what it would add for the screen alone (script, style, tool tips) is taken out, so that a picture obeys the
page's own style sheet (`charts.css`), by day and by night, under a policy that permits no inline style. On paper, where
a picture is drawn by itself, the style sheet is put into it (`Chart.on_paper`).

A series is told from the next by its pattern as well as by its colour: solid, hatched, dotted, then an outline.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pygal
from pygal.style import Style

# pygal leaves a finder of an old kind among Python's own, for maps that nobody here draws; others trip over it.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

WIDTH = 360
"""Units across: a picture is about as wide as a telephone's column, so its letters are read at their own size there."""
_ROW, _FOOT, _LETTER = 23, 4, 13
_ROOM = 0.34  # of a bar's length, kept free for the longest figure beside it
_UNWANTED = {"script", "style", "title", "desc"}
_PATTERNS = (
    "",
    '<pattern id="{0}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground" width="5" height="5"/><rect class="mark" width="2.2" height="5"/></pattern>',
    '<pattern id="{0}" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect class="ground" width="5" height="5"/><circle class="mark" cx="2.5" cy="2.5" r="1.3"/></pattern>',
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: label, a length for each series (0 where nothing may be shown), and the figure beside it in words."""

    label: str
    lengths: tuple[float, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Table:
    """What stands behind a picture; the first cell of a row is its heading."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its table. `series` are the words of the key, in the order of the patterns."""

    title: str
    svg: str
    table: Table
    series: tuple[str, ...] = ()

    def on_paper(self) -> str:
        """The SVG with its style in it, in the colours of paper; "" where there is none."""
        begin, _, rest = self.svg.partition(">")
        return f"{begin}><style>{_in_print()}</style>{rest}" if self.svg else ""


@cache
def style_sheet() -> str:
    """The rules that the classes of a picture obey."""
    return files(__package__).joinpath("charts.css").read_text("utf-8")


@cache
def _in_print() -> str:
    """The same with each colour by itself: what draws on paper knows no custom properties within a picture."""
    return re.sub(r"var\([\w-]+, (#\w+)\)", r"\1", style_sheet())


def bars(name: str, title: str, series: Sequence[str], rows: Sequence[Bar], table: Table) -> Chart:
    """Horizontal bars, stacked where there are several series. `name` is unique on the page; no rows, no picture."""
    if not rows:
        return Chart(title, "", table, tuple(series))
    longest = max(sum(one.lengths) for one in rows) or 1.0
    chart = pygal.HorizontalStackedBar(
        **_options(_ROW * len(rows) + _FOOT),
        print_values=True,
        show_x_labels=False,
        show_y_guides=False,
        show_x_guides=False,
        range=(0, longest * (1 + _ROOM)),
        spacing=5,
    )
    upwards = list(reversed(rows))  # pygal lays the first row at the bottom
    chart.x_labels = [one.label for one in upwards]
    for number, word in enumerate(series):
        chart.add(word, [{"value": one.lengths[number]} for one in upwards])
    root = _drawn(chart)
    _put_figures(root, [one.says for one in upwards])
    return Chart(title, _finished(root, name, title, rows_said(table)), table, tuple(series))


def lines(
    name: str, title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], table: Table
) -> Chart:
    """Lines over time, solid, dashed, dotted; None leaves a gap. A picture needs two points."""
    words = tuple(word for word, _ in series)
    if len(labels) < 2 or not any(value is not None for _, values in series for value in values):
        return Chart(title, "", table, words)
    most = max(value for _, values in series for value in values if value is not None) or 1.0
    steps = _steps(most)
    chart = pygal.Line(
        **(_options(170) | {"margin_top": 8}),
        range=(0, steps[-1]),
        allow_interruptions=True,
        show_x_guides=False,
        show_minor_x_labels=False,
        y_labels=steps,
        dots_size=2.5,
    )
    chart.x_labels = list(labels)
    chart.x_labels_major = [labels[i] for i in _marked(len(labels))]
    chart.value_formatter = lambda value: f"{value:,.0f}"
    for word, values in series:
        chart.add(word, list(values))
    return Chart(title, _finished(_drawn(chart), name, title, rows_said(table)), table, words)


def rows_said(table: Table) -> str:
    """A table in one sentence, for who hears the page: its rows, then that the table follows."""
    said = "; ".join(f"{row[0]}: {row[1]}" for row in table.rows[:12])
    return f"{said}. The whole table follows." if said else "Nothing to show."


def _options(height: int) -> dict[str, Any]:
    letters = {f"{what}_font_size": _LETTER for what in ("label", "major_label", "value")}
    style = Style(background="transparent", plot_background="transparent", font_family="sans-serif", **letters)
    return {
        "style": style,
        "width": WIDTH,
        "height": height,
        "margin": 0,
        "margin_left": 14,  # pygal guesses the labels' width; what is guessed too small must not be cut off
        "margin_right": 4,
        "show_legend": False,
        "js": [],
        "css": [],
        "no_prefix": True,
        "truncate_label": -1,
    }


def _steps(most: float) -> list[float]:
    """Three or four round values from 0 up to at least `most`."""
    size = 10 ** (len(f"{max(most / 3, 1):.0f}") - 1)
    step = next(size * times for times in (1, 2, 5, 10) if size * times * 3.5 >= most)
    return [step * i for i in range(int(-(-most // step)) + 1)]


def _marked(count: int) -> list[int]:
    """Which of so many points are labelled: five at most, the last always, the first where there is room."""
    step = -(-count // 5)
    return sorted(range(count - 1, -1, -step))


def _drawn(chart: Any) -> ElementTree.Element:
    """The picture as pygal drew it, without what is for a page with script."""
    root: ElementTree.Element = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if (
                not isinstance(child.tag, str)
                or _bare(child) in _UNWANTED
                or child.get("class", "").endswith("tooltip-overlay")
            ):
                parent.remove(child)
    for element in root.iter():
        element.attrib.pop("style", None)
        element.tag = _bare(element)
    return root


def _bare(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _put_figures(root: ElementTree.Element, figures: Sequence[str]) -> None:
    """One figure beside each bar, where its last piece ends; pygal would write one into each piece."""
    ends = [0.0] * len(figures)
    for group in root.iter("g"):
        for number, rect in enumerate(_rects(group)):
            ends[number] = max(ends[number], float(rect.get("x", 0)) + float(rect.get("width", 0)))
    shown = [group for group in root.iter("g") if "text-overlay" in group.get("class", "")]
    for layer in shown:
        texts = list(layer.iter("text"))[: len(figures)]
        for group in list(layer):
            layer.remove(group)
        for text, end, figure in zip(texts, ends, figures, strict=False):
            text.set("x", f"{end + 6:.1f}")
            text.set("text-anchor", "start")
            text.text = figure
            layer.append(text)


def _rects(group: ElementTree.Element) -> Iterable[ElementTree.Element]:
    if group.get("class") != "bars":
        return ()
    return (bar[0] for bar in group if len(bar))


def _finished(root: ElementTree.Element, name: str, title: str, said: str) -> str:
    """The picture as text: named for who hears it, its patterns known by names of its own."""
    root.attrib.pop("id", None)
    root.attrib.update({"class": "chart", "role": "img", "aria-label": f"{title}. {said}", "focusable": "false"})
    root.set("xmlns", "http://www.w3.org/2000/svg")
    for defs in [child for child in root if child.tag == "defs"]:
        root.remove(defs)
    for number, pattern in enumerate(_PATTERNS):
        _fill(root, number, f"{name}-{number}", pattern)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _fill(root: ElementTree.Element, number: int, name: str, pattern: str) -> None:
    groups = [group for group in root.iter("g") if f"serie-{number}" in group.get("class", "").split()]
    filled = [rect for group in groups for rect in group.iter("rect")]
    if not pattern or not filled:
        return
    defs = ElementTree.SubElement(root, "defs", {"class": f"color-{number}"})
    defs.append(ElementTree.fromstring(pattern.format(name)))  # noqa: S314 (our own text)
    for rect in filled:
        rect.set("fill", f"url(#{name})")
