"""Signing in: by all three and by nothing less, slowly after failures, under a new secret, written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from agent.console.signin.pages import LATER, WRONG
from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.store.credentials import Credentials, new_recovery

from .stage import PASSWORD, Browser, Stage


def code_of(stage: Stage, id: str, steps: int = 0) -> str:
    """The code that the user's telephone shows now, or steps from now."""
    user = stage.house.admission.users.get(id)
    assert user is not None
    now = stage.house.admission.now().timestamp()
    return pyotp.TOTP(user.credentials.totp).at(int(now) + 30 * steps)


def sign_in(stage: Stage, browser: Browser, **other: str) -> int:
    """Sign the member of staff in, with something else where it is given; the status."""
    stage.user(Capacity.STAFF)
    browser.get("/sign-in")
    given = {"user": "staff-1", "password": PASSWORD, "code": code_of(stage, "staff-1")} | other
    return browser.post("/sign-in", None, **given).status_code


def test_in(stage: Stage) -> None:
    """With id, password and code one is in, under a secret that the browser did not have before; an entry says so."""
    browser = stage.browser()
    browser.get("/sign-in")
    before = browser.secret
    assert sign_in(stage, browser) == 303
    assert browser.get("/").status_code == 200
    assert browser.secret != before
    assert stage.house.keyring.find(before) is None
    assert [(e.tag, e.actor) for e in stage.entries()][-1] == (Tag.SIGN_IN, "staff-1")


def test_a_secret_that_was_planted(stage: Stage) -> None:
    """A secret that an attacker planted in the browser is never signed in with."""
    browser = stage.browser()
    browser.client.cookies.set(stage.house.cookie, "planted", "127.0.0.1")
    assert sign_in(stage, browser) == 303
    assert stage.house.keyring.find("planted") is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"user": "nobody-1"}, id="no such user"),
        pytest.param({"password": "another password"}, id="another password"),
        pytest.param({"code": "000000"}, id="another code"),
        pytest.param({"user": "staff-1'--"}, id="no id at all"),
    ],
)
def test_not_in(stage: Stage, other: dict[str, str]) -> None:
    """Whatever is wrong, the answer is the same, and the entry does not repeat what was typed."""
    browser = stage.browser()
    assert sign_in(stage, browser, **other) == 403
    entry = stage.entries()[-1]
    assert (entry.tag, entry.actor, dict(entry.detail)) == (
        Tag.SIGN_IN_REFUSED, "system", {"action": "sign-in", "why": "wrong"}
    )  # fmt: skip
    assert WRONG in browser.post("/sign-in", user="x", password="y", code="1").text
    assert browser.get("/").status_code == 303


def test_locked_users_are_not_in(stage: Stage) -> None:
    """A user who was locked is told what everybody is told."""
    stage.user(Capacity.STAFF)
    stage.house.admission.lock("staff-1", True)
    assert sign_in(stage, stage.browser()) == 403


def test_a_code_is_good_once(stage: Stage) -> None:
    """A code that somebody looked at over a shoulder is of no use after it was used."""
    code = code_of(stage, stage.user(Capacity.STAFF))
    assert [sign_in(stage, stage.browser(), code=code) for _ in range(2)] == [303, 403]


def test_a_recovery_code_is_good_once(stage: Stage) -> None:
    """A recovery code takes the place of the telephone, once, however it is typed."""
    id = stage.user(Capacity.STAFF)
    codes, hashes = new_recovery()
    stage.house.admission.users.change(
        id, lambda one: replace(one, credentials=replace(one.credentials, recovery=hashes))
    )
    assert [sign_in(stage, stage.browser(), code=f" {codes[0].upper()} ") for _ in range(2)] == [303, 403]
    assert sign_in(stage, stage.browser(), code=codes[1]) == 303


def test_a_name_that_fails_often_waits(stage: Stage) -> None:
    """After five failures a name waits a quarter of an hour, with the right password too; other names do not."""
    browser = stage.browser()
    assert [sign_in(stage, browser, password="wrong") for _ in range(6)] == [403] * 5 + [429]
    assert sign_in(stage, browser) == 429
    assert LATER.partition("{")[0] in browser.post("/sign-in", user="staff-1", password="y", code="1").text
    stage.later(timedelta(minutes=16))
    assert sign_in(stage, browser) == 303


def test_an_address_that_fails_often_waits(stage: Stage) -> None:
    """After thirty failures by whatever names an address waits."""
    browser = stage.browser()
    statuses = [sign_in(stage, browser, user=f"name-{number}") for number in range(31)]
    assert statuses == [403] * 30 + [429]


def test_out(stage: Stage) -> None:
    """Signing out ends the session where it is kept, has the browser forget, and is an entry."""
    browser = stage.signed_in(Capacity.STAFF)
    secret = browser.secret
    answer = browser.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert stage.house.keyring.find(secret) is None
    assert stage.entries()[-1].tag is Tag.SIGN_OUT
    assert browser.get("/").status_code == 303


def test_another_password(stage: Stage) -> None:
    """With the password and a code one chooses another password; all other sessions end."""
    browser, other = stage.signed_in(Capacity.STAFF), stage.signed_in(Capacity.STAFF)
    new = "another three words"
    given = {"password": PASSWORD, "code": code_of(stage, "staff-1"), "new": new, "again": new}
    assert browser.post("/account/password", None, **given | {"password": "wrong"}).status_code == 403
    assert browser.post("/account/password", None, **given).status_code == 303
    assert (browser.get("/").status_code, other.get("/").status_code) == (200, 303)
    assert sign_in(stage, stage.browser(), password=new, code=code_of(stage, "staff-1", 1)) == 303


def test_credentials_do_not_show_themselves() -> None:
    """Neither password nor secret is in what a program prints of them."""
    shown = repr(Credentials("hash", "SECRET", 1, ("code",)))
    assert not {"hash", "SECRET", "code"} & set(shown.replace("'", " ").split())
