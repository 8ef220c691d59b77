"""The figures of a week, safe to show as they stand: all that page, paper, letter, table and console are made of.

    rows of the week ─► agent/store/week.py ─► agent/core/smallcounts.py ─► Week ─► page · PDF · e-mail · JSON · CSV

Nothing here is a word of the report: names are those of code and configuration, and whoever shows them finds words.
A figure that few people stand behind is `FEW`, a value of its own: it may be nothing, and it may be a great many
minutes of one person. It is never told in another way, not by a sum, a difference, an older week or a longer edition.

**Minutes.** One minute of one person (or, where that is not known, one device) at one service counts once, under one
`Kind`: blocked if any visit in it was blocked, else observed, else visited, else a contact. So the kinds share no
minute, and every table of a kind is the same minutes in another order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any

from agent.core.reported import Kind
from agent.core.smallcounts import FEW, Few, Figure

__all__ = [
    "FEW", "About", "Authorisations", "Cases", "Cell", "Change", "Coverage", "Decision", "Edition", "Few", "Figure",
    "Headline", "Kind", "Line", "Measure", "Minutes", "Retention", "Source", "Table", "Usual", "Week", "Why", "to_json",
]  # fmt: skip


class Edition(StrEnum):
    """How long a time a report is of."""

    WEEK = "week"
    HALF_TERM = "half-term"
    TERM = "term"


class Source(StrEnum):
    """What the minutes were counted from.

    `totals` are what stays when the rows are forgotten: lines of many people alone, so a figure of them is *at least*
    so much, and says nothing of zone, account or day. `weeks` are the weeks' own reports, added up.
    """

    ROWS = "rows"
    TOTALS = "totals"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Usual:
    """What the earlier weeks of the term told, on average: of `told` weeks in which it was told, of `weeks` in all.

    `minutes` is the mean over the `told` weeks, rounded; None if it was told in none.
    """

    minutes: int | None
    told: int
    weeks: int


@dataclass(frozen=True, slots=True)
class Line:
    """One figure under its name, beside last week's own report and the earlier weeks of the term.

    `last` is None where there is no report of last week (the first one), `usual` where the term has no earlier week.
    """

    name: str
    minutes: Figure
    last: Figure | None = None
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The parts of one figure in a fixed order. `rest` is what all parts that are `FEW`, or not listed, have together.

    `of` names the figure that they are parts of: "" is the kind's total, else a category. The lines that are shown and
    `rest` add up to it; where the total is `FEW`, so is all else. Services that are `FEW` are not listed: that one of
    them stands here would tell that somebody was there.
    """

    lines: tuple[Line, ...]
    rest: Figure
    of: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the heat map: the minutes of a day in a period."""

    day: date
    period: str
    minutes: Figure


@dataclass(frozen=True, slots=True)
class Measure:
    """Everything told of one kind of minutes. Each table, and the heat map, is the whole of `total` in another order.

    `periods` are in the order of the day; `heat` has a cell for each day of the week and each period that the day may
    have. `services` has a table for each category that is told. `accounts` has the lines `official` and `other`.
    An edition of weeks, and a week of totals, has no heat map, zones or accounts: those are empty.
    """

    kind: Kind
    total: Line
    periods: Table
    heat: tuple[Cell, ...]
    categories: Table
    services: tuple[Table, ...]
    zones: Table
    roles: Table
    accounts: Table


@dataclass(frozen=True, slots=True)
class Minutes:
    """The four kinds, each apart; they are never added up."""

    visited: Measure
    observed: Measure
    blocked: Measure
    contact: Measure

    def __iter__(self) -> Iterator[Measure]:
        yield from (self.visited, self.observed, self.blocked, self.contact)


@dataclass(frozen=True, slots=True)
class Headline:
    """What the three plain sentences are about.

    Use and how it compares; the period with the most of it (None if none is told); what was blocked, and in lessons.
    """

    visited: Line
    busiest: Line | None
    blocked: Line
    blocked_in_lessons: Line


@dataclass(frozen=True, slots=True)
class Authorisations:
    """Permissions of the headteacher: how many held at some time of the week, and of them how many were used."""

    granted: Figure
    used: Figure


@dataclass(frozen=True, slots=True)
class Cases:
    """Officers' own acts, by the audit chain. A few are not told: one of them may be a case about the head."""

    opened: Figure
    closed: Figure
    looks: Figure


@dataclass(frozen=True, slots=True)
class About:
    """A count of connections, to the nearest ten. `about` 0 is: fewer than five, or none."""

    about: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was seen how, and what was not: counts of the whole gateway's connections, of everybody's, by day kept.

    `days` is how many days of the week were counted: fewer where the gateway was off. None in place of a count: this
    gateway cannot count it (it does not steer).
    """

    days: int
    by_name: About
    opened: About
    refused: About
    pinned: About
    quic: About | None
    private_dns: About | None
    slipped: About | None


@dataclass(frozen=True, slots=True)
class Change:
    """A configuration came into force: the policy of that name, its revision, and which of the texts changed.

    `texts` are paths below the configuration (`policies/…/policy.yaml`, `site.yaml`); empty: others than are kept.
    """

    at: datetime
    policy: str
    revision: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """What was forgotten in the week: receipts by number, the days they name; `whole`: all receipts hold together."""

    receipts: tuple[int, ...]
    days: tuple[date, ...]
    whole: bool


class Why(StrEnum):
    """What needs a decision of somebody."""

    GOVERNANCE = "governance"
    RECEIPTS = "receipts"
    AUDIT = "audit"
    OVERDUE = "overdue"
    SUGGESTIONS = "suggestions"
    AUTHORISATION_ENDS = "authorisation-ends"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that waits: what, how many of them, and the console's page where it is decided."""

    why: Why
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Week:
    """One report's figures. `first` to `last` are its days, `days` what each was to the school (`school`, `inset` …).

    `weeks` are the weeks of an edition, of which `missing` have no report. `empty`: the record has not a minute of it.
    `monitoring` is `always`, `on-concern` or `never`: only the first is a record of all staff. `over_allowance` is the
    number of people over their allowance on the day with the most of them; None where the policy has no allowance.
    `audit_head` is `seq:hash`, "" where there is no chain. `threshold` is the fewest people that a figure is told of.
    """

    site: str
    name: str
    edition: Edition
    week: str
    first: date
    last: date
    days: tuple[str, ...]
    weeks: tuple[str, ...]
    missing: tuple[str, ...]
    source: Source
    threshold: int
    monitoring: str
    mode: str
    policy: str
    empty: bool
    decisions: tuple[Decision, ...]
    headline: Headline
    minutes: Minutes
    over_allowance: Figure | None
    authorisations: Authorisations
    cases: Cases
    coverage: Coverage
    changes: tuple[Change, ...]
    retention: Retention
    audit_head: str

    def to_json(self) -> dict[str, Any]:
        """As plain data; `FEW` is the text "few"."""
        made = to_json(self)
        assert isinstance(made, dict)
        return made


def to_json(value: Any) -> Any:
    """A figure, a part of the report or all of it as plain data for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
