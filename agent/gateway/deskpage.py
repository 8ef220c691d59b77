"""The gateway's own page: what its certificate means, the notice to acknowledge, and the certificate itself.

A `Notice` in, the page's bytes out. What a person can do here depends on the device alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agent.gateway.sheets import sheet


class Standing(StrEnum):
    """What the page has for a device."""

    NONE = "none"
    """It is not opened, so it needs nothing."""
    AWAITING = "awaiting"
    """It may be inspected once its user has acknowledged the notice."""
    TOLD = "told"
    """Its user was told: here is the certificate."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that the page says."""

    site: str
    contact: str
    standing: Standing
    device: str
    policy: str
    notice: str
    basis: str
    dpia: date | None
    fingerprint: str
    recorded: bool


def document(notice: Notice) -> bytes:
    """The whole page as UTF-8 HTML: one file, no script, no outside resource."""
    return _SHEET.page.render(n=notice, dpia=_day(notice.dpia)).encode("utf-8", "replace")


def _day(day: date | None) -> str:
    return f"{day.day}/{day.month}/{day.year}" if day else ""


_SHEET = sheet("desk_page.html")

COMMON = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # the form says by it that it was sent from this page
    "x-content-type-options": "nosniff",
}
HEADERS: dict[str, str] = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": f"default-src 'none'; style-src {_SHEET.style}; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    **COMMON,
}
PLAIN_HEADERS: dict[str, str] = {
    "content-type": "text/plain; charset=utf-8",
    "content-security-policy": "default-src 'none'",
    **COMMON,
}
