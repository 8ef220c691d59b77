"""What every page of a case shares: whom it is for, the case as it is shown, and an act with its refusals in words.

The desk decides and writes the entry before anything is read; a page only says what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from agent.casework.desk import NoCase, Refused
from agent.console.inputs import Input
from agent.console.investigator.fields import FORMS
from agent.console.investigator.trail import Line
from agent.console.look import words
from agent.console.visit import Visit
from agent.core.callers import Capacities, Capacity
from agent.core.casework import RULES, Action, decide
from agent.store.errors import StoreError

ACTS = {Action.HOLD.value, Action.RELEASE.value, Action.TELL.value, Action.CLOSE.value}
UNREADABLE = (
    "The case or the record cannot be read as it should be, so nothing is shown. Ask the technician: "
    "breaktime doctor and breaktime audit verify say what is wrong."
)


def capacities_for(action: Action) -> Capacities:
    """Those whose office includes that, by the table of case work."""
    return frozenset(Capacity(office.value) for office in RULES[action].offices)


def case_page(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    """One case with the forms of all that this officer may do in it now; the look is an entry."""
    return answered(visit, lambda: _case_page(visit, wrong, status))


def answered(visit: Visit, act: Callable[[], Response]) -> Response:
    """What `act` answers, or why it was not done."""
    try:
        return act()
    except NoCase:
        return visit.show("lost.html", 404)
    except Refused as refused:
        return visit.show("refused.html", 403, what=said(str(refused.refusal.what)))
    except StoreError:
        return visit.show("refused.html", 409, what=UNREADABLE)


def done(visit: Visit, act: Callable[[str], object], what: str) -> Response:
    """Do it in the case that the address names, and go back to the case; wrong input shows the case with what is."""
    if visit.given.wrong:
        return case_page(visit, f"Not done: {wrong_in_words(visit)}.", 422)
    id = visit.place["case"]

    def doing() -> Response:
        try:
            act(id)
        except ValueError as problem:
            return case_page(visit, f"Not done: {problem}.", 422)
        return visit.go(f"/cases/{id}", what)

    return answered(visit, doing)


def wrong_in_words(visit: Visit) -> str:
    """Each field that is wrong by its label, and what is wrong with it."""
    labels = {one.name: one.says for one in visit.page.inputs}
    return "; ".join(f"{labels.get(name, name[:40])} {what}" for name, what in visit.given.wrong.items())


def said(text: str) -> str:
    """A sentence of the table of case work as one of a page."""
    return f"{text[:1].upper()}{text[1:]}."


def fields(inputs: tuple[Input, ...]) -> dict[str, Input]:
    """Inputs by name, for a template."""
    return {one.name: one for one in inputs}


def searchable(visit: Visit) -> dict[str, Any]:
    """What the form of a search chooses from, and how services are called."""
    services = visit.config.engine.catalogue.services
    categories = sorted({str(one.category) for one in services.values()})
    return {
        "fields": fields(FORMS),
        "names": sorted(((id, one.name) for id, one in services.items()), key=lambda pair: pair[1].casefold()),
        "categories": [(one, words(one).capitalize()) for one in categories],
        "named": lambda service: services[service].name if service in services else service,
    }


def _case_page(visit: Visit, wrong: str, status: int) -> Response:
    desk, officer = visit.desk, visit.officer
    case = desk.show(officer, visit.place["case"])
    at = desk.now()
    may = {action.value for action in Action if decide(case, officer, action, at) is None}
    return visit.show(
        "investigator/case.html", status, **searchable(visit), case=case, state=case.state(at), may=may,
        acts=bool(may & ACTS),
        entries=[Line.of(one) for one in desk.log.entries(case.id)], today=desk.today, wrong=wrong,
        untold=case.tell_by if case.told is None else None,
    )  # fmt: skip
