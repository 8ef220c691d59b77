"""The school's year: ranges as a person writes them, or the calendar (iCalendar) that school or council publish.

Calendars speak in words: an event is a term, a half-term, an INSET day, the first or the last day of a term, or none of
these, by its summary. What was not understood is said, so that nobody takes a half-read calendar for a whole one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from icalendar import Calendar

MAX_BYTES = 2_000_000
_HALF = re.compile(r"half[\s-]?term", re.I)
_INSET = re.compile(r"\binset\b|training day|staff development|teacher day|non[\s-]?pupil|\bpd day\b", re.I)
_TERM = re.compile(r"\bterm\b|\bhalf[\s-]?term\b", re.I)
_OFF = re.compile(r"holiday|closed|break\b|vacation", re.I)
_FIRST = re.compile(r"\b(start|starts|begin|begins|opens?|first day|returns?|back)\b", re.I)
_LAST = re.compile(r"\b(end|ends|closes?|last day|finish|finishes|breaks? up)\b", re.I)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Year:
    """Terms, half-terms and INSET days; `ignored` are summaries that told none of these."""

    terms: tuple[Span, ...] = ()
    half_terms: tuple[Span, ...] = ()
    inset: tuple[date, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    terms: list[Span] = field(default_factory=list)
    half_terms: list[Span] = field(default_factory=list)
    inset: set[date] = field(default_factory=set)
    firsts: list[date] = field(default_factory=list)
    lasts: list[date] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_spans(text: str) -> tuple[Span, ...]:
    """`2026-09-02 to 2026-12-18, 2027-01-05 to 2027-03-24` → spans. Raises ValueError."""
    return tuple(_span(part.strip()) for part in text.split(",") if part.strip())


def read_calendar(content: bytes) -> Year:
    """A calendar as schools publish it. Raises ValueError saying what is wrong; one without a term is."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"a school's calendar is smaller than {MAX_BYTES:,} bytes")
    try:
        calendar = Calendar.from_ical(content)
        events = [(str(event.get("SUMMARY", "")).strip(), _days(event)) for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise ValueError("this is no calendar (iCalendar, .ics); write the terms as ranges instead") from None
    found = _Found()
    for summary, span in events:
        _sort(found, summary, span)
    terms = _merged([*found.terms, *_paired(found)])
    if not terms:
        raise ValueError("no event of this calendar is a term; write the terms as ranges instead")
    inside = [half for half in found.half_terms if any(t.first <= half.first and half.last <= t.last for t in terms)]
    outside = [f"half-term {half.first}, in no term" for half in found.half_terms if half not in inside]
    return Year(tuple(terms), _merged(inside), tuple(sorted(found.inset)), (*found.ignored, *outside))


def _span(text: str) -> Span:
    parts = re.split(r"\s+(?:to|-|–|until)\s+", text)
    try:
        first, last = map(date.fromisoformat, parts)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not two days, such as `2026-09-02 to 2026-12-18`") from None
    if last < first:
        raise ValueError(f"{text}: it ends before it begins")
    return Span(first, last)


def _days(event: object) -> Span | None:
    """The days of an event; all-day events end on the day after their last, as the format has it."""
    start, end = event.get("DTSTART"), event.get("DTEND")  # type: ignore[attr-defined]
    if start is None:
        return None
    first, whole = _day(start.dt), not isinstance(start.dt, datetime)
    last = _day(end.dt) if end is not None else first
    return Span(first, max(first, last - timedelta(days=1) if whole and end is not None else last))


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _sort(found: _Found, summary: str, span: Span | None) -> None:
    if span is None:
        found.ignored.append(summary)
    elif _INSET.search(summary):
        found.inset |= {span.first + timedelta(days=n) for n in range(min((span.last - span.first).days, 14) + 1)}
    elif _HALF.search(summary) and not _FIRST.search(summary) and not _LAST.search(summary):
        found.half_terms.append(span)
    elif _TERM.search(summary) and not _HALF.search(summary):
        _sort_term(found, summary, span)
    else:
        found.ignored.append(summary)


def _sort_term(found: _Found, summary: str, span: Span) -> None:
    long = (span.last - span.first).days >= 14
    if long and not _OFF.search(summary):
        found.terms.append(span)
    elif not long and _FIRST.search(summary):
        found.firsts.append(span.first)
    elif not long and _LAST.search(summary):
        found.lasts.append(span.last)
    else:
        found.ignored.append(summary)


def _paired(found: _Found) -> list[Span]:
    """First days with the last day that comes next; one without the other is said."""
    spans, firsts, lasts = [], sorted(set(found.firsts)), sorted(set(found.lasts))
    for number, first in enumerate(firsts):
        limit = firsts[number + 1] if number + 1 < len(firsts) else date.max
        last = next((day for day in lasts if first <= day < limit), None)
        if last is None:
            found.ignored.append(f"a term begins on {first} and does not end")
        else:
            spans.append(Span(first, last))
            lasts.remove(last)
    found.ignored += [f"a term ends on {day} and does not begin" for day in lasts]
    return spans


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """In order, those that overlap as one: the same term may stand in a calendar twice."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.first, one.last)):
        if merged and span.first <= merged[-1].last:
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return tuple(merged)
