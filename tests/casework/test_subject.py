"""A person's copy: everything that may be told, nothing that may not, the entry first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent.casework.decisions import Untold, approve, tell
from agent.casework.desk import Desk
from agent.casework.looks import hold
from agent.casework.subject import (
    Around,
    Identified,
    RightsRefused,
    SubjectCopy,
    SubjectRequest,
    erase,
    export,
    mark_of,
)
from agent.casework.subjectpaper import csv_of, json_of, paper_of
from agent.casework.work import find
from agent.core.audit import Tag
from agent.core.cases import Case, State, UntoldGround
from agent.core.concerns import Closing, Concern, ConcernKind
from agent.core.offices import Office, Officer
from agent.core.prose import as_markdown
from agent.core.tally import Counts, MinuteKey
from agent.store import Store
from tests.casework.making import (
    CHAIR,
    HEAD,
    INVESTIGATOR,
    NOW,
    OFFICERS,
    SUBJECT,
    Announced,
    Time,
    approved,
    desk,
    in_state,
    record,
    requested,
    tags,
)
from tests.store.making import LONDON, MINUTE, SITE, query

DPO = OFFICERS[Office.DATA_PROTECTION_OFFICER]
REQUEST = SubjectRequest(SUBJECT, Identified.IN_PERSON, date(2026, 11, 20))
LISTS = {"people.csv": ("person teacher-07, role teacher",), "site.yaml: offices": ()}
CONCERN = Concern(
    "W2026-7KQ2", NOW, ConcernKind.OTHER, Office.SOCIAL_MEDIA_MANAGER, SUBJECT, words="=a false account of ours"
)
AROUND = Around(LISTS, frozenset({"laptop-07"}), frozenset(), lambda: [CONCERN], lambda policy: False)
ON_CONCERN = replace(AROUND, on_concern=lambda policy: True)


def untold(at: Desk) -> Case:
    """A case whose subject may not be told for a week, by head and chair together."""
    secret = Untold(UntoldGround.SUSPECTED_CRIME, "it would be deleted", "DPIA-7", NOW + timedelta(days=7))
    case = requested(at)
    approve(at, HEAD, case.id, 14, untold=secret)
    return approve(at, CHAIR, case.id, 14, untold=secret)


def words(copy: SubjectCopy) -> str:
    """Everything that is written of a copy, without what differs from one to the next."""
    made = as_markdown(paper_of(copy, "Example School", LONDON))
    text = made + json.dumps(json_of(copy, "Example School", LONDON)) + csv_of(copy, LONDON)
    return text.replace(copy.number, "NUMBER")


def test_a_copy_holds_everything_in_words_and_as_data(tmp_path: Path) -> None:
    """Lists, every minute, concerns raised, and earlier copies; each minute as the database has it."""
    record(tmp_path)
    at = desk(tmp_path)
    copy = export(at, DPO, REQUEST, AROUND)
    data = json_of(copy, "Example School", LONDON)
    held = query(tmp_path / "breaktime.db", "SELECT count(*) FROM minutes")[0][0]
    assert isinstance(held, int)
    assert len(data["minutes"]) == sum(len(found) for _, found in copy.minutes) == 3 * 7
    assert held > 3 * 7
    first = data["minutes"][0]
    assert (first["day"], first["time"], first["service"], first["verdict"], first["device"]) == (
        "2026-11-23", "09:30", "facebook", "block", "laptop-07",
    )  # fmt: skip
    assert set(first) == {"day", "time", *MinuteKey._fields, "requests", "bytes_up", "bytes_down"} - {
        "minute",
        "person",
    }
    text = as_markdown(paper_of(copy, "Example School", LONDON))
    for part in ("role teacher", "| 23 November 2026 | 7 min | 0 min | 7 min | facebook (7) |", "false account"):
        assert part in text
    assert len(csv_of(copy, LONDON).splitlines()) == 1 + 3 * 7


def test_the_entry_stands_before_anything_is_read(tmp_path: Path) -> None:
    """Where the chain takes no entry there is no copy; where it does, the entry names nobody."""
    record(tmp_path)
    at = desk(tmp_path)
    copy = export(at, DPO, REQUEST, AROUND)
    (entry,) = [one for one in at.log.entries() if one.tag is Tag.SUBJECT_EXPORT]
    assert (entry.actor, entry.detail["request"], entry.detail["identified"]) == (DPO.id, copy.number, "in-person")
    assert SUBJECT not in json.dumps(entry.as_json())
    at.log._path.chmod(0o400)
    (tmp_path / "audit" / "chain.jsonl").unlink()
    with pytest.raises(Exception, match=r"chain\.jsonl"):
        export(at, DPO, REQUEST, replace(AROUND, concerns=lambda: pytest.fail("read without an entry")))


@pytest.mark.parametrize("office", [one for one in Office if one is not Office.DATA_PROTECTION_OFFICER])
@pytest.mark.parametrize("act", [export, erase], ids=["export", "erase"])
def test_only_the_data_protection_officer_acts(tmp_path: Path, office: Office, act: Callable[..., object]) -> None:
    """Every other office is refused, with an entry; nobody learns in this way that there is a secret case."""
    at = desk(tmp_path)
    case = untold(at)
    with pytest.raises(RightsRefused, match="data protection officer") as caught:
        act(at, OFFICERS[office], REQUEST, AROUND)
    assert case.id not in str(caught.value)
    assert tags(at)[-1] == Tag.SUBJECT_REFUSED


@pytest.mark.parametrize("act", [export, erase], ids=["export", "erase"])
def test_nobody_acts_for_themselves(tmp_path: Path, act: Callable[..., object]) -> None:
    """A data protection officer who is the person asks another, and learns of no case about them."""
    at = desk(tmp_path)
    case = untold(at)
    with pytest.raises(RightsRefused, match="own record") as caught:
        act(at, Officer("dpo-1", Office.DATA_PROTECTION_OFFICER, SUBJECT), REQUEST, AROUND)
    assert case.id not in str(caught.value)


def test_head_and_chair_are_told_that_a_copy_was_made_and_not_of_whom(tmp_path: Path) -> None:
    """A check on whoever makes copies: a number, no name."""
    announced = Announced()
    copy = export(desk(tmp_path, announced=announced), DPO, REQUEST, AROUND)
    ((offices, subject, text),) = announced.letters
    assert offices == (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS)
    assert copy.number in subject
    assert SUBJECT not in subject + text


@pytest.mark.parametrize("state", State, ids=str)
def test_a_case_stands_in_the_copy_once_it_was_told(tmp_path: Path, state: State) -> None:
    """In each state of a case: who looked, when and why where the subject was told, and nothing of it where not."""
    record(tmp_path)
    time = Time()
    at = desk(tmp_path, time)
    case = in_state(at, time, state)
    if state in (State.APPROVED, State.EMERGENCY):
        case = tell(at, INVESTIGATOR, case.id, "in person, in the office")
    if state is State.APPROVED:
        find(at, INVESTIGATOR, case.id, "seven minutes in a lesson")
        case = hold(at, INVESTIGATOR, case.id)
    text = words(export(at, DPO, REQUEST, AROUND))
    assert (case.id in text) == (case.told is not None)
    assert ("two pupils say so" in text) == (case.told is not None)
    if state is State.APPROVED:
        for part in ("seven minutes in a lesson", "case:record:hold", "approved on 27 November 2026", HEAD.id):
            assert part in text


@pytest.mark.parametrize("around", [AROUND, ON_CONCERN], ids=["recorded always", "recorded on concern"])
def test_a_case_that_may_not_be_told_leaves_no_trace(tmp_path: Path, around: Around) -> None:
    """With such a case, a hold, looks and a refused erasure, the copy is the very same as without any of them.

    Where the policy records the subjects of cases only, the minutes that are recorded because of it are not in it.
    """
    during = MINUTE._replace(minute=int(NOW.timestamp()) // 60 + 5, person=SUBJECT, device="laptop-07")
    copies = []
    for folder, secret in ((tmp_path / "without", False), (tmp_path / "with", True)):
        time = Time()
        folder.mkdir()
        record(folder)
        at = desk(folder, time)
        if secret:
            case = untold(at)
            hold(at, INVESTIGATOR, case.id)
            with pytest.raises(RightsRefused, match="do not give this reason"):
                erase(at, DPO, REQUEST, around)
        if secret or not around.on_concern(""):
            with Store.open(folder, SITE, LONDON) as store:
                store.write({during: Counts(1, 10, 100)})
        time.at = NOW + timedelta(hours=1)
        copies.append(export(at, DPO, REQUEST, around))
    assert _timeless(copies[0]) == _timeless(copies[1])
    assert (copies[0].withheld, copies[1].withheld > 0) == (0, True)


def test_a_case_that_was_approved_again_tells_nothing_of_the_first_time(tmp_path: Path) -> None:
    """What was recorded under an earlier approval stays untold with the case, whatever the later one records."""
    during = MINUTE._replace(minute=int(NOW.timestamp()) // 60 + 5, person=SUBJECT, device="laptop-07")
    time = Time()
    record(tmp_path)
    at = desk(tmp_path, time)
    secret = Untold(UntoldGround.SUSPECTED_CRIME, "it would be deleted", "DPIA-7", NOW + timedelta(days=7))
    case = requested(at)
    for day in (0, 3):
        time.at = NOW + timedelta(days=day)
        approve(at, HEAD, case.id, 1, untold=secret)
        approve(at, CHAIR, case.id, 1, untold=secret)
        if not day:
            with Store.open(tmp_path, SITE, LONDON) as store:
                store.write({during: Counts(1, 10, 100)})
    copy = export(at, DPO, REQUEST, ON_CONCERN)
    assert copy.withheld > 0
    assert all(during.minute != key.minute for _, minutes in copy.minutes for key in minutes)


def _timeless(copy: SubjectCopy) -> str:
    """The words of a copy; entries are made by the same clock in both."""
    return re.sub(r"[0-9a-f]{32,}", "HASH", words(copy))


def test_what_was_withheld_is_given_once_it_was_told(tmp_path: Path) -> None:
    """After the telling the same minutes and the case are there, with the reason for the silence."""
    time = Time()
    at = desk(tmp_path, time)
    case = untold(at)
    during = MINUTE._replace(minute=int(NOW.timestamp()) // 60 + 5, person=SUBJECT, device="laptop-07")
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({during: Counts(1, 10, 100)})
    time.at = NOW + timedelta(hours=1)
    assert export(at, DPO, REQUEST, ON_CONCERN).minutes == ()
    tell(at, INVESTIGATOR, case.id, "in person")
    copy = export(at, DPO, REQUEST, ON_CONCERN)
    assert copy.withheld == 0
    assert [list(found) for _, found in copy.minutes] == [[during]]
    assert "you were not told at once because of suspected crime: it would be deleted" in words(copy)


def test_a_person_sees_every_copy_that_was_made(tmp_path: Path) -> None:
    """The second copy names the first, and nobody else's."""
    at = desk(tmp_path)
    first = export(at, DPO, REQUEST, AROUND)
    export(at, DPO, replace(REQUEST, person="teacher-01"), AROUND)
    again = export(at, DPO, REQUEST, AROUND)
    assert [one.detail["request"] for one in again.asked] == [first.number, again.number]
    assert mark_of(at, SUBJECT) != mark_of(at, "teacher-01")


