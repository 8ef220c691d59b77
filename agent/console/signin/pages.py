"""Signing in by id, password and code; signing out."""

from __future__ import annotations

import re

from starlette.responses import Response

from agent.app.admission import NotAdmitted
from agent.console.inputs import Input, Kind
from agent.console.look import minutes
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.audit import Tag
from agent.core.callers import ALL
from agent.store.users import User

WRONG = "That is not an id, a password and a code that belong together. Each code is good once."
LATER = "Too many tries. Wait {} and try again; nothing is wrong with your account."
PAGES = Pages()
TO = Input("to", needed=False, most=300)
WITHIN = re.compile(r"/(?!/)[A-Za-z0-9/._-]*")


@PAGES.get("/sign-in", "sign-in-form", None, [TO])
def sign_in_form(visit: Visit) -> Response:
    """Where one signs in."""
    if visit.caller is not None:
        return visit.go("/")
    return _form(visit, "")


@PAGES.post(
    "/sign-in",
    "sign-in",
    None,
    [
        Input("user", "Your id", most=40),
        Input("password", "Password", Kind.SECRET),
        Input("code", "Code", most=20),
        TO,
    ],
    mends=True,
)
def sign_in(visit: Visit) -> Response:
    """Sign in; the session has a secret that the browser did not have before."""
    if visit.given.wrong:
        return _form(visit, "Fill in all three.", 422)
    id, house = visit.given["user"].lower(), visit.house
    if wait := house.turnstile.wait(id, visit.address):
        house.refusals.note("", "sign-in", "too-often", Tag.SIGN_IN_REFUSED)
        return _form(visit, LATER.format(minutes(wait)), 429)
    try:
        user = house.admission.prove(id, visit.given["password"], visit.given["code"])
    except NotAdmitted:
        house.turnstile.failed(visit.address)
        house.refusals.note("", "sign-in", "wrong", Tag.SIGN_IN_REFUSED)
        return _form(visit, WRONG, 403)
    house.turnstile.succeeded(id, visit.address)
    return begin(visit, user, "password", visit.given["to"])


@PAGES.post("/sign-out", "sign-out", ALL)
def sign_out(visit: Visit) -> Response:
    """Sign out: the session ends here, and the browser forgets what it kept."""
    house = visit.house
    house.admission.log.append(Tag.SIGN_OUT, visit.known.id, house.admission.now())
    house.keyring.end(visit.secret)
    visit.new_secret, visit.caller = house.keyring.fresh(), None
    response = visit.show("signin/out.html")
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def begin(visit: Visit, user: User, by: str, to: str) -> Response:
    """Begin a session for somebody who has proved who they are; the entry stands before it does."""
    house = visit.house
    house.admission.log.append(Tag.SIGN_IN, user.id, house.admission.now(), "", {"by": by, "at": "console"})
    house.keyring.end(visit.secret)
    visit.new_secret = house.keyring.begin(user.id, by)
    return visit.go(to if WITHIN.fullmatch(to) else "/")


def _form(visit: Visit, wrong: str, status: int = 200) -> Response:
    to = visit.given.values.get("to", "")
    return visit.show("signin/form.html", status, wrong=wrong, to=to if WITHIN.fullmatch(to or "") else "")
