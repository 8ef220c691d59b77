"""Raising a concern: what anybody on the staff saw and must tell, to the one office that it is for."""

from __future__ import annotations

from starlette.responses import Response

from agent.app import concerns
from agent.casework.concerns import FormError
from agent.clock import Clock
from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import ALL
from agent.core.concerns import LONGEST_ADDRESS, LONGEST_WORDS, ConcernKind, Form

PAGES = Pages()
FORM = (
    Input("kind", "What it is about", Kind.CHOICE, choices=tuple(kind.value for kind in ConcernKind)),
    Input("seen", "When you saw it", needed=False),
    Input("address", "Where (the address, if you have it)", most=LONGEST_ADDRESS, needed=False),
    Input("words", "What you saw, in a few words", Kind.TEXT, most=LONGEST_WORDS, needed=False),
)


@PAGES.get("/concern", "concern-form", ALL, nav="Raise a concern")
def form(visit: Visit) -> Response:
    """The form."""
    return _form(visit)


@PAGES.post("/concern", "concern-raise", ALL, FORM, mends=True)
def raise_concern(visit: Visit) -> Response:
    """Keep it and tell its office; whoever raises it is told what happens next."""
    if visit.given.wrong:
        return _form(visit, "It was not kept: something is not filled in as it should.", 422)
    kind = ConcernKind(visit.given["kind"])
    told = {} if kind.only_that else {name: visit.given[name] for name in ("seen", "address", "words")}
    try:
        form = Form(kind, visit.known.person or visit.known.id, **told)
        raised = concerns.raise_concern(visit.config, visit.data, Clock().now, form)
    except FormError as problem:
        return _form(visit, f"It was not kept: {problem}.", 422)
    return visit.show("staff/raised.html", raised=raised)


def _form(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    return visit.show("staff/concern.html", status, wrong=wrong, fields=FORM, kinds=list(ConcernKind))
