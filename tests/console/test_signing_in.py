"""Signing in: by all three and by nothing less, slowly after failures, under a new secret, written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from agent.app.admission import FIRST, NotAdmitted, Wanted, first_link, word_of
from agent.console.signin.pages import LATER, WRONG
from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.store.credentials import Credentials, new_recovery, new_totp
from agent.store.users import UserError

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


def invited(stage: Stage, secret: str, **other: str) -> tuple[Browser, int, str]:
    """Follow a link and fill its form in: the browser, the status, the page."""
    browser, totp = stage.browser(), new_totp()
    browser.get(f"/invitation/{secret}")
    code = pyotp.TOTP(totp).at(int(stage.house.admission.now().timestamp()))
    given = {"password": PASSWORD, "again": PASSWORD, "code": code, "totp": totp} | other
    answer = browser.post(f"/invitation/{secret}", None, **given)
    return browser, answer.status_code, answer.text


def test_the_first_technician(stage: Stage) -> None:
    """The first start has a link that makes a technician, once; afterwards there is none."""
    link = first_link(stage.house.admission)
    assert link is not None
    browser, status, text = invited(stage, link[0])
    assert (status, text.count('class="code"')) == (200, 10)
    assert browser.get("/users").status_code == 200
    assert invited(stage, link[0])[1] == 404
    assert first_link(stage.house.admission) is None
    assert stage.house.admission.users.get(FIRST) is not None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        pytest.param({"code": "000000"}, "is not what the app shows now", id="another code"),
        pytest.param({"again": "four words make two"}, "not the same", id="two passwords"),
        pytest.param({"password": "short", "again": "short"}, "at least 12 characters", id="too short"),
        pytest.param({"password": "my teacher-07", "again": "my teacher-07"}, "must not be in it", id="the id"),
        pytest.param({"password": "abababababab", "again": "abababababab"}, "repeats itself", id="repeats itself"),
        pytest.param({"totp": "not base 32"}, "Something has to be mended", id="another secret"),
    ],
)  # fmt: skip
def test_a_link_that_is_not_filled_in_right(stage: Stage, other: dict[str, str], said: str) -> None:
    """What is wrong is said beside the field, and the link is still good."""
    secret, _ = stage.house.admission.invite(Wanted("teacher-07", "teacher-07"))
    _, status, text = invited(stage, secret, **other)
    assert status == 422
    assert said in text.replace("&#39;", "'")
    assert invited(stage, secret)[1] == 200


def test_separation_of_duties(stage: Stage) -> None:
    """A technician asks people in, but makes no way to an officer's records: no link, no office, no user of that id."""
    stage.user(Capacity.HEADTEACHER)
    browser = stage.signed_in(Capacity.TECHNICIAN)
    taken = {"id": "headteacher-1", "person": "", "email": ""}
    answers = [
        browser.post("/users/headteacher-1/link"),
        browser.post("/users", None, **taken | {"as": "staff", "person": "teacher-02"}),
        browser.post("/users", None, **taken | {"as": "headteacher"}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    browser.post("/users/headteacher-1/remove")
    again = browser.post("/users", None, **taken | {"as": "headteacher"})
    assert (again.status_code, "makes the link" in again.text) == (422, True)


def test_a_lock_ends_links(stage: Stage) -> None:
    """A link of before, for a lost password or by the school's sign-in, lets nobody in again whom a lock keeps out."""
    admission = stage.house.admission
    id = stage.user(Capacity.STAFF)
    secret, _ = admission.invite(Wanted(id, "teacher-01", "staff@school.example"))
    admission.lock(id, True)
    assert invited(stage, secret)[1] == 404
    with pytest.raises(NotAdmitted):
        admission.known_by("issuer", "subject", "staff@school.example")
    user = admission.users.get(id)
    assert user is not None
    assert user.locked
    with pytest.raises(UserError):
        admission.lock("nobody-1", True)


def test_a_link_for_a_lost_password_ends_sessions(stage: Stage) -> None:
    """Whoever was in with what was lost is out once the new link was used."""
    before = stage.signed_in(Capacity.STAFF)
    assert before.get("/").status_code == 200
    secret, _ = stage.house.admission.invite(Wanted("staff-1", "teacher-01", "staff-1@school.example"))
    assert before.get("/").status_code == 200
    assert invited(stage, secret)[1] == 200
    assert before.get("/").status_code == 303


def test_an_office_is_confirmed_face_to_face(stage: Stage) -> None:
    """An office that somebody was asked in for begins when the head types what only that user's page shows."""
    secret, _ = stage.house.admission.invite(Wanted("investigator-1", "", "", "investigator"), "technician-1")
    theirs, status, _ = invited(stage, secret)
    assert status == 200
    head = stage.signed_in(Capacity.HEADTEACHER)
    user = stage.house.admission.users.get("investigator-1")
    assert user is not None
    assert word_of(user) in theirs.get("/").text
    assert word_of(user) not in head.get("/offices").text
    assert head.post("/offices/investigator-1/confirm", word="aaaaaa").status_code == 422
    assert stage.house.admission.caller(user).office is None
    assert head.post("/offices/investigator-1/confirm", word=word_of(user)).status_code == 303
    assert stage.house.admission.caller(user).office is not None
    assert stage.entries()[-1].tag in (Tag.OFFICER_ADD, Tag.USER_CHANGE)


def test_a_technician_who_is_made_an_officer_has_no_part_in_case_work(stage: Stage) -> None:
    """Where both lists name somebody, the office is left out."""
    stage.user(Capacity.TECHNICIAN, "both-1")
    stage.user(Capacity.INVESTIGATOR, "both-1")
    user = stage.house.admission.users.get("both-1")
    assert user is not None
    assert stage.house.admission.caller(user).capacities == {Capacity.TECHNICIAN}


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Wanted("x-1", technician=True, office="governor"), id="technician and officer"),
        pytest.param(Wanted("x-1", office="technician"), id="an office that is none"),
        pytest.param(Wanted("x-1"), id="nothing at all"),
        pytest.param(Wanted("system", technician=True), id="a name that the chain uses"),
        pytest.param(Wanted("X 1", technician=True), id="no id"),
        pytest.param(Wanted("other-1", "teacher-01"), id="a person who has a user"),
    ],
)
def test_who_is_not_asked_in(stage: Stage, wanted: Wanted) -> None:
    """What would mix duties up, or two users, is refused with the reason."""
    stage.user(Capacity.STAFF)
    with pytest.raises(UserError):
        stage.house.admission.invite(wanted)


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


