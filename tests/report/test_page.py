"""The page of the week: whole, escaped, marked, with a table behind each picture and nothing from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from agent.report.figures import Week
from agent.report.page import body, document, on_paper, style_sheet

from .weeks import BUSY, EMPTY, SMALL, shown

WEEKS = {"busy": BUSY, "empty": EMPTY, "small": SMALL, "observed": replace(BUSY, mode="observe")}
_VOID = {"meta", "link", "br", "rect", "circle", "path"}


class Balanced(HTMLParser):
    """Notes what is opened and not closed again."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more open element, unless it is one that never closes."""
        self.attributes |= {name for name, _ in attrs}
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that is closed at once."""

    def handle_endtag(self, tag: str) -> None:
        """The last open element must be the one that closes."""
        if tag not in _VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("week", WEEKS.values(), ids=WEEKS)
def test_it_is_whole_and_needs_nothing_else(week: Week) -> None:
    """Every element closes, no script, no inline style, nothing loaded; one h1."""
    page = document(shown(week))
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert parser.attributes.isdisjoint({"style", "onclick", "onload", "src"})
    assert "<script" not in page
    assert page.count("<h1>") == 1
    assert "@import" not in style_sheet()


def test_what_the_school_wrote_is_never_an_element() -> None:
    """A name of the configuration stands there as text, on page and paper."""
    week = replace(BUSY, name="<img src=x> & Sons", policy="<b>", changes=())
    for page in (document(shown(week)), on_paper(shown(week))):
        assert "<img" not in page
        assert "&lt;img src=x&gt; &amp; Sons" in page


def test_a_demonstration_says_so() -> None:
    """On the page, at the foot of every side of the paper, and in the title."""
    page = on_paper(shown(BUSY, demonstration=True))
    assert "<strong>Demonstration.</strong>" in page
    assert "DEMONSTRATION: made-up figures" in page
    assert "emonstration" not in document(shown(BUSY))


def test_a_table_stands_behind_each_picture() -> None:
    """As many tables as pictures, and each picture says its figures to who hears the page."""
    page = document(shown(BUSY))
    pictures = re.findall(r"<svg[^>]*aria-label=\"([^\"]*)\"", page)
    assert len(pictures) == 7
    assert page.count("<summary>The table:") == len(pictures)
    assert any("Lunch: 480" in said for said in pictures)


def test_what_is_not_told_is_said_in_words_and_explained_once() -> None:
    """Few is never a number, a zero or an empty place; the page says once what it means."""
    page = document(shown(SMALL))
    assert "too few to show" in page
    assert page.count("fewer than 5 people stand behind the figure") == 1
    assert "FEW" not in page
    assert "None" not in page


def test_decisions_stand_before_every_figure() -> None:
    """What needs a decision comes right after the three sentences, with its link; without any, that is said."""
    page = document(shown(BUSY))
    assert page.index("For you to decide") < page.index("The week in figures")
    assert 'href="http://127.0.0.1:8090/policy"' in page
    assert "Nothing waits for your decision" in document(shown(EMPTY))


def test_a_week_against_the_weeks_before() -> None:
    """By part of the day last week's and the usual figure; not where there is neither."""
    assert "Against the weeks before" in document(shown(BUSY))
    assert "Against the weeks before" not in document(shown(EMPTY))


def test_a_console_takes_the_body_alone() -> None:
    """No document around it: the console has its own, and the style sheet as a file."""
    assert "<html" not in body(shown(BUSY))
    assert body(shown(BUSY)) in document(shown(BUSY))


def test_names_of_patterns_are_unique() -> None:
    """Two pictures of a page never share a pattern: the second would be filled by the first's."""
    ids = re.findall(r'\sid="([^"]+)"', document(shown(BUSY)))
    assert len(ids) == len(set(ids))
