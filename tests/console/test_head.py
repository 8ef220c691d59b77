"""The head's and the staff's pages: what each shows, and what a form does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.app import access
from agent.app.paths import DataFolder
from agent.casework import decisions
from agent.clock import Clock
from agent.core.access import Asking, Standing
from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.core.cases import LegalBasis, Scope, State
from agent.core.clients import Role

from .stage import Stage

ASKING = Asking(
    "laptop-01", "teacher-01", "", "facebook", "<b>The school's page</b>", "Not in lessons.", "8.6", "Policy"
)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A console of its own."""
    return Stage(DataFolder(tmp_path / "data"))


def asked(stage: Stage) -> str:
    """Somebody asks; the number."""
    return access.ask(stage.config, stage.data, Clock().now, ASKING).id


def standing(stage: Stage, id: str) -> Standing:
    """How it stands."""
    now = datetime.now(UTC)
    return next(x for x in access.desk_of(stage.config, stage.data, Clock().now).all() if x.id == id).standing(now)


def test_granted_and_ended_in_the_console(stage: Stage) -> None:
    """The queue quotes who, what for and the rule, escaped; each answer is done and said."""
    id, head = asked(stage), stage.signed_in(Capacity.HEADTEACHER)
    page = head.get("/access").text
    assert "teacher-01" in page
    assert "Not in lessons." in page
    assert "<b>The school" not in page
    until = (datetime.now(UTC) + timedelta(days=2)).strftime("%d/%m/%Y %H:%M")
    assert head.post(f"/access/{id}/grant", until=until, word="").status_code == 303
    assert standing(stage, id) is Standing.GRANTED
    assert f"{id} is granted." in head.get("/access").text
    assert head.post(f"/access/{id}/revoke", word="Enough").status_code == 303
    assert standing(stage, id) is Standing.REVOKED
    tags = [one.tag for one in stage.entries()]
    assert Tag.ACCESS_GRANT in tags
    assert Tag.ACCESS_REVOKE in tags


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        pytest.param("grant", {"until": "soon", "word": ""}, 422, id="no time"),
        pytest.param("grant", {"until": "01/01/2020 09:00", "word": ""}, 422, id="a time that is over"),
        pytest.param("refuse", {"word": ""}, 422, id="no word"),
        pytest.param("revoke", {"word": "x" * 501}, 422, id="a long word"),
        pytest.param("revoke", {"word": ""}, 422, id="not in force"),
    ],
)
def test_what_is_no_answer(stage: Stage, act: str, fields: dict[str, str], status: int) -> None:
    """The queue says what is wrong, and the request waits as before."""
    id = asked(stage)
    assert stage.signed_in(Capacity.HEADTEACHER).post(f"/access/{id}/{act}", None, **fields).status_code == status
    assert standing(stage, id) is Standing.WAITING


def test_nobody_answers_their_own(stage: Stage) -> None:
    """A head who asks is told that the chair answers."""
    id, head = asked(stage), stage.signed_in(Capacity.HEADTEACHER, person="teacher-01")
    answer = head.post(f"/access/{id}/refuse", word="No")
    assert answer.status_code == 403
    assert "chair of governors" in answer.text
    assert standing(stage, id) is Standing.WAITING


def test_only_ones_own(stage: Stage) -> None:
    """Somebody on the staff sees their own requests, what is recorded, and the rules of this moment."""
    asked(stage)
    mine = stage.signed_in(Capacity.STAFF).get("/mine").text
    assert "waiting" in mine
    assert "Facebook" in mine
    assert "deleted after" in mine
    other = stage.signed_in(Capacity.STAFF, "staff-2", "teacher-02").get("/mine").text
    assert "waiting" not in other


def test_the_policy_and_what_changed(stage: Stage) -> None:
    """Every paragraph with what becomes of it; nothing has come into force before the gateway ran."""
    page = stage.signed_in(Capacity.STAFF).get("/policy").text
    assert "paragraph by paragraph" in page
    assert "Nothing has come into force yet" in stage.signed_in(Capacity.HEADTEACHER).get("/changes").text


def test_a_concern_is_kept(stage: Stage) -> None:
    """Its number is said, and what happens next; without a word of what was seen it is not kept."""
    teacher = stage.signed_in(Capacity.STAFF)
    assert "Raise a concern" in teacher.get("/concern").text
    wrong = teacher.post("/concern", kind="other", seen="", address="", words="")
    assert (wrong.status_code, "say in a few words" in wrong.text) == (422, True)
    assert teacher.post("/concern", kind="nothing", seen="", address="", words="x").status_code == 422
    done = teacher.post("/concern", kind="other", seen="today", address="", words="Bullying of staff")
    assert done.status_code == 200
    assert "Its number is" in done.text
    assert "Bullying" not in done.text


def opened(stage: Stage) -> str:
    """A case that waits; its number."""
    desk, investigator = stage.house.desk(), stage.officer(Capacity.INVESTIGATOR)
    day = desk.today
    scope = Scope("teacher-02", Role.TEACHER, day - timedelta(days=7), day, frozenset({"facebook"}))
    request = decisions.Request(scope, "<i>A complaint</i>", "8.6", "A parent wrote", LegalBasis.PUBLIC_TASK)
    return decisions.open_case(desk, investigator, request).id


@pytest.mark.parametrize(
    ("act", "fields", "state"),
    [
        pytest.param("approve", {"days": "14"}, State.APPROVED, id="approved"),
        pytest.param("refuse", {"why": "Not proportionate"}, State.REFUSED, id="refused"),
    ],
)
def test_a_case_is_decided(stage: Stage, act: str, fields: dict[str, str], state: State) -> None:
    """Whom it is about stands on its page alone, and each look at it is an entry; the decision is the desk's."""
    id, head = opened(stage), stage.signed_in(Capacity.HEADTEACHER)
    listed = head.get("/approvals").text
    assert (id in listed, "teacher-02" in listed) == (True, False)
    page = head.get(f"/approvals/{id}").text
    assert ("teacher-02" in page, "<i>A complaint" in page) == (True, False)
    assert stage.entries()[-1].tag is Tag.CASE_SHOW
    assert head.post(f"/approvals/{id}/{act}").status_code == 422
    assert head.post(f"/approvals/{id}/{act}", None, **fields).status_code == 303
    assert stage.house.desk().read(id).state(datetime.now(UTC)) is state
    assert head.post(f"/approvals/{id}/{act}", None, **fields).status_code == 403
    assert head.post(f"/approvals/C2026-ZZZZ/{act}", None, **fields).status_code == 404


def test_a_case_about_oneself_is_not_shown(stage: Stage) -> None:
    """Neither in the list nor by its number."""
    id, head = opened(stage), stage.signed_in(Capacity.HEADTEACHER, person="teacher-02")
    assert id not in head.get("/approvals").text
    answer = head.get(f"/approvals/{id}")
    assert (answer.status_code, "A complaint" in answer.text) == (403, False)
