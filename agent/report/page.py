"""Figures → the page: one template for screen and paper, with pictures, their tables and what each figure means.

The page needs nothing else: no script, no picture or font from outside, one style element (`style_sheet()` is its text,
for a console that serves it as a file). Every text of the school's goes through Jinja's escaping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agent.packs.report import CONSOLE
from agent.report import charts, words
from agent.report.decisions import said
from agent.report.figures import Edition, Figure, Kind, Line, Measure, Table, Week
from agent.report.heat import heat_map
from agent.report.leading import lead, second

_MOST = {"periods": 9, "categories": 7, "zones": 5, "roles": 5}  # bars of one picture; its table has every line
_SHORT = "The others"
_LEADING = (Kind.VISITED, Kind.CONTACT)


@dataclass(frozen=True, slots=True)
class Point:
    """One week of the term: its first day as it is shown, and what its own report told; None where it is empty."""

    label: str
    led: Figure | None
    blocked: Figure | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A week with what the page says around it. `made` is local and aware; `course` is the term, this week last.

    `names` is what people call a service, by its id.
    """

    week: Week
    made: datetime
    demonstration: bool = False
    course: tuple[Point, ...] = ()
    console: str = CONSOLE
    names: Mapping[str, str] = field(default_factory=dict)


def document(shown: Shown) -> str:
    """The whole page as a file of its own."""
    return _rendered("page.html", shown, paper=False)


def on_paper(shown: Shown) -> str:
    """The page as the printer's program wants it (`paper.py`)."""
    return _rendered("page.html", shown, paper=True)


def body(shown: Shown) -> Markup:
    """What stands in the page's `main`, for a console that has a frame of its own; see `style_sheet`."""
    return Markup(_rendered("week.html", shown, paper=False))  # noqa: S704 (the template escapes)


def style_sheet() -> str:
    """The rules of report and pictures: they hold within `.report` alone, whatever frame it stands in."""
    return _text("week.css") + charts.style_sheet()


def _rendered(template: str, shown: Shown, *, paper: bool) -> str:
    week, style = shown.week, _text("ground.css") + style_sheet() + (_text("paper.css") if paper else "")
    return _environment().get_template(template).render(
        shown=shown, week=week, paper=paper, w=words, kinds=words.KINDS, few=week.threshold,
        lead=lead(week), second=second(week),
        pictures=_pictures(week), course=_course(shown), before=_before(week), heat=heat_map(week),
        decisions=said(week, shown.console), single=week.edition is Edition.WEEK,
        style=Markup(style),  # noqa: S704 (the package's own file)
    )  # fmt: skip


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("agent.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _pictures(week: Week) -> dict[str, tuple[charts.Chart, ...]]:
    """The pictures of each section: use first, then what was blocked; none where there is nothing to draw."""
    found = {}
    for name in ("periods", "categories", "zones", "roles"):
        pair = (lead(week), second(week))
        found[name] = tuple(chart for one in pair if (chart := _picture(week, one, name)).table.rows)
    return found


def _picture(week: Week, measure: Measure, name: str) -> charts.Chart:
    table: Table = getattr(measure, name)
    kind = words.KINDS[measure.kind][0]
    order = table.lines if name == "periods" else _largest_first(table)
    rows = [_bar(line.name, line.minutes, measure.kind) for line in order[: _MOST[name]]]
    others = _others(table, order[_MOST[name] :])
    if others != 0 and (name != "periods" or not rows):
        rows.append(_bar(_SHORT, others, measure.kind))
    title = f"{kind}, minutes by {_BY[name]}"
    return charts.bars(f"{measure.kind}-{name}", title, _series(measure.kind), rows, _behind(week, table))


def _others(table: Table, cut: Sequence[Line]) -> Figure:
    """What has no bar of its own: the rest, and the lines that are too many for the picture."""
    more = sum(line.minutes for line in cut if isinstance(line.minutes, int))
    return more + table.rest if isinstance(table.rest, int) else more or table.rest


_BY = {"periods": "part of the day", "categories": "kind of service", "zones": "place", "roles": "role"}


def _series(kind: Kind) -> tuple[str, ...]:
    """A picture's series: use is solid and first; whatever else is second, with a colour and a pattern of its own."""
    return ("Minutes",) if kind in _LEADING else ("", "Minutes")


def _bar(name: str, minutes: Figure, kind: Kind) -> charts.Bar:
    label = name if name == _SHORT else words.named(name)
    length = float(minutes) if isinstance(minutes, int) else 0.0
    lengths = (length,) if kind in _LEADING else (0.0, length)
    return charts.Bar(label, lengths, words.figure(minutes))


def _largest_first(table: Table) -> tuple[Line, ...]:
    told = [line for line in table.lines if isinstance(line.minutes, int) and line.minutes > 0]
    return tuple(sorted(told, key=lambda line: -int(line.minutes) if isinstance(line.minutes, int) else 0))


def _behind(week: Week, table: Table) -> charts.Table:
    """The table behind a picture: every line, with last week's and the usual figure."""
    rows = [
        (
            words.named(line.name),
            words.figure(line.minutes),
            words.last(line.last),
            words.usual(line.usual),
        )
        for line in table.lines
    ]
    if table.rest != 0:
        rows.append((_SHORT, words.figure(table.rest), "", ""))
    head = ("", "Minutes", "Last week", "A usual week of the term")
    if week.edition is not Edition.WEEK:
        return charts.Table(head[:2], tuple(row[:2] for row in rows))
    return charts.Table(head, tuple(rows))


def _course(shown: Shown) -> charts.Chart:
    """The term so far, week by week."""
    told = [(one.label, _told(one.led), _told(one.blocked)) for one in shown.course]
    rows = [(one.label, words.last(one.led), words.last(one.blocked)) for one in shown.course]
    names = (words.KINDS[lead(shown.week).kind][0], words.KINDS[second(shown.week).kind][0])
    table = charts.Table(("Week from", *names), tuple(rows))
    series = [(names[0], [one[1] for one in told]), (names[1], [one[2] for one in told])]
    return charts.lines("course", "Minutes a week", [one[0] for one in told], series, table)


def _before(week: Week) -> tuple[tuple[str, str, str, str, str], ...]:
    """By part of the day, last week and the usual week: of use, then of what was blocked. Empty for a first week."""
    used, other = lead(week).periods.lines, second(week).periods.lines
    if week.edition is not Edition.WEEK or all(line.last is None and line.usual is None for line in used):
        return ()

    def of(line: Line) -> tuple[str, str]:
        return words.last_briefly(line.last), words.usual_briefly(line.usual)

    return tuple((words.named(one.name), *of(one), *of(two)) for one, two in zip(used, other, strict=False))


def _told(value: Figure | None) -> float | None:
    return float(value) if isinstance(value, int) else None
