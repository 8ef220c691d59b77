"""What is held about whoever has signed in: theirs alone, after the entry, and nothing that may not be told."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from agent.casework import decisions
from agent.casework.work import find
from agent.core.audit import Tag
from agent.core.callers import Capacity
from agent.core.cases import LegalBasis, Scope, UntoldGround
from agent.core.clients import Role
from agent.core.decision import Verdict
from agent.core.offices import Office, Officer
from agent.core.tally import Counts
from agent.store import Store
from tests.console.stage import Browser, Stage
from tests.store.making import MINUTE

WORDS = "<script>alert(1)</script> two pupils say so"


def recorded(stage: Stage) -> None:
    """Minutes of two people, an hour ago."""
    engine = stage.config.engine
    minute = int((stage.house.desk().now() - timedelta(hours=1)).timestamp()) // 60
    policy = engine.policies.in_force or ""
    with Store.open(stage.data.root, engine.site.id, engine.timetable.calendar.zone) as store:
        for person, service in (("teacher-01", "facebook"), ("teacher-02", "linkedin")):
            key = MINUTE._replace(
                minute=minute, person=person, service=service, policy=policy, verdict=Verdict.ALLOW, device=person
            )
            store.write({key: Counts(1, 10, 100)})


def case_about(stage: Stage, person: str, untold: bool = False) -> str:
    """An approved case about somebody, with a finding; its number. Told, unless it may not be for a week."""
    desk = stage.house.desk()
    scope = Scope(person, Role.TEACHER, desk.today - timedelta(days=7), desk.today, frozenset({"facebook"}))
    request = decisions.Request(scope, WORDS, "8.6", WORDS, LegalBasis.PUBLIC_TASK)
    investigator, head = stage.officer(Capacity.INVESTIGATOR), stage.officer(Capacity.HEADTEACHER)
    id = decisions.open_case(desk, investigator, request).id
    if untold:
        secret = decisions.Untold(UntoldGround.SUSPECTED_CRIME, WORDS, "DPIA-7", desk.now() + timedelta(days=7))
        decisions.approve(desk, head, id, 14, untold=secret)
        decisions.approve(desk, stage.officer(Capacity.CHAIR_OF_GOVERNORS), id, 14, untold=secret)
        return id
    decisions.approve(desk, head, id, 14)
    decisions.tell(desk, investigator, id, WORDS)
    find(desk, investigator, id, WORDS)
    return id


def teacher(stage: Stage) -> Browser:
    """teacher-01 at the console."""
    return stage.signed_in(Capacity.STAFF)


def data(browser: Browser) -> str:
    """All files of the copy as one text."""
    answer = browser.post("/record/copy")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == {"record.html", "record.md", "record.json", "minutes.csv"}
        assert json.loads(archive.read("record.json"))["identified"] == "signed-in"
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_ones_own_in_words_and_as_data(stage: Stage) -> None:
    """One's minutes, and until when they are kept; nothing of anybody else's."""
    recorded(stage)
    browser = teacher(stage)
    assert "Show me what is held" in browser.get("/record").text
    page = browser.post("/record").text
    for text in (page, data(browser)):
        assert ("facebook" in text, "linkedin" in text, "teacher-02" in text) == (True, False, False)
    assert "is kept for" in page
    assert "goes on" in page


def test_the_entry_comes_first_and_stands_in_the_next_copy(stage: Stage) -> None:
    """Each look is an entry under one's own id, whose mark is not that of the officer's entries; asking is none."""
    browser = teacher(stage)
    browser.get("/record")
    before = len(stage.entries())
    browser.post("/record")
    entry = stage.entries()[before]
    assert (entry.tag, entry.actor, entry.detail["identified"]) == (Tag.SUBJECT_EXPORT, "staff-1", "signed-in")
    again = browser.post("/record").text
    assert entry.detail["request"] in again
    other = stage.signed_in(Capacity.STAFF, "staff-2", "teacher-02").post("/record").text
    assert entry.detail["request"] not in other


@pytest.mark.parametrize("path", ["/record", "/record/copy"])
def test_something_that_cannot_be_read(stage: Stage, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It might be about them, so no copy is made; they are told in words, and the technician where to look."""
    browser, id = teacher(stage), case_about(stage, "teacher-02")
    (file,) = [found for found in (stage.data.root / "cases").rglob("*") if id in found.name and found.is_file()]
    file.write_bytes(b"x" * 100)
    answer = browser.post(path)
    assert (answer.status_code, "No copy could be made" in answer.text) == (503, True)
    assert "a copy could not be made" in capsys.readouterr().err


def test_nobody_reads_another_by_an_office(stage: Stage) -> None:
    """Whoever the list of officers ties an officer to, that opens nobody's record."""
    recorded(stage)
    officer = stage.signed_in(Capacity.GOVERNOR, person="")
    known = stage.house.admission.officers
    known.remove("governor-1")
    known.add(Officer("governor-1", Office.GOVERNOR, "teacher-01"), "a secret of the tests", datetime.now(UTC))
    assert "tied to nobody" in officer.get("/record").text
    assert officer.post("/record").status_code == 403
    assert officer.get("/mine").status_code == 403


def test_who_looked_once_it_was_told(stage: Stage) -> None:
    """The case and who acted in it stand there, without what others wrote: nobody has read that for third persons."""
    recorded(stage)
    browser, id = teacher(stage), case_about(stage, "teacher-01")
    page = browser.post("/record").text
    for text in (page, data(browser)):
        assert (id in text, "investigator-1" in text, "two pupils" in text) == (True, True, False)
    assert "(ask the data protection officer)" in page
    assert id not in stage.signed_in(Capacity.STAFF, "staff-2", "teacher-02").post("/record").text


def test_a_case_that_may_not_be_told_leaves_no_trace(stage: Stage) -> None:
    """Neither its number nor a word of it, nor who acts in it."""
    recorded(stage)
    browser, id = teacher(stage), case_about(stage, "teacher-01", untold=True)
    for text in (browser.post("/record").text, data(browser)):
        assert (id in text, "two pupils" in text, "investigator-1" in text) == (False, False, False)
    assert "Nobody has looked at your record" in browser.post("/record").text


@pytest.mark.parametrize("capacity", [Capacity.GOVERNOR, Capacity.TECHNICIAN])
def test_who_is_on_no_list(stage: Stage, capacity: Capacity) -> None:
    """It is said, with what to do; nothing is made."""
    browser = stage.signed_in(capacity)
    page = browser.get("/record").text
    assert ("tied to nobody" in page, "Show me" in page) == (True, False)
    assert browser.post("/record").status_code == 403
    assert Tag.SUBJECT_EXPORT not in {one.tag for one in stage.entries()}


def test_what_a_list_says_is_text(stage: Stage) -> None:
    """What stands in a list of the school's is shown as it is, never as markup."""
    from agent.app import access
    from agent.clock import Clock
    from agent.core.access import Asking

    asking = Asking("laptop-01", "teacher-01", "", "facebook", WORDS, "Not in lessons.", "8.6", "Policy")
    access.ask(stage.config, stage.data, Clock().now, asking)
    page = teacher(stage).post("/record").text
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)
