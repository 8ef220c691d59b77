"""The `report:` section: when the head's week is sent."""

from __future__ import annotations

import pytest

from agent.app.build import build
from agent.packs.report import CONSOLE, ReportSettings

from .bad import small

GOOD = {
    "nothing said": ("", ReportSettings(0, 420, CONSOLE)),
    "another day": ("report: {day: wed}\n", ReportSettings(2, 420, CONSOLE)),
    "another time": ("report: {at: 06:30}\n", ReportSettings(0, 390, CONSOLE)),
    "where the console is": ("report: {console: 'https://b.school.example/'}\n",
                             ReportSettings(console="https://b.school.example")),
}  # fmt: skip
BAD = {
    "no weekday": ("report: {day: monday}\n", "monday"),
    "no time": ("report: {at: '7'}\n", "write it as HH:MM"),
    "no address": ("report: {console: 'javascript:alert(1)'}\n", "is not the address of a page"),
    "an address with quotes": ("report: {console: 'https://a\"b'}\n", "is not the address of a page"),
}


@pytest.mark.parametrize(("text", "expected"), GOOD.values(), ids=GOOD)
def test_what_is_said_holds(text: str, expected: ReportSettings) -> None:
    """What the site does not say is Monday 07:00 and the console on this machine."""
    files = small()
    made = build(files | {"site.yaml": files["site.yaml"] + text.encode()}, None)
    assert made.problems == ()
    assert made.report == expected


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_what_is_not_understood_is_refused(text: str, said: str) -> None:
    """With its line, and what is wrong."""
    files = small()
    (problem,) = build(files | {"site.yaml": files["site.yaml"] + text.encode()}, None).problems
    assert said in str(problem)
