"""The report's words: plurals, dates, names, the headline and its sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agent.report import figures as f
from agent.report import words
from agent.report.decisions import said
from agent.report.figures import FEW, About, Line, Usual, Week, Why

from .weeks import BUSY, EMPTY, MONDAY, SMALL, line


def plain(text: str) -> str:
    """A text with ordinary spaces."""
    return text.replace(words.NO_BREAK, " ")


@pytest.mark.parametrize(
    ("number", "one", "many", "expected"),
    [
        (0, "minute", "", "0 minutes"),
        (1, "minute", "", "1 minute"),
        (2, "minute", "", "2 minutes"),
        (12345, "minute", "", "12,345 minutes"),
        (1, "address", "addresses", "1 address"),
        (2, "address", "addresses", "2 addresses"),
    ],
)
def test_plurals(number: int, one: str, many: str, expected: str) -> None:
    """One is singular, everything else plural, thousands are parted."""
    assert plain(words.counted(number, one, many)) == expected


SPANS = {
    "within a month": (date(2026, 11, 16), date(2026, 11, 22), "16–22 November 2026"),
    "over a month's end": (date(2026, 9, 28), date(2026, 10, 4), "28 September – 4 October 2026"),
    "over the year's end": (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027"),
}


@pytest.mark.parametrize(("first", "last", "expected"), SPANS.values(), ids=SPANS)
def test_spans(first: date, last: date, expected: str) -> None:
    """Days are written as in Britain, and nothing twice."""
    assert plain(words.span(replace(BUSY, first=first, last=last))) == expected


def test_a_moment() -> None:
    """An instant is read by the clock that it carries."""
    assert plain(words.moment(datetime(2026, 11, 23, 7, 5, tzinfo=UTC))) == "Monday 23 November 2026, 07:05"


def of(minutes: f.Figure, last: f.Figure | None = None, usual: Usual | None = None) -> Week:
    """A week with so much use."""
    return replace(BUSY, headline=replace(BUSY.headline, visited=Line("total", minutes, last, usual)))


HEADLINES = {
    "less": (of(1204, 1374), "Social media was used less than last week"),
    "more": (of(1374, 1204), "Social media was used more than last week"),
    "as much, within a twentieth": (of(1000, 1040), "Social media was used as much as last week"),
    "as little as nothing": (of(0, 0), "Social media was used as much as last week"),
    "a first week": (of(1), "1 minute of social media this week"),
    "last week is not told": (of(60, FEW), "60 minutes of social media this week"),
    "not told": (SMALL, "Few people or none used social media this week"),
    "holidays": (EMPTY, "School was closed this week"),
    "nothing on school days": (replace(EMPTY, days=BUSY.days), "Nothing was recorded this week"),
    "a term": (replace(of(9000, 10), edition=f.Edition.TERM), "9,000 minutes of social media this term"),
}


@pytest.mark.parametrize(("week", "expected"), HEADLINES.values(), ids=HEADLINES)
def test_headlines(week: Week, expected: str) -> None:
    """The headline says what changed, and nothing that is not told."""
    assert plain(words.headline(week)) == expected


USES = {
    "less": (of(1204, 1374), "Staff used social media for 1,204 minutes, 12% less than last week (1,374)."),
    "one minute": (of(1), "Staff used social media for 1 minute."),
    "much more": (of(500, 100), "Staff used social media for 500 minutes, much more than last week (100)."),
    "more than none": (of(50, 0), "Staff used social media for 50 minutes, more than last week (0)."),
    "the same": (of(100, 101), "Staff used social media for 100 minutes, much the same as last week (101)."),
    "beside the usual": (
        of(50, FEW, Usual(70, 3, 4)),
        "Staff used social media for 50 minutes; a usual week of this term has 70.",
    ),
    "of totals": (replace(of(50), source=f.Source.TOTALS), "Staff used social media for at least 50 minutes."),
    "not everybody": (
        replace(of(50), monitoring="on-concern"),
        "People whom the policy records used social media for 50 minutes.",
    ),
    "few": (SMALL, "So few people used social media, fewer than 5 or none, that their minutes are not shown."),
}  # fmt: skip


@pytest.mark.parametrize(("week", "expected"), USES.values(), ids=USES)
def test_the_first_sentence(week: Week, expected: str) -> None:
    """Use, against last week where both are told, else against the usual week."""
    assert plain(words.sentences(week)[0]) == expected


def with_head(**given: Any) -> Week:
    """A week with another headline."""
    return replace(BUSY, headline=replace(BUSY.headline, **given))


OTHERS = {
    "most of it": (with_head(busiest=line("lunch", 700)), 1, "Most of it, 700 minutes, was at lunch."),
    "the largest part": (BUSY, 1, "The largest part, 480 minutes, was at lunch."),
    "one minute": (with_head(busiest=line("after-school", 1)), 1, "The largest part, 1 minute, was after school."),
    "no part told": (SMALL, 1, "When they did is not shown, as few people stand behind each part of the day."),
    "blocked": (BUSY, 2, "Visits were blocked in 86 minutes, 31 of them in lessons."),
    "lessons not told": (with_head(blocked_in_lessons=line("lesson", FEW)), 2, "Visits were blocked in 86 minutes."),
    "none blocked": (with_head(blocked=line("", 0)), 2, "No visits were blocked."),
    "few blocked": (SMALL, 2, "Visits of few people or none were blocked."),
    "only observed": (replace(BUSY, mode="observe"), 2, "No visits would have been blocked."),
    "holidays": (EMPTY, 2, "Nothing needs to be done."),
    "nobody recorded": (replace(EMPTY, days=BUSY.days, monitoring="never"), 1, "The policy records nobody."),
}


@pytest.mark.parametrize(("week", "number", "expected"), OTHERS.values(), ids=OTHERS)
def test_the_other_sentences(week: Week, number: int, expected: str) -> None:
    """When, and what was blocked; a figure that is not told is not told here either."""
    assert plain(words.sentences(week)[number]) == expected


FIGURES = {
    "few": (words.figure(FEW), "too few to show"),
    "a number": (words.figure(1204), "1,204"),
    "no last week": (words.last(None), "–"),
    "few last week, briefly": (words.last_briefly(FEW), "few"),
    "usual in every week": (words.usual(Usual(90, 3, 3)), "90"),
    "usual in some": (words.usual(Usual(90, 1, 3)), "90 (1 of 3 weeks)"),
    "no usual": (words.usual(Usual(None, 0, 3)), "–"),
    "no usual, briefly": (words.usual_briefly(None), "–"),
    "about": (words.about(About(48210)), "about 48,210"),
    "hardly any": (words.about(About(0)), "fewer than 5"),
    "not counted": (words.about(None), "not counted here"),
    "a period of the school's own": (words.when("golden-time"), "in golden time"),
    "a name of the school's own": (words.named("golden-time"), "Golden time"),
    "a day": (words.short(MONDAY), "Mon 16"),
}


@pytest.mark.parametrize(("found", "expected"), FIGURES.values(), ids=FIGURES)
def test_figures(found: str, expected: str) -> None:
    """What is not told is said in words, what is not there is a dash."""
    assert plain(found) == expected


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("count", [1, 2])
def test_each_decision_has_its_words_and_its_way(why: Why, count: int) -> None:
    """A sentence with the right plural, what can be done, and a link below the console's address."""
    (wanted,) = said(replace(BUSY, decisions=(f.Decision(why, count, "/there"),)), "http://console.example/")
    assert wanted.link == "http://console.example/there"
    assert wanted.text.endswith(".")
    assert "1 cases" not in plain(wanted.text)
    assert "2 case " not in plain(wanted.text)
    assert wanted.act
