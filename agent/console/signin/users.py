"""The technician's list of who may sign in. Asking somebody in confers no office, and no way to anybody's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from agent.app.admission import Wanted, again
from agent.console.inputs import ID, Input, Kind
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import Capacity, capacities
from agent.core.offices import Office
from agent.store.users import UserError

PAGES = Pages()
TECHNICIAN = capacities(Capacity.TECHNICIAN)
OFFICES = tuple(office.value for office in Office if office is not Office.TECHNICIAN)
FORM = (
    Input("id", "Their id here", most=40, pattern="[a-z][a-z0-9-]{1,39}"),
    Input("person", "Their id in people.csv", most=64, needed=False, pattern=ID),
    Input("email", "Their e-mail address", most=254, needed=False, pattern=r"[^\s@<>]+@[^\s@<>]+"),
    Input("as", "What they will be", Kind.CHOICE, choices=("staff", *OFFICES, "technician")),
)


@PAGES.get("/users", "user-list", TECHNICIAN, nav="Users")
def users(visit: Visit) -> Response:
    """Who may sign in, who was asked, and the form to ask somebody."""
    return _list(visit)


@PAGES.post("/users", "user-invite", TECHNICIAN, FORM, mends=True)
def invite(visit: Visit) -> Response:
    """Ask somebody in; the link is shown once."""
    if visit.given.wrong:
        return _list(visit, visit.given.wrong, 422)
    given, kind = visit.given, visit.given["as"]
    wanted = Wanted(given["id"], given["person"], given["email"], kind if kind in OFFICES else "", kind == "technician")
    return _invited(visit, wanted)


@PAGES.post("/users/{user}/link", "user-link", TECHNICIAN)
def link(visit: Visit) -> Response:
    """A new link for somebody who lost password or telephone; what they had stands until it is used."""
    user = visit.house.admission.users.get(visit.place["user"])
    if user is None:
        return visit.show("lost.html", 404)
    return _invited(visit, again(user))


@PAGES.post("/users/{user}/lock", "user-lock", TECHNICIAN)
def lock(visit: Visit) -> Response:
    """Let somebody in no longer."""
    return _changed(visit, True)


@PAGES.post("/users/{user}/unlock", "user-unlock", TECHNICIAN)
def unlock(visit: Visit) -> Response:
    """Let them in again."""
    return _changed(visit, False)


@PAGES.post("/users/{user}/remove", "user-remove", TECHNICIAN)
def remove(visit: Visit) -> Response:
    """Take a user out. An officer of case work stays one until head or chair says otherwise."""
    id = visit.place["user"]
    if id == visit.known.id:
        return visit.go("/users", "You cannot take yourself out: another technician does that.")
    if not visit.house.admission.remove(id, visit.known.id):
        return visit.show("lost.html", 404)
    visit.house.keyring.end_all(id)
    return visit.go("/users", f"{id} may no longer sign in.")


def shown_link(visit: Visit, id: str, secret: str, until: datetime) -> Response:
    """The page with a link that was made, once."""
    url = f"{visit.config.built.console.url}/invitation/{secret}"
    return visit.show("signin/link.html", url=url, id=id, until=until)


def _invited(visit: Visit, wanted: Wanted) -> Response:
    try:
        secret, until = visit.house.admission.invite(wanted, visit.known.id)
    except UserError as problem:
        return _list(visit, {"id": str(problem)}, 422)
    return shown_link(visit, wanted.id, secret, until)


def _changed(visit: Visit, locked: bool) -> Response:
    id = visit.place["user"]
    if id == visit.known.id:
        return visit.go("/users", "You cannot lock yourself: another technician does that.")
    try:
        visit.house.admission.lock(id, locked, visit.known.id)
    except UserError:
        return visit.show("lost.html", 404)
    return visit.go("/users", f"{id} {'is locked' if locked else 'may sign in again'}.")


def _list(visit: Visit, wrong: Mapping[str, str] | None = None, status: int = 200) -> Response:
    admission = visit.house.admission
    people = [(user, admission.caller(user)) for user in admission.users.all()]
    asked = admission.users.waiting(admission.now())
    return visit.show("signin/users.html", status, people=people, asked=asked, form=FORM, wrong=wrong or {})