def test_an_officer_sees_what_they_did_but_not_about_whom(tmp_path: Path) -> None:
    """Whoever acts in cases has their acts in their copy, by day and kind, without a case's number."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    about = replace(REQUEST, person="head-01")
    text = words(export(at, DPO, about, replace(AROUND, officers=frozenset({HEAD.id}), lists={}, concerns=list)))
    assert "case:grant:approve" in text
    assert case.id not in text


def test_what_others_made_of_a_concern_is_not_the_reporters(tmp_path: Path) -> None:
    """Their own words are in the copy; the outcome, and a case about somebody else, are not."""
    closed = replace(CONCERN, closed=Closing("media-1", NOW, "a talk with somebody")).with_case("C2026-ZZZZ")
    text = words(export(desk(tmp_path), DPO, REQUEST, replace(AROUND, concerns=lambda: [closed])))
    assert "a false account of ours" in text
    assert [part for part in ("a talk with somebody", "C2026-ZZZZ") if part in text] == []


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    """A service or a device that is named like a formula is led by a quote in the spreadsheet."""
    named = MINUTE._replace(person=SUBJECT, device="=cmd|calc")
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({named: Counts(1, 1, 1)})
    assert ",'=cmd|calc," in csv_of(export(desk(tmp_path), DPO, REQUEST, AROUND), LONDON)


def test_a_copy_made_long_after_is_by_the_schools_own_clock(tmp_path: Path) -> None:
    """Times in words are the school's, in summer too."""
    july = MINUTE._replace(minute=int(datetime(2026, 7, 1, 8, 30, tzinfo=UTC).timestamp()) // 60, person=SUBJECT)
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({july: Counts(1, 1, 1)})
    (row,) = json_of(export(desk(tmp_path), DPO, REQUEST, AROUND), "S", LONDON)["minutes"]
    assert (row["day"], row["time"]) == ("2026-07-01", "09:30")
