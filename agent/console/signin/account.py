"""One's own way in: what one is here, the password, the recovery codes, and signing out everywhere."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from agent.app.admission import NotAdmitted
from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.audit import Tag
from agent.core.callers import ALL
from agent.store.credentials import LONGEST, new_recovery, weakness

PAGES = Pages()
PROOF = (Input("password", "Your password now", Kind.SECRET, most=LONGEST), Input("code", "Code", most=20))
NEW = (
    *PROOF,
    Input("new", "A new password", Kind.SECRET, most=LONGEST),
    Input("again", "The new password again", Kind.SECRET, most=LONGEST),
)
WRONG = "The password or the code is not right. Each code is good once: wait for the next."


@PAGES.get("/account", "account-show", ALL)
def account(visit: Visit) -> Response:
    """What one is here, and how one signs in."""
    return _page(visit)


@PAGES.post("/account/password", "account-password", ALL, NEW, mends=True)
def password(visit: Visit) -> Response:
    """Choose another password; every other session of this user ends."""
    given, house, id = visit.given, visit.house, visit.known.id
    if given.wrong or given["new"] != given["again"]:
        return _page(visit, "The two new passwords are not the same, or something is not filled in.", 422)
    if wrong := weakness(given["new"], id, visit.known.person, "breaktime"):
        return _page(visit, f"Choose another password: {wrong}.", 422)
    if not _proved(visit):
        return _page(visit, WRONG, 403)
    hashed = house.admission.passwords.hash(given["new"])
    _noted(visit, "password")
    house.admission.users.change(id, lambda one: replace(one, credentials=replace(one.credentials, password=hashed)))
    return _anew(visit, "Your password is changed. Everywhere else you are signed out.")


@PAGES.post("/account/codes", "account-codes", ALL, PROOF, mends=True)
def codes(visit: Visit) -> Response:
    """New recovery codes, shown once; the old ones are good no longer."""
    if visit.given.wrong or not _proved(visit):
        return _page(visit, WRONG, 403)
    fresh, hashes = new_recovery()
    _noted(visit, "recovery-codes")
    user = visit.house.admission.users.change(
        visit.known.id, lambda one: replace(one, credentials=replace(one.credentials, recovery=hashes))
    )
    return visit.show("signin/codes.html", codes=fresh, user=user)


@PAGES.post("/account/sign-out", "account-sign-out", ALL)
def everywhere(visit: Visit) -> Response:
    """End every other session of this user."""
    _noted(visit, "sessions")
    return _anew(visit, "Everywhere else you are signed out.")


def _proved(visit: Visit) -> bool:
    """True if that is their password and a code; as often as at signing in, and no oftener."""
    house, id = visit.house, visit.known.id
    if house.turnstile.wait(id, visit.address):
        return False
    try:
        house.admission.prove(id, visit.given["password"], visit.given["code"])
    except NotAdmitted:
        house.turnstile.failed(visit.address)
        house.refusals.note(id, visit.page.action, "wrong", Tag.SIGN_IN_REFUSED)
        return False
    house.turnstile.succeeded(id, visit.address)
    return True


def _noted(visit: Visit, what: str) -> None:
    admission, id = visit.house.admission, visit.known.id
    admission.log.append(Tag.USER_CHANGE, id, admission.now(), "", {"id": id, "changed": what})


def _anew(visit: Visit, said: str) -> Response:
    """End all of one's sessions and go on in a new one."""
    house, id = visit.house, visit.known.id
    house.keyring.end_all(id)
    visit.new_secret = house.keyring.begin(id, "password")
    return visit.go("/account", said)


def _page(visit: Visit, wrong: str = "", status: int = 200) -> Response:
    user = visit.house.admission.users.get(visit.known.id)
    assert user is not None, "whoever has a session is a user"
    return visit.show("signin/account.html", status, user=user, wrong=wrong, proof=PROOF, new=NEW)
