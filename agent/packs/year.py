"""The calendar of `site.yaml` → core Calendar, with bank holidays from the `holidays` library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from agent.core.calendar import Calendar, DateRange
from agent.packs.nodes import Items, say
from agent.packs.scalars import CLOCK, DATE
from agent.packs.shapes import At, Choice, Located, Unread
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems

NATIONS = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern-ireland": "NIR", "none": ""}

FROM = Field("from", DATE, says="The first day.")
TO = Field("to", DATE, says="The last day, included.")
_RANGES = Listing(fields(FROM, TO))
_DATES = Listing(At(DATE))
_NO_DATES: tuple[Located[date], ...] = ()
ON = Field("on", At(DATE), says="The day.")
CLOSES = Field("at", CLOCK, says="When school ends on that day.")

TERMS = Field("terms", Listing(fields(FROM, TO), least=1), says="The school's terms; outside them is holiday.")
HALF_TERMS = Field("half-terms", _RANGES, (), says="The breaks inside the terms.")
INSET = Field("inset", _DATES, _NO_DATES, says="Days on which staff train and no pupils come.")
BANK_HOLIDAYS = Field("bank-holidays", Choice(NATIONS), says="Whose bank holidays the school keeps.")
CLOSED = Field("closed", _DATES, _NO_DATES, says="Further days without school.")
EARLY = Field("early-closing", Listing(fields(ON, CLOSES)), (), says="Days on which school ends early.")
CALENDAR = fields(TERMS, HALF_TERMS, INSET, BANK_HOLIDAYS, CLOSED, EARLY)


def load_calendar(row: Row, zone: ZoneInfo, problems: Problems) -> Calendar:
    """The year. What could not be read is left out; it has been reported."""
    terms = _ranges(row.get(TERMS, ()), problems)
    half_terms = _ranges(row.get(HALF_TERMS, ()), problems)
    _check_half_terms(row, terms, half_terms, problems)
    days = frozenset(one.value for one in row.get(CLOSED, ()))
    return Calendar(
        zone,
        tuple(span for span, _ in terms),
        tuple(span for span, _ in half_terms),
        frozenset(one.value for one in row.get(INSET, ())),
        days | bank_holidays(row.get(BANK_HOLIDAYS, ""), _years(span for span, _ in terms)),
        _early(row.get(EARLY, ()), problems),
    )


@cache
def bank_holidays(nation: str, years: tuple[int, ...]) -> frozenset[date]:
    """The bank holidays of a nation of the United Kingdom ("" for none).

    The library is imported here because that takes longer than all the rest of a load.
    """
    if not nation or not years:
        return frozenset()
    from holidays import country_holidays

    return frozenset(country_holidays("GB", subdiv=nation, years=years))


def _years(terms: Iterable[DateRange]) -> tuple[int, ...]:
    spans = list(terms)
    if not spans:
        return ()
    first, last = min(s.first.year for s in spans), max(s.last.year for s in spans)
    return tuple(range(first, min(last, first + 20) + 1))


def _ranges(rows: Iterable[Row], problems: Problems) -> list[tuple[DateRange, Row]]:
    spans: list[tuple[DateRange, Row]] = []
    for row in rows:
        try:
            span = DateRange(row[FROM], row[TO])
        except Unread:
            continue
        if span.last < span.first:
            say(problems, row.at("to"), "it ends before it begins", "are the two dates the wrong way round?")
            continue
        clash = next((r for s, r in spans if span.first <= s.last and s.first <= span.last), None)
        if clash is not None:
            say(problems, row.node, f"it overlaps the one on line {clash.node.place.line}")
        spans.append((span, row))
    return spans


def _check_half_terms(
    row: Row, terms: list[tuple[DateRange, Row]], halves: list[tuple[DateRange, Row]], problems: Problems
) -> None:
    written = row.at("terms")
    if not isinstance(written, Items) or len(terms) < len(written.values):
        return  # a term that could not be read may well hold the half-term
    for span, half in halves:
        if not any(term.first <= span.first and span.last <= term.last for term, _ in terms):
            say(problems, half.node, "this half-term is not inside a term", "is it the right year?")


def _early(rows: Iterable[Row], problems: Problems) -> dict[date, int]:
    days: dict[date, int] = {}
    for row in rows:
        try:
            on, minute = row[ON], row[CLOSES]
        except Unread:
            continue
        if on.value in days:
            say(problems, on.node, f"{on.value} closes early twice")
        days[on.value] = minute
    return days
