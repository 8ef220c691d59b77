"""The one-time link: somebody who was asked in chooses a password and shows that their codes work."""

from __future__ import annotations

import segno
from markupsafe import Markup
from starlette.responses import Response

from agent.console.inputs import Input, Kind
from agent.console.pages import Pages
from agent.console.signin.pages import begin
from agent.console.visit import Visit
from agent.store.credentials import LONGEST, SHORTEST, Credentials, new_recovery, new_totp, step_of, totp_address
from agent.store.users import Invitation, UserError

PAGES = Pages()
CODE = Input("code", "The six digits that it shows now", most=10, pattern="[0-9 ]+")
FORM = (
    Input("password", "A password", Kind.SECRET, most=LONGEST),
    Input("again", "The password again", Kind.SECRET, most=LONGEST),
    CODE,
    Input("totp", "", most=64, pattern="[A-Z2-7]{32,64}"),
)
WRONG_CODE = "is not what the app shows now; is the telephone's clock right?"


@PAGES.get("/invitation/{secret}", "invitation-show", None)
def invitation(visit: Visit) -> Response:
    """What the link leads to; looking at it does not use it up."""
    new = visit.house.admission.users.invited(visit.place["secret"], visit.house.admission.now())
    return _form(visit, new, new_totp(), {}) if new else visit.show("signin/used.html", 404)


@PAGES.post("/invitation/{secret}", "invitation-accept", None, FORM, mends=True)
def accept(visit: Visit) -> Response:
    """Make the user, show the recovery codes once, and have them signed in."""
    admission, secret, given = visit.house.admission, visit.place["secret"], visit.given
    new = admission.users.invited(secret, admission.now())
    if new is None:
        return visit.show("signin/used.html", 404)
    totp, wrong = given.values.get("totp") or new_totp(), dict(given.wrong)
    step = step_of(totp, given.values.get("code", "").replace(" ", ""), admission.now().timestamp())
    if not wrong and given["password"] != given["again"]:
        wrong["again"] = "is not the same as the first"
    if not wrong and not step:
        wrong["code"] = WRONG_CODE
    if wrong:
        return _form(visit, new, totp, wrong, 422)
    codes, hashes = new_recovery()
    try:
        user = admission.accept(secret, given["password"], Credentials("", totp, step, hashes))
    except UserError as problem:
        return _form(visit, new, totp, {"password": str(problem)}, 422)
    visit.house.keyring.end_all(user.id)  # whoever had the password before has it no longer
    begin(visit, user, "invitation", "")
    return visit.show("signin/codes.html", codes=codes, user=user)


def picture(address: str) -> Markup:
    """The picture that an authenticator app reads, drawn by us: nothing of it leaves the page."""
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - of a library, and of the address only where the dark squares are


def _form(visit: Visit, new: Invitation, totp: str, wrong: dict[str, str], status: int = 200) -> Response:
    address = totp_address(totp, new.id, visit.config.engine.site.name)
    spelt = " ".join(totp[i : i + 4] for i in range(0, len(totp), 4))
    more = {"totp": totp, "spelt": spelt, "picture": picture(address), "wrong": wrong, "shortest": SHORTEST}
    return visit.show("signin/invitation.html", status, new=new, **more)
