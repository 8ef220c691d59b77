"""Hosts that the catalogue may lack: seen with counts that are nobody's; taken or refused by a person."""

from __future__ import annotations

from starlette.responses import Response

from agent.app import learned
from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.technician.state import TECHNICIAN
from agent.console.visit import Visit
from agent.core.catalogue import HostKind

PAGES = Pages()
HOST = Input("host", "Host", most=253, pattern=r"[A-Za-z0-9._-]+")
SERVICE = Input("service", "Service", most=64, pattern=r"[a-z0-9-]+")
KIND = Input("kind", "What it is for", Kind.CHOICE, choices=tuple(map(str, HostKind)))
BACK = "/suggestions"


@PAGES.get(BACK, "suggestions", TECHNICIAN, nav="Suggestions")
def suggested(visit: Visit) -> Response:
    """What waits for a decision."""
    return _page(visit, "")


@PAGES.post("/suggestions/accept", "suggestion-accept", TECHNICIAN, [HOST, SERVICE, KIND])
def accept(visit: Visit) -> Response:
    """Put a host to a service: a running gateway takes it up."""
    given, today = visit.given, visit.now.date()
    if given["service"] not in visit.config.engine.catalogue.services:
        return _page(visit, "The catalogue has no service of that name.", 422)
    try:
        name = learned.accept(
            visit.house.folder, visit.data, given["host"], given["service"], HostKind(given["kind"]), today
        )
    except learned.CannotDecide as problem:
        return _page(visit, str(problem), 422)
    return visit.go(BACK, f"{name} is a host of {given['service']} from now on.")


@PAGES.post("/suggestions/refuse", "suggestion-refuse", TECHNICIAN, [HOST])
def refuse(visit: Visit) -> Response:
    """Have a host not suggested again."""
    try:
        name = learned.refuse(visit.house.folder, visit.data, visit.given["host"])
    except learned.CannotDecide as problem:
        return _page(visit, str(problem), 422)
    return visit.go(BACK, f"{name} is not suggested again.")


def _page(visit: Visit, wrong: str, status: int = 200) -> Response:
    config = visit.config
    refused = frozenset(learned.decided(config.files).refused)
    rows = learned.suggestions(visit.data, config.engine.catalogue, refused, visit.now.date())
    steering = config.built.steering
    return visit.show(
        "technician/suggestions.html", status, rows=rows, wrong=wrong, kinds=KIND.choices,
        services=config.engine.catalogue.services, learns=steering is not None and steering.learn,
    )  # fmt: skip