def test_a_link_alone_makes_nobody_a_member_of_staff(stage: Stage) -> None:
    """Whom a technician asks in is nobody of people.csv until the head confirms them; a new link begins that anew."""
    admission = stage.house.admission
    for _ in range(2):
        secret, _until = admission.invite(Wanted("teacher-07", "teacher-07"), "technician-1")
        assert invited(stage, secret)[1] == 200
        user = admission.users.get("teacher-07")
        assert user is not None
        assert admission.caller(user).capacities == frozenset()
        head = stage.signed_in(Capacity.HEADTEACHER)
        assert head.post("/offices/teacher-07/confirm", word=word_of(user)).status_code == 303
        confirmed = admission.users.get("teacher-07")
        assert confirmed is not None
        assert admission.caller(confirmed).capacities == {Capacity.STAFF}


def test_a_link_that_was_kept_back(stage: Stage) -> None:
    """A link that a technician made and kept is no way in once its user has become an officer."""
    admission = stage.house.admission
    first, _ = admission.invite(Wanted("investigator-1", "", "", "investigator"), "technician-1")
    assert invited(stage, first)[1] == 200
    kept, _ = admission.invite(Wanted("investigator-1", "", "spy@school.example", "investigator"), "technician-1")
    user = admission.users.get("investigator-1")
    assert user is not None
    head = stage.signed_in(Capacity.HEADTEACHER)
    assert head.post("/offices/investigator-1/confirm", word=word_of(user)).status_code == 303
    assert invited(stage, kept)[1] == 422
    with pytest.raises(NotAdmitted):
        admission.known_by("issuer", "subject", "spy@school.example")
