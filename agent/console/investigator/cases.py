"""The cases that there are, one of them, and the form that asks for another. A request opens nothing by itself."""

from __future__ import annotations

from collections.abc import Container
from functools import partial

from starlette.responses import Response

from agent.app import concerns
from agent.app.cases import role_of
from agent.casework.decisions import Request, open_case
from agent.console.investigator.desk import answered, capacities_for, case_page, fields
from agent.console.investigator.fields import OPEN
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.cases import Case, LegalBasis, Scope
from agent.core.casework import Action, is_about, may

PAGES = Pages()
SHOW = capacities_for(Action.SHOW)


@PAGES.get("/cases", "case-list", capacities_for(Action.LIST), nav="Cases")
def listed(visit: Visit) -> Response:
    """How each stands and what is due; whom it is about stands on its own page, where the look is written down."""
    return answered(visit, lambda: _listed(visit))


@PAGES.get("/cases/new", "case-form", capacities_for(Action.OPEN))
def form(visit: Visit) -> Response:
    """Ask for a case."""
    return _form(visit)


@PAGES.post("/cases/new", "case-open", capacities_for(Action.OPEN), OPEN, mends=True)
def opened(visit: Visit) -> Response:
    """Take the request in."""
    if visit.given.wrong:
        return _form(visit, "Not opened yet: what is marked has to be mended.", 422)
    return answered(visit, lambda: _opened(visit))


@PAGES.get("/cases/{case}", "case-show", SHOW)
def shown(visit: Visit) -> Response:
    """One case, and what this officer may do in it now."""
    return case_page(visit)


def _listed(visit: Visit) -> Response:
    desk, officer = visit.desk, visit.officer
    desk.allow(officer, Action.LIST)
    cases, troubles = desk.readable()
    found = [one for one in reversed(cases) if not is_about(officer, one.scope)]
    return visit.show(
        "investigator/cases.html", cases=found, troubles=len(troubles), at=desk.now(), today=desk.today,
        shows=visit.known.may(SHOW), opens=may(officer.office, Action.OPEN, None) is None,
    )  # fmt: skip


def _form(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    services = visit.config.engine.catalogue.services
    return visit.show("investigator/open.html", status, fields=fields(OPEN), wrong=wrong, services=services)


def _opened(visit: Visit) -> Response:
    try:
        case = _open(visit)
    except ValueError as problem:
        return _form(visit, f"Not opened: {problem}.", 422)
    to = f"/cases/{case.id}" if visit.known.may(SHOW) else "/cases"
    return visit.go(to, f"Case {case.id} waits for a second person to approve it.")


def _open(visit: Visit) -> Case:
    given, desk, officer = visit.given, visit.desk, visit.officer
    services = _services(given["services"], visit.config.engine.catalogue.services)
    role = role_of(visit.config, given["subject"])
    scope = Scope(given["subject"], role.value, given["first"], given["last"], services)
    request = Request(
        scope, given["reason"], given["clause"], given["grounds"], LegalBasis(given["basis"]), given["concern"],
        given["promptly"],
    )  # fmt: skip
    take_in = partial(open_case, desk, officer, request)
    if not request.concern:
        return take_in()
    return concerns.case_from(concerns.desk_of(visit.config, visit.data, desk.now), officer, request.concern, take_in)


def _services(typed: str, known: Container[str]) -> frozenset[str]:
    """The services of a list with commas. Raises ValueError for one that the catalogue does not know."""
    named = frozenset(one.strip().lower() for one in typed.split(",") if one.strip())
    for one in sorted(named):
        if one not in known:
            raise ValueError(f"no service is called “{one}”; the list under the field says what each is called")
    return named
