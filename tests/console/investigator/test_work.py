"""What is done in a case at the console: each act by the desk, each refusal in words, evidence as a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.casework.desk import Refused
from agent.console.investigator.evidence import taken
from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.core.cases import Case

from .conftest import MARKUP, Room

HANDED = {"recipient": "hr", "who": "", "what": "evidence.zip", "ground": "procedure", "duty": "", "consent": ""}
UNFOLDED = ("find", "task", "tell", "disclose")
"""Their forms lie folded, and are open again where something has to be mended; so is that of closing, once it may."""
DONE = {"number": "1", "ended": "talked"}
TASK = {"kind": "support-offered", "due": "01/12/2030", "note": "", "victim": ""}


@pytest.mark.parametrize(
    ("act", "fields", "came"),
    [
        pytest.param("find", {"finding": MARKUP}, lambda one: one.findings[0].text == MARKUP, id="find"),
        pytest.param("task", TASK, lambda one: len(one.tasks) == 2, id="task"),
        pytest.param("task-done", DONE, lambda one: one.tasks[0].done.text == "talked", id="done"),
        pytest.param("tell", {"how": "in person"}, lambda one: one.told.how == "in person", id="tell"),
        pytest.param("disclose", HANDED, lambda one: one.disclosures[0].ground == "procedure", id="disclose"),
        pytest.param("hold", {}, lambda one: len(one.held) == 2, id="hold"),
    ],
)  # fmt: skip
def test_done(room: Room, act: str, fields: dict[str, str], came: Callable[[Case], bool]) -> None:
    """It stands in the case, is said once on the case's page, and nothing typed becomes markup."""
    room.record()
    id = room.approved()
    answer = room.browser.post(f"/cases/{id}/{act}", None, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{id}")
    assert came(room.case(id))
    page = room.browser.get(f"/cases/{id}")
    assert (page.status_code, MARKUP in page.text) == (200, False)


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        pytest.param("find", {"finding": " "}, "must be filled in", id="no finding"),
        pytest.param("task", TASK | {"due": "soon"}, "is no date", id="no day"),
        pytest.param("task", TASK | {"kind": "police"}, "only with the consent", id="police without consent"),
        pytest.param("task-done", {"number": "9", "ended": ""}, "has no task 9", id="no such task"),
        pytest.param("task-done", {"number": "one", "ended": ""}, "is a whole number", id="no number"),
        pytest.param("tell", {"how": ""}, "must be filled in", id="not said how"),
        pytest.param("disclose", HANDED | {"recipient": "other"}, "say to whom", id="somebody else"),
        pytest.param("disclose", HANDED | {"recipient": "police"}, "say whether the member of staff", id="police"),
        pytest.param("disclose", HANDED | {"recipient": "press"}, "none of the choices", id="no recipient"),
        pytest.param("close", {"outcome": "", "keep": ""}, "must be filled in", id="no outcome"),
        pytest.param("hold", {"subject": "teacher-05"}, "is not a field", id="a field of nobody"),
    ],
)
def test_what_is_wrong_is_said(room: Room, act: str, fields: dict[str, str], said: str) -> None:
    """The case stays as it was, and its page says what has to be mended."""
    id = room.approved()
    before = room.case(id)
    answer = room.browser.post(f"/cases/{id}/{act}", None, **fields)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert ("<details open>" in answer.text) == (act in UNFOLDED)
    assert room.case(id) == before


ACTS = ("hold", "release", "find", "task", "task-done", "tell", "disclose", "close", "evidence", "search")
FIELDS = {
    "find": {"finding": "x"}, "task": TASK, "task-done": {"number": "1", "ended": ""}, "tell": {"how": "x"},
    "disclose": HANDED, "close": {"outcome": "x", "keep": ""},
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_not_once_it_is_closed(room: Room, act: str) -> None:
    """A case that ended takes nothing more, and the refusal is written down with its word."""
    id = room.requested()
    assert room.browser.post(f"/cases/{id}/close", outcome="withdrawn", keep="").status_code == 303
    answer = room.browser.post(f"/cases/{id}/{act}", None, **FIELDS.get(act, {}))
    assert (answer.status_code, "a case that is closed" in answer.text) == (403, True)
    entry = room.stage.entries()[-1]
    assert (entry.tag, entry.case, entry.detail["why"]) == (Tag.CASE_DENIED, id, "state")
    assert room.browser.post(f"/cases/C2026-ZZZZ/{act}", None, **FIELDS.get(act, {})).status_code == 404


def test_a_case_does_not_end_in_silence(room: Room) -> None:
    """Closing is refused until the subject was told; then what is held is let go with it."""
    room.record()
    id, browser = room.approved(), room.browser
    browser.post(f"/cases/{id}/hold")
    refused = browser.post(f"/cases/{id}/close", outcome="a talk", keep="")
    assert (refused.status_code, "has not been told" in refused.text) == (403, True)
    browser.post(f"/cases/{id}/tell", how="in person")
    assert browser.post(f"/cases/{id}/release").status_code == 303
    assert room.case(id).held == ()
    assert browser.post(f"/cases/{id}/close", outcome="a talk", keep="01/12/2030").status_code == 303
    page = browser.get(f"/cases/{id}").text
    assert ("a talk" in page, f'action="/cases/{id}/' in page) == (True, False)


def test_evidence_is_taken_away(room: Room) -> None:
    """One signed file comes as a download, kept by nobody between; the chain has the export and the seal."""
    room.record()
    id = room.approved()
    answer = room.browser.post(f"/cases/{id}/evidence")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="evidence-{id}.zip"'
    assert "no-store" in answer.headers["cache-control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert {"evidence.pdf", "manifest.sig", "records.csv"} <= set(bundle.namelist())
    assert [one.tag for one in room.stage.entries()][-2:] == [Tag.CASE_EXPORT, Tag.CASE_SEALED]
    assert "A bundle of 14 records" in room.browser.get(f"/cases/{id}").text


def test_the_evidence_lies_nowhere(room: Room, tmp_path: Path) -> None:
    """The file that it is made in is gone, also where the making was refused."""
    folder = tmp_path / "made"
    folder.mkdir()
    desk = room.stage.house.desk()
    room.record()
    assert taken(desk, room.officer, room.approved(), folder)
    with pytest.raises(Refused):
        taken(desk, room.officer, room.requested(), folder)
    assert list(folder.iterdir()) == []


def test_whoever_approved_takes_nothing(room: Room) -> None:
    """The head who approved is refused each look in words."""
    id, head = room.approved(), room.stage.signed_in(Capacity.HEADTEACHER)
    for act in ("search", "hold", "evidence"):
        answer = head.post(f"/cases/{id}/{act}")
        assert (answer.status_code, "Whoever approved a case does not look" in answer.text) == (403, True)
