"""The report as a letter: a text that reads well by itself, and the same as a plain page that mail programs show.

What is in it is safe to show anybody; it goes to the head alone all the same. It carries the audit chain's head: who
keeps the letter can prove later that nothing before it was changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from agent.report import words
from agent.report.decisions import said
from agent.report.figures import Edition
from agent.report.page import Shown

_PAGES = {Edition.WEEK: "week"}
"""The console's page of an edition; what is longer than a week is seen on the term's."""


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's subject, text and page."""

    subject: str
    text: str
    html: str


def letter(shown: Shown) -> Words:
    """The letter about a week."""
    week = shown.week
    mark = "DEMONSTRATION: " if shown.demonstration else ""
    subject = (
        f"{mark}{week.name}, {words.title(week).lower()}: {words.headline(week)[:1].lower()}{words.headline(week)[1:]}"
    )
    given = {
        "shown": shown, "week": week, "w": words, "kinds": words.KINDS, "few": week.threshold,
        "whole": f"{shown.console.rstrip('/')}/{_PAGES.get(week.edition, 'term')}?week={week.week}",
        "decisions": said(week, shown.console), "single": week.edition is Edition.WEEK,
        "measures": [one for one in week.minutes if one.kind != "observed" or week.mode == "observe"],
    }  # fmt: skip
    text = _environment(False).get_template("letter.txt").render(given).replace(words.NO_BREAK, " ")
    return Words(
        subject.replace(words.NO_BREAK, " "), text, _environment(True).get_template("letter.html").render(given)
    )


def _environment(escaping: bool) -> Environment:
    return Environment(
        loader=PackageLoader("agent.report", "."),
        autoescape=escaping,  # noqa: S701 (the text is no HTML; the page is escaped)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
