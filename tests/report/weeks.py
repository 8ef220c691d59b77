"""Weeks made by hand for the tests of page, paper and letter: a busy one, an empty one, one of a small school."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agent.report import figures as f
from agent.report.figures import FEW, About, Figure, Kind, Line, Usual
from agent.report.page import Point, Shown

MONDAY = date(2026, 11, 16)
PERIODS = ("before-school", "registration", "lesson", "break", "lunch", "assembly", "after-school", "closed")
KINDS = (Kind.VISITED, Kind.OBSERVED, Kind.BLOCKED, Kind.CONTACT)
MADE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def line(name: str, minutes: Figure, last: Figure | None = None, usual: int | None = None) -> Line:
    """A figure beside last week's and the usual one of ten weeks."""
    return Line(name, minutes, last, Usual(usual, 10 if usual is not None else 0, 10))


def table(of: str = "", rest: Figure = 0, **lines: Figure) -> f.Table:
    """A table of so many minutes a name; last week and the usual one are near."""
    made = tuple(
        line(name.rstrip("_").replace("_", "-"), value, value + 7 if isinstance(value, int) else FEW, 90)
        for name, value in lines.items()
    )
    return f.Table(made, rest, of)


def heat(scale: int) -> tuple[f.Cell, ...]:
    """A cell for each day and period; the mornings are not told."""
    cells = []
    for number in range(7):
        for place, period in enumerate(PERIODS):
            value: Figure = (number * 7 + place * 13) * scale % 97 if number < 5 and place not in (0, 5) else 0
            cells.append(
                f.Cell(MONDAY + timedelta(number), period, FEW if (number, place) in ((1, 1), (3, 2)) else value)
            )
    return tuple(cells)


def busy_measure(kind: Kind, total: int) -> f.Measure:
    """A kind with everything told that may be."""
    part = total // 10
    return f.Measure(
        kind,
        line("", total, total + 170, total + 40),
        table(before_school=part, registration=FEW, lesson=part * 2, break_=part, lunch=part * 4, assembly=FEW,
              after_school=part, closed=FEW, rest=total - part * 9),
        heat(1),
        table(social_network=part * 4, video_sharing=part * 3, messaging=part, microblog=FEW, professional_network=part,
              photo_sharing=FEW, forum=FEW, rest=total - part * 9),
        (
            table("social-network", part, facebook=part * 2, instagram=part),
            table("video-sharing", 0, youtube=part * 2, tiktok=part),
        ),
        table(staff_room=part * 5, classroom=part * 2, office=part, hall=FEW, playground=FEW, rest=total - part * 8),
        table(teacher=part * 5, support_staff=part * 3, senior_leader=FEW, rest=total - part * 8),
        table(official=part, other=total - part),
    )  # fmt: skip


def nothing(kind: Kind, value: Figure = 0) -> f.Measure:
    """A kind with nothing in it."""
    none = f.Table((), value)
    return f.Measure(kind, Line("", value), none, (), none, (), none, none, none)


COVERAGE = f.Coverage(5, About(48210), About(1930), About(410), About(120), About(2210), None, About(0))
BUSY = f.Week(
    site="example-primary",
    name="Example Primary School",
    edition=f.Edition.WEEK,
    week="2026-W47",
    first=MONDAY,
    last=MONDAY + timedelta(6),
    days=("school",) * 4 + ("inset",) + ("weekend",) * 2,
    weeks=("2026-W47",),
    missing=(),
    source=f.Source.ROWS,
    threshold=5,
    monitoring="always",
    mode="enforce",
    policy="breaks-without-pupils",
    empty=False,
    decisions=(
        f.Decision(f.Why.GOVERNANCE, 1, "/policy"),
        f.Decision(f.Why.AUTHORISATION_ENDS, 2, "/authorisations"),
        f.Decision(f.Why.SUGGESTIONS, 14, "/catalogue"),
    ),
    headline=f.Headline(line("", 1204, 1374, 1244), line("lunch", 480), line("", 86, 256), line("lesson", 31)),
    minutes=f.Minutes(
        busy_measure(Kind.VISITED, 1204), nothing(Kind.OBSERVED), busy_measure(Kind.BLOCKED, 86),
        busy_measure(Kind.CONTACT, 350),
    ),
    over_allowance=7,
    authorisations=f.Authorisations(6, FEW),
    cases=f.Cases(1, 0, 3),
    coverage=COVERAGE,
    changes=(
        f.Change(
            datetime(2026, 11, 18, 16, 5, tzinfo=UTC), "breaks-without-pupils", "3f2a9c1d", ("site.yaml", "people.csv")
        ),
    ),
    retention=f.Retention((212, 213, 214, 215, 216), tuple(date(2026, 10, 19) + timedelta(i) for i in range(5)), True),
    audit_head="418:9a1c3f5b7d9e0a2c4e6f8091a3b5c7d9e1f30527496b8dafc1e3052749618a3c",
)  # fmt: skip
EMPTY = replace(
    BUSY, week="2026-W44", first=date(2026, 10, 26), last=date(2026, 11, 1), days=("holiday",) * 5 + ("weekend",) * 2,
    empty=True, decisions=(), headline=f.Headline(Line("", 0), None, Line("", 0), Line("lesson", 0)),
    minutes=f.Minutes(*(nothing(kind) for kind in KINDS)), over_allowance=None, authorisations=f.Authorisations(0, 0),
    cases=f.Cases(0, 0, 0), coverage=replace(COVERAGE, days=0, by_name=About(0)), changes=(),
    retention=f.Retention((), (), True), audit_head="",
)  # fmt: skip
SMALL = replace(
    BUSY, decisions=(), headline=f.Headline(Line("", FEW), None, Line("", FEW), Line("lesson", FEW)),
    minutes=f.Minutes(*(nothing(kind, FEW) for kind in KINDS)), over_allowance=FEW,
)  # fmt: skip
COURSE = tuple(
    Point(label, visited, blocked)
    for label, visited, blocked in (
        ("7 Sep", 1410, 240), ("14 Sep", 1520, 310), ("21 Sep", 1350, 190), ("28 Sep", 1300, 150), ("5 Oct", 1290, FEW),
        ("12 Oct", 1180, 120), ("19 Oct", 1333, 140), ("26 Oct", None, None), ("2 Nov", 1410, 260),
        ("9 Nov", 1374, 256),
        ("16 Nov", 1204, 86),
    )
)  # fmt: skip


def shown(week: f.Week = BUSY, *, demonstration: bool = False) -> Shown:
    """A week as a page shows it."""
    return Shown(
        week, MADE, demonstration, COURSE if week is BUSY else (), names={"youtube": "YouTube", "tiktok": "TikTok"}
    )
