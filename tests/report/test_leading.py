"""Which kind of minutes a page leads with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.report.figures import FEW, Figure, Kind, Line
from agent.report.leading import lead, second
from agent.report.letter import letter
from agent.report.page import document

from .weeks import BUSY, shown

LEADS: dict[str, tuple[Figure, Figure, Kind]] = {
    "visits are more": (500, 400, Kind.VISITED),
    "contacts are more": (400, 500, Kind.CONTACT),
    "only contacts are told": (FEW, 4468, Kind.CONTACT),
    "only visits are told": (60, FEW, Kind.VISITED),
    "neither is told": (FEW, FEW, Kind.VISITED),
    "nothing of either": (0, 0, Kind.VISITED),
}


@pytest.mark.parametrize(("seen", "touched", "kind"), LEADS.values(), ids=LEADS)
def test_the_kind_that_has_the_substance_leads(seen: Figure, touched: Figure, kind: Kind) -> None:
    """Visits, unless contacts are told and are more."""
    visited = replace(BUSY.minutes.visited, total=Line("total", seen))
    contact = replace(BUSY.minutes.contact, total=Line("total", touched))
    assert lead(replace(BUSY, minutes=replace(BUSY.minutes, visited=visited, contact=contact))).kind is kind


def test_blocked_or_what_would_be() -> None:
    """Where the site only observes nothing is blocked."""
    assert second(BUSY).kind is Kind.BLOCKED
    assert second(replace(BUSY, mode="observe")).kind is Kind.OBSERVED


def test_a_page_led_by_contacts_calls_them_so() -> None:
    """Headline, sentence, pictures and letter speak of contact, and say what it is; none of them calls it use."""
    few = replace(BUSY.minutes.visited, total=Line("total", FEW))
    week = replace(BUSY, minutes=replace(BUSY.minutes, visited=few))
    page, sent = document(shown(week)), letter(shown(week))
    for text in (page, sent.text, sent.html):
        plain = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
        assert "Devices were in contact with social media for 350 minutes" in plain
        assert "It is counted as no visit and no attempt" in plain
    assert "In contact, minutes by part of the day" in page
    assert "Used, minutes by part of the day" not in page
