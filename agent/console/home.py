"""The first page: what this caller may do here."""

from __future__ import annotations

from starlette.responses import Response

from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import ALL

PAGES = Pages()


@PAGES.get("/", "home", ALL, nav="Start")
def home(visit: Visit) -> Response:
    """Where everybody begins."""
    return visit.show("home.html", waits=visit.house.admission.users.get(visit.known.id))
