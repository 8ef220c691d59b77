"""The letter: text and page say the same, and it carries the audit chain's head."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.report.figures import Week
from agent.report.letter import letter

from .weeks import BUSY, EMPTY, SMALL, shown

WEEKS = {"busy": BUSY, "empty": EMPTY, "small": SMALL}


@pytest.mark.parametrize("week", WEEKS.values(), ids=WEEKS)
def test_the_text_reads_well_by_itself(week: Week) -> None:
    """Short lines, no mark of a page, no two empty lines, nothing of the code."""
    text = letter(shown(week)).text
    assert max(len(line) for line in text.splitlines()) <= 78
    assert "\n\n\n" not in text
    assert not any(mark in text for mark in ("<p", "&amp;", "None", "{{", "\N{NO-BREAK SPACE}"))


def test_both_parts_say_what_matters() -> None:
    """Headline, sentences, decisions with their links, the figures, and the head of the audit chain."""
    made = letter(shown())
    for part in (made.text, made.html.replace("\N{NO-BREAK SPACE}", " ")):
        for said in (
            "12% less than last week", "so nobody is recorded.", "http://127.0.0.1:8090/policy", "1,204",
            "http://127.0.0.1:8090/week?week=2026-W47",
            BUSY.audit_head,
        ):  # fmt: skip
            assert said in " ".join(part.split())
    assert made.subject == "Example Primary School, week 47: social media was used less than last week"


def test_a_small_school_is_told_in_words() -> None:
    """Not a digit of what is not told; the text says what that means."""
    text = letter(shown(SMALL)).text
    assert "too few to show" in text
    assert "It may be nobody, or one" in text


def test_what_the_school_wrote_is_text() -> None:
    """Escaped in the page, as it stands in the text."""
    made = letter(shown(replace(BUSY, name="A & <b>")))
    assert "A &amp; &lt;b&gt;" in made.html
    assert "A & <b>" in made.text


def test_a_demonstration_says_so_first() -> None:
    """In the subject, the text and the page."""
    made = letter(shown(demonstration=True))
    assert made.subject.startswith("DEMONSTRATION")
    assert made.text.startswith("DEMONSTRATION")
    assert "Demonstration." in made.html
