"""The one-time link: how somebody comes in, and that it lets in nobody else, nobody twice, nobody who was locked."""

from __future__ import annotations

import pyotp
import pytest

from agent.app.admission import FIRST, NotAdmitted, Wanted, first_link, word_of
from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.store.credentials import new_totp
from agent.store.users import UserError

from .stage import PASSWORD, Browser, Stage


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
