"""The list of cases, one case, and the form that asks for one: what each shows, takes and refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.core.cases import State

from .conftest import SUBJECT, Room

ASKED = {
    "subject": SUBJECT, "first": "02/11/2026", "last": "27/11/2026", "services": "facebook, tiktok", "reason": "Posts",
    "clause": "8.6", "grounds": "A parent wrote", "basis": "public-task", "concern": "", "promptly": "",
}  # fmt: skip


def test_a_case_is_asked_for(room: Room) -> None:
    """It waits as typed, by whoever asked; its address is its number; nobody can look yet."""
    answer = room.browser.post("/cases/new", None, **ASKED)
    id = answer.headers["location"].removeprefix("/cases/")
    case = room.case(id)
    assert answer.status_code == 303
    assert (case.opened_by, case.scope.subject, case.scope.first) == ("investigator-1", SUBJECT, date(2026, 11, 2))
    assert case.scope.services == {"facebook", "tiktok"}
    page = room.browser.get(f"/cases/{id}").text
    assert "waits for a second person" in page
    assert "/search" not in page
    assert room.browser.post(f"/cases/{id}/search").status_code == 403


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"subject": "nobody-99"}, "nobody-99", id="nobody of that name"),
        pytest.param({"subject": ""}, "Must be filled in", id="no subject"),
        pytest.param({"services": "faceboook"}, "no service is called “faceboook”", id="no such service"),
        pytest.param({"first": "28/11/2026"}, "cannot begin on", id="it ends before it begins"),
        pytest.param({"first": "01/01/2020"}, "a year at most", id="too long"),
        pytest.param({"last": "soon"}, "Is no date", id="no date"),
        pytest.param({"basis": "curiosity"}, "none of the choices", id="no basis"),
        pytest.param({"concern": "N2026-ZZZZ"}, "Not opened", id="no such concern"),
        pytest.param({"reason": "x" * 501}, "at most 500 fit", id="a long reason"),
    ],
)
def test_what_is_no_request(room: Room, changed: dict[str, str], said: str) -> None:
    """The form says what is wrong and keeps what was typed; no case is there."""
    answer = room.browser.post("/cases/new", None, **(ASKED | changed))
    assert answer.status_code == 422
    assert said in answer.text
    assert "A parent wrote" in answer.text
    assert room.stage.house.desk().all() == []


def test_nobody_asks_for_a_case_about_themselves(room: Room) -> None:
    """It is refused in words, and the refusal is in the chain."""
    browser = room.stage.signed_in(Capacity.SAFEGUARDING_LEAD, person=SUBJECT)
    answer = browser.post("/cases/new", None, **ASKED)
    assert (answer.status_code, "Nobody opens a case about themselves" in answer.text) == (403, True)
    assert room.stage.entries()[-1].tag is Tag.CASE_DENIED


def test_the_list_names_nobody(room: Room) -> None:
    """Numbers and states stand there, never whom it is about; what is due is said."""
    id = room.requested()
    page = room.browser.get("/cases").text
    assert (f'href="/cases/{id}"' in page, SUBJECT in page) == (True, False)
    assert room.stage.entries()[-1].tag is Tag.CASE_LIST


def test_the_manager_asks_and_sees_no_case(room: Room) -> None:
    """Whose office may ask but not see is led back to the list, which leads no further."""
    manager = room.stage.signed_in(Capacity.SOCIAL_MEDIA_MANAGER)
    answer = manager.post("/cases/new", None, **ASKED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
    page = manager.get("/cases").text
    assert 'href="/cases/C' not in page
    assert "waits for a second person" in page


def test_one_case(room: Room) -> None:
    """The look is written down first; people's words stay text; who looked stands at the end."""
    id = room.approved()
    page = room.browser.get(f"/cases/{id}").text
    assert "<i>A complaint" not in page
    assert "&lt;i&gt;A complaint" in page
    assert room.stage.entries()[-1].tag is Tag.CASE_SHOW
    assert "approved it" in page
    assert "read the case" in page
    assert "terms" not in page
    assert "is to be told by" in page


def test_a_case_about_oneself_is_not_there(room: Room) -> None:
    """Neither in the list, nor by its number, nor for an act in it."""
    id = room.requested()
    lead = room.stage.signed_in(Capacity.SAFEGUARDING_LEAD, person=SUBJECT)
    assert id not in lead.get("/cases").text
    for answer in (lead.get(f"/cases/{id}"), lead.post(f"/cases/{id}/find", finding="x")):
        assert (answer.status_code, "about themselves" in answer.text) == (403, True)
        assert "complaint" not in answer.text


def test_nobody_approves_their_own(room: Room) -> None:
    """Whoever opened a case gets no further: neither the investigator nor a head approves their own."""
    own = room.requested()
    assert room.browser.post(f"/approvals/{own}/approve", days="7").status_code == 403
    heads = room.requested(room.stage.officer(Capacity.HEADTEACHER))
    answer = room.stage.signed_in(Capacity.HEADTEACHER).post(f"/approvals/{heads}/approve", days="7")
    assert (answer.status_code, "second person" in answer.text) == (403, True)
    assert {room.case(id).state(datetime.now(UTC)) for id in (own, heads)} == {State.REQUESTED}


def test_only_what_the_office_may_do_is_offered(room: Room) -> None:
    """The data protection officer reads a case; whoever approved it is offered no look."""
    id = room.approved()
    reader = room.stage.signed_in(Capacity.DATA_PROTECTION_OFFICER).get(f"/cases/{id}").text
    assert f'action="/cases/{id}/' not in reader
    head = room.stage.signed_in(Capacity.HEADTEACHER).get(f"/cases/{id}").text
    assert f'action="/cases/{id}/find"' in head
    assert not any(f'action="/cases/{id}/{act}"' in head for act in ("search", "hold", "evidence"))


def test_a_case_that_was_changed_by_hand(room: Room) -> None:
    """A file that cannot be read is counted in the list, and its page says whom to ask."""
    id, other = room.requested(), room.requested()
    file = next(path for path in room.stage.house.desk().files.folder.rglob(f"*{id}*") if path.is_file())
    file.write_bytes(file.read_bytes()[:40])
    page = room.browser.get("/cases").text
    assert ("1 case cannot be read" in page, other in page) == (True, True)
    answer = room.browser.get(f"/cases/{id}")
    assert (answer.status_code, "breaktime doctor" in answer.text) == (409, True)


def test_overdue(room: Room) -> None:
    """A task whose day is over is said in the list and on the case's page."""
    yesterday = room.stage.house.desk().today - timedelta(days=1)
    id = room.browser.post("/cases/new", None, **(ASKED | {"promptly": str(yesterday)})).headers["location"][7:]
    assert "Investigate (overdue)" in room.browser.get("/cases").text
    assert "(overdue)" in room.browser.get(f"/cases/{id}").text
