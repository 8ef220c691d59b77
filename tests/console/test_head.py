"""The head's and the staff's pages: what each shows, and what a form does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.app import access
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.access import Asking, Standing
from agent.core.audit import Tag
from agent.core.callers import Capacity

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
