"""The `report:` section of site.yaml → when the head's week is sent, and where its links lead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.packs.bells import WEEKDAYS
from agent.packs.scalars import CLOCK
from agent.packs.shapes import Choice, Scalar, shown
from agent.packs.tables import Field, Row, fields

CONSOLE = "http://127.0.0.1:8090"
SEVEN = 7 * 60
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?")


def _address(text: str) -> str:
    if len(text) > 200 or not _ADDRESS.fullmatch(text):
        raise ValueError(f"{shown(text)} is not the address of a page")
    return text.rstrip("/")


DAY = Field("day", Choice({day: number for number, day in enumerate(WEEKDAYS)}), 0, says="The weekday; else Monday.")
AT = Field("at", CLOCK, SEVEN, says="The time of that day; else 07:00.")
LINK = Field(
    "console",
    Scalar(_address, {"type": "string", "pattern": "^https?://"}, "such as https://breaktime.school.example"),
    CONSOLE,
    says="The console's address as the head reaches it, for the links in the report.",
)
REPORT: Field[Row | None] = Field("report", fields(DAY, AT, LINK), None, says="When the head's week is sent.")


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """The weekday (0 is Monday) and minute at which a week is due, and the console's address without a last slash."""

    day: int = 0
    minute: int = SEVEN
    console: str = CONSOLE


def load_report(row: Row | None) -> ReportSettings:
    """What the site says of reports; what it does not say, and what could not be read, is the default."""
    found = row.get(REPORT, None) if row else None
    if found is None:
        return ReportSettings()
    return ReportSettings(found.get(DAY, 0), found.get(AT, SEVEN), found.get(LINK, CONSOLE))
