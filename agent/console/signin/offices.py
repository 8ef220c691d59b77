"""Offices in case work: the head and the chair of governors say who holds one, and who no longer does.

Whoever was asked in for an office reads six characters to the head, from their own start page: so the head confirms the
person in the room, and not whoever got hold of a link.
"""

from __future__ import annotations

from starlette.responses import Response

from agent.app.admission import again, confirm, word_of
from agent.casework.officers import remove_officer
from agent.console.inputs import Input
from agent.console.pages import Pages
from agent.console.signin.users import shown_link
from agent.console.visit import Visit
from agent.core.callers import Capacity, capacities
from agent.store.officers import OfficerError
from agent.store.users import UserError

PAGES = Pages()
APPOINTING = capacities(Capacity.HEADTEACHER, Capacity.CHAIR_OF_GOVERNORS)
WORD = Input("word", "The six characters on their start page", most=10)


@PAGES.get("/offices", "office-list", APPOINTING, nav="Offices")
def offices(visit: Visit) -> Response:
    """Who holds which office, and who waits for one."""
    return _list(visit)


@PAGES.post("/offices/{user}/confirm", "office-confirm", APPOINTING, [WORD], mends=True)
def confirm_office(visit: Visit) -> Response:
    """Confirm somebody in the office that they were asked in for."""
    admission, id = visit.house.admission, visit.place["user"]
    user = admission.users.get(id)
    typed = visit.given.values.get("word", "").replace(" ", "").lower()
    if user is None or not user.wants:
        return visit.show("lost.html", 404)
    if typed != word_of(user):
        return _list(visit, "Those are not the six characters on their start page. Ask them to read them to you.", 422)
    try:
        confirm(admission, visit.desk, id, visit.officer)
    except OfficerError as problem:
        return _list(visit, f"Not done: {problem}.", 422)
    return visit.go("/offices", f"{id} is confirmed as {user.wants.replace('-', ' ')}.")


@PAGES.post("/offices/{user}/remove", "office-remove", APPOINTING)
def remove_office(visit: Visit) -> Response:
    """Let an officer act no longer; they may still sign in as staff."""
    id = visit.place["user"]
    try:
        remove_officer(visit.desk, id, visit.officer)
    except OfficerError as problem:
        return _list(visit, f"Not done: {problem}.", 422)
    return visit.go("/offices", f"{id} no longer acts in case work.")


@PAGES.post("/offices/{user}/link", "office-link", APPOINTING)
def office_link(visit: Visit) -> Response:
    """A new link for an officer who lost password or telephone; not for oneself, and not by the technician."""
    id = visit.place["user"]
    user = visit.house.admission.users.get(id)
    if user is None or id == visit.officer.id:
        return visit.show("lost.html", 404)
    try:
        secret, until = visit.house.admission.invite(again(user), visit.officer.id, appointing=True)
    except UserError as problem:
        return _list(visit, f"Not done: {problem}.", 422)
    return shown_link(visit, id, secret, until)


def _list(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    admission = visit.house.admission
    return visit.show(
        "signin/offices.html", status, officers=admission.officers.all(), asks=admission.asks(), wrong=wrong, word=WORD
    )
