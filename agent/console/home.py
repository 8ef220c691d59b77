"""The first page: what this caller may do here."""

from __future__ import annotations

from starlette.responses import Response

from agent.app.admission import word_of
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import ALL

PAGES = Pages()


@PAGES.get("/", "home", ALL, nav="Start")
def home(visit: Visit) -> Response:
    """Where everybody begins."""
    user = visit.house.admission.users.get(visit.known.id)
    waits = user if user and user.wants else None
    return visit.show("home.html", waits=waits, word=word_of(waits) if waits else "")
