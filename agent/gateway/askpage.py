"""The page on which somebody asks for access to what is blocked, and reads the answer.

A `Notice` in, the page's bytes out. It stands in the gateway's own origin, never in the blocked site's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from agent.core.access import LONGEST_NAME, LONGEST_PURPOSE, Said, Standing
from agent.gateway.deskpage import COMMON
from agent.gateway.sheets import sheet

_ASKS_AGAIN = (Standing.REFUSED, Standing.REVOKED, Standing.ENDED, Standing.LAPSED)


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that the page says. `rule` is "" where nothing is blocked now; `said` is None where nobody asked."""

    site: str
    contact: str
    service: str
    title: str
    rule: str
    clause: str
    policy: str
    may_ask: bool
    known: bool
    said: Said | None
    zone: tzinfo
    trouble: str = ""

    @property
    def form(self) -> bool:
        """True where access can be asked for now."""
        return self.may_ask and (self.said is None or self.said.standing in _ASKS_AGAIN)


def document(notice: Notice) -> bytes:
    """The whole page as UTF-8 HTML: one file, no script, no outside resource."""
    said = notice.said
    times = {
        "asked": _said(said.asked, notice.zone) if said else "",
        "until": _said(said.until, notice.zone) if said and said.until else "",
    }
    return _encoded(_SHEET.page.render(n=notice, times=times, longest=(LONGEST_PURPOSE, LONGEST_NAME)))


def nothing(site: str, contact: str) -> bytes:
    """The page where no service is named that could be asked for."""
    return _encoded(_SHEET.page.render(n=None, site=site, contact=contact))


def _said(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M} on {local.day}/{local.month}/{local.year}"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


_SHEET = sheet("ask_page.html")
HEADERS: dict[str, str] = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": f"default-src 'none'; style-src {_SHEET.style}; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    **COMMON,
}
