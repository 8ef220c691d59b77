"""Cases that wait for a decision: what is asked for and why, approved for some days or refused with a reason.

What an officer may do is asked of the desk of case work, as at the command line. Not telling the subject for a time
needs two officers and an assessment; that stays at the command line (`breaktime case approve --untold`).
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from agent.app.casetext import shown
from agent.casework import decisions
from agent.casework.desk import NoCase, Refused
from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import Capacity, capacities
from agent.core.cases import LONGEST_GRANT, State
from agent.core.casework import Action, is_about

PAGES = Pages()
DECIDING = capacities(Capacity.HEADTEACHER, Capacity.CHAIR_OF_GOVERNORS, Capacity.GOVERNOR)
APPROVE = (
    Input("days", "For how many days", Kind.NUMBER, most=LONGEST_GRANT.days, least=1),
    Input("records", "On concern, recording begins now", Kind.FLAG, needed=False),
)
WHY = Input("why", "Why not", Kind.TEXT, most=1000)


@PAGES.get("/approvals", "approval-list", DECIDING, nav="Approvals")
def waiting(visit: Visit) -> Response:
    """The cases that wait; whom each is about is shown on its own page, where the look is written down."""
    desk = visit.desk
    desk.allow(visit.officer, Action.LIST)
    cases, troubles = desk.readable()
    found = [
        one for one in cases if one.state(desk.now()) is State.REQUESTED and not is_about(visit.officer, one.scope)
    ]
    return visit.show("head/approvals.html", cases=found, troubles=troubles)


@PAGES.get("/approvals/{case}", "approval-show", DECIDING)
def approval(visit: Visit) -> Response:
    """One case, and the two answers."""
    return _case(visit)


@PAGES.post("/approvals/{case}/approve", "approval-approve", DECIDING, APPROVE, mends=True)
def approve(visit: Visit) -> Response:
    """Approve it; the subject is told within a day."""
    if visit.given.wrong:
        return _case(visit, f"Not approved: say for how many days, 1 to {LONGEST_GRANT.days}.", 422)
    days, records = visit.given["days"], visit.given["records"]
    return _decided(visit, lambda id: decisions.approve(visit.desk, visit.officer, id, days, records), "is approved")


@PAGES.post("/approvals/{case}/refuse", "approval-refuse", DECIDING, (WHY,), mends=True)
def refuse(visit: Visit) -> Response:
    """Refuse it: nothing is looked at."""
    if visit.given.wrong:
        return _case(visit, "Not refused yet: say why not.", 422)
    why = visit.given["why"]
    return _decided(visit, lambda id: decisions.refuse(visit.desk, visit.officer, id, why), "is refused")


def _decided(visit: Visit, act: Callable[[str], object], what: str) -> Response:
    id = visit.place["case"]
    try:
        act(id)
    except NoCase:
        return visit.show("lost.html", 404)
    except Refused as refused:
        return visit.show("refused.html", 403, what=f"{refused.refusal.what}.".capitalize())
    except ValueError as problem:
        return _case(visit, f"Not done: {problem}.", 422)
    return visit.go("/approvals", f"Case {id} {what}.")


def _case(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    desk = visit.desk
    try:
        case = desk.show(visit.officer, visit.place["case"])
    except NoCase:
        return visit.show("lost.html", 404)
    except Refused as refused:
        return visit.show("refused.html", 403, what=f"{refused.refusal.what}.".capitalize())
    text = shown(case, desk.now(), desk.zone)
    waits = case.state(desk.now()) is State.REQUESTED
    return visit.show("head/approval.html", status, case=case, text=text, waits=waits, wrong=wrong, approve=APPROVE)
