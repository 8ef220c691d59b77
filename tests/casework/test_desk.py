"""Every office, every action, every state of a case: what happens at the desk and what it leaves in the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agent.casework import decisions, looks, work
from agent.casework.desk import Desk, NoAnnouncer, NoCase, Refused
from agent.casework.plain import as_plain, of_plain
from agent.core.audit import Tag, canonical
from agent.core.cases import Case, Recipient, State, TaskKind
from agent.core.casework import RULES, Action, decide, may
from agent.core.offices import Office, Officer
from agent.core.search import Filter
from agent.store.errors import StoreError

from .making import (
    CHAIR,
    DAY,
    HEAD,
    INVESTIGATOR,
    OFFICERS,
    REQUEST,
    SUBJECT,
    Time,
    approved,
    desk,
    in_state,
    record,
    tags,
)
from .making import requested as requested_case

NUMBERS = count()
HANDING = work.Handing(Recipient.HR, "the bundle", "disciplinary procedure")
ACTS: dict[Action, Callable[[Desk, Officer, str, Path], Any]] = {
    Action.OPEN: lambda at, who, case, folder: decisions.open_case(at, who, REQUEST),
    Action.LIST: lambda at, who, case, folder: at.allow(who, Action.LIST),
    Action.SHOW: lambda at, who, case, folder: at.show(who, case),
    Action.APPROVE: lambda at, who, case, folder: decisions.approve(at, who, case, 7),
    Action.REFUSE: lambda at, who, case, folder: decisions.refuse(at, who, case, "no"),
    Action.BREAK_GLASS: lambda at, who, case, folder: decisions.break_glass(at, who, case, 1, "now", "the head"),
    Action.REVIEW: lambda at, who, case, folder: decisions.review(at, who, case, True, "right"),
    Action.TELL: lambda at, who, case, folder: decisions.tell(at, who, case, "in person"),
    Action.SEARCH: lambda at, who, case, folder: looks.look(at, who, case, Filter()),
    Action.HOLD: lambda at, who, case, folder: looks.hold(at, who, case),
    Action.RELEASE: lambda at, who, case, folder: work.release(at, who, case),
    Action.EXPORT: lambda at, who, case, folder: looks.export(at, who, case, folder / f"{next(NUMBERS)}.zip"),
    Action.FIND: lambda at, who, case, folder: work.find(at, who, case, "a finding"),
    Action.TASK: lambda at, who, case, folder: work.set_task(at, who, case, TaskKind.HR_ADVICE, date.max, ""),
    Action.TASK_DONE: lambda at, who, case, folder: work.finish_task(at, who, case, 1),
    Action.DISCLOSE: lambda at, who, case, folder: work.disclose(at, who, case, HANDING),
    Action.CLOSE: lambda at, who, case, folder: work.close(at, who, case, "an outcome"),
}


def trace(at: Desk, act: Callable[[], Any]) -> tuple[bool, list[tuple[str, str, dict[str, str]]]]:
    """Whether an act went through, and the entries that it left: tag, actor, detail."""
    before = at.log.head().seq
    try:
        act()
    except Refused:
        went = False
    else:
        went = True
    return went, [
        (e.tag.value, e.actor, dict(e.detail))
        for e in at.log.entries()
        if e.seq > before and e.tag is not Tag.CHAIN_SEAL
    ]


@pytest.mark.parametrize("state", [None, *State], ids=str)
def test_every_office_and_action(tmp_path: Path, state: State | None) -> None:
    """What the table allows happens and leaves its tag; anything else leaves a denial with the reason, and no more."""
    record(tmp_path, days=1, people=7)
    time = Time()
    at = desk(tmp_path, time)
    case = in_state(at, time, state) if state else None
    wrong = []
    for action, act in ACTS.items():
        for office, who in OFFICERS.items():
            if (action in (Action.OPEN, Action.LIST)) != (case is None):
                continue  # of what needs a case, and of what needs none, the core's table says the rest
            refusal = decide(case, who, action, time.at) if case else may(office, action, None)
            went, left = trace(at, lambda act=act, who=who: act(at, who, case.id if case else "", tmp_path))  # type: ignore[misc]
            tag = RULES[action].tag.value
            sealed = [Tag.CASE_SEALED.value] if action is Action.EXPORT else []
            expected = [tag, *sealed] if refusal is None else [Tag.CASE_DENIED.value]
            if went is not (refusal is None) or [one[0] for one in left] != expected or left[0][1] != who.id:
                wrong.append((action, office, left))
            if refusal and left[0][2] != {"action": action.value, "why": refusal.why.value}:
                wrong.append((action, office, left))
            if case:
                at.note(case.id, lambda _: case)
    assert wrong == []
    assert at.log.check().whole


def test_a_case_is_sealed_and_its_subject_is_nowhere(tmp_path: Path) -> None:
    """No file but the record's own, and no entry of the chain, names whom a case is about, or why."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    work.find(at, INVESTIGATOR, case.id, "they were in lessons")
    decisions.tell(at, INVESTIGATOR, case.id, "in person")
    looks.hold(at, INVESTIGATOR, case.id)
    looks.look(at, INVESTIGATOR, case.id, Filter(), compare=True)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [word for word in (SUBJECT, REQUEST.reason, REQUEST.grounds, "in lessons") if word.encode() in written] == []


def test_read_as_it_was_written(tmp_path: Path) -> None:
    """A case comes back from its file as it was, with all that can be in it."""
    record(tmp_path)
    time = Time()
    at = desk(tmp_path, time)
    case = in_state(at, time, State.EMERGENCY)
    case = decisions.review(at, HEAD, case.id, True, "it could not wait")
    case = work.disclose(at, INVESTIGATOR, case.id, HANDING)
    looks.export(at, INVESTIGATOR, case.id, tmp_path / "evidence.zip")
    read = desk(tmp_path, time).read(case.id)
    assert replace(read, exports=()) == case
    assert of_plain(Case, json.loads(canonical(as_plain(read)))) == read


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param({"id": 7}, "form of a Case", id="a number for a text"),
        pytest.param({"id": "C1", "more": 1}, "form of a Case", id="a field more"),
        pytest.param([], "form of a Case", id="a list"),
        pytest.param({"scope": {"first": "no day"}}, "isoformat", id="no date"),
    ],
)
def test_what_is_no_case(data: Any, what: str) -> None:
    """Data of another form is refused."""
    with pytest.raises(ValueError, match=what):
        of_plain(Case, data)


def test_a_case_that_was_changed_by_hand_opens_nothing(tmp_path: Path) -> None:
    """Whoever can write the case's file still cannot make it stand on an approval that is not in the chain."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    assert case.approval is not None
    longer = replace(case.approval.consents[0], expires=case.approval.expires + 9 * DAY)
    other = requested_case(at)
    forged = [
        replace(case, scope=replace(case.scope, subject="teacher-08")),
        replace(case, approval=replace(case.approval, consents=(longer,))),
        replace(case, approval=replace(case.approval, terms="00" * 16)),
        replace(case, approval=replace(case.approval, entry=(*other_entry(at, Tag.CASE_OPEN),))),
    ]
    for one in forged:
        at.note(case.id, lambda _, one=one: one)  # type: ignore[misc]
        with pytest.raises(StoreError, match="not the one that was approved"):
            looks.look(at, INVESTIGATOR, case.id, Filter())
    at.note(other.id, lambda unapproved: replace(unapproved, approval=case.approval))
    with pytest.raises(StoreError, match="not the one that was approved"):
        looks.look(at, INVESTIGATOR, other.id, Filter())
    assert [tag for tag in tagged(at) if tag is Tag.CASE_SEARCH] == []
    assert tagged(at).count(Tag.CASE_DENIED) == len(forged) + 1
    at.note(case.id, lambda _: case)
    assert looks.look(at, INVESTIGATOR, case.id, Filter()).found.total > 0


def other_entry(at: Desk, tag: Tag) -> tuple[int, str, int]:
    """The place of another entry than the one that an approval stands on."""
    offset = 0
    for entry, line in zip(at.log.entries(), at.log.lines(), strict=True):
        if entry.tag is tag:
            return entry.seq, entry.hash, offset
        offset += len(line)
    raise AssertionError(tag)


def test_a_case_that_is_not_there(tmp_path: Path) -> None:
    """A number that no case has is said to be none, leaves an entry, and does not stand in it."""
    at = desk(tmp_path)
    for asked in ("C2026-ZZZZ", "../audit/chain", "teacher-07"):
        with pytest.raises(NoCase, match="no case"):
            at.show(HEAD, asked)
    entries = list(at.log.entries())
    assert [(e.tag, e.case, e.detail["why"]) for e in entries[1:]] == [(Tag.CASE_DENIED, "", "no-such-case")] * 3
    assert not any("teacher-07" in line.decode() or "ZZZZ" in line.decode() for line in at.log.lines())


def test_nobody_opens_a_case_about_themselves(tmp_path: Path) -> None:
    """It is refused, and leaves an entry without a number."""
    at = desk(tmp_path)
    with pytest.raises(Refused, match="about themselves"):
        decisions.open_case(at, Officer("lead-1", Office.SAFEGUARDING_LEAD, SUBJECT), REQUEST)
    assert (tagged(at)[-1], at.files.ids()) == (Tag.CASE_DENIED, [])


def tagged(at: Desk) -> list[Tag]:
    return [entry.tag for entry in at.log.entries()]


def test_without_a_chain_nothing_is_looked_at(tmp_path: Path) -> None:
    """If the entry cannot be written, the look does not happen."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    (tmp_path / "audit" / "chain.jsonl").unlink()
    with pytest.raises(StoreError):
        looks.look(at, INVESTIGATOR, case.id, Filter())
    with pytest.raises(StoreError):
        looks.export(at, INVESTIGATOR, case.id, tmp_path / "evidence.zip")
    assert not (tmp_path / "evidence.zip").exists()


def test_a_grant_that_is_over_reads_nothing(tmp_path: Path) -> None:
    """Between the grant and the reading its end may come; then nothing is read."""
    from agent.store.granted import hold_granted, minutes_granted

    record(tmp_path)
    at = desk(tmp_path)
    _, given = at.grant(INVESTIGATOR, approved(at, 1).id, Action.SEARCH, {})
    assert list(minutes_granted(tmp_path, at.site, given, at.now()))
    for act in (lambda: list(minutes_granted(tmp_path, at.site, given, given.expires)),
                lambda: hold_granted(tmp_path, at.site, given, given.expires)):  # fmt: skip
        with pytest.raises(StoreError, match="is over"):
            act()


def test_a_case_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    """It is named, with what to do; the others are listed all the same."""
    at = desk(tmp_path)
    one, other = requested_case(at), requested_case(at)
    (tmp_path / "cases" / f"{one.id}.case").write_bytes(b"something else")
    cases, troubles = at.readable()
    assert (cases, len(troubles), one.id in troubles[0]) == ([other], 1, True)
    with pytest.raises(StoreError):
        at.all()


def test_nobody_is_reached_where_there_is_no_way() -> None:
    """A site without post says so; nothing is sent."""
    NoAnnouncer().announce((CHAIR.office,), "subject", "text")
    assert not NoAnnouncer().reaches(CHAIR.office)


@pytest.mark.parametrize("end", ["close", "review"])
def test_an_older_copy_of_a_case_opens_nothing(tmp_path: Path, end: str) -> None:
    """Put back from a backup after its end, the file is refused by the chain, with an entry."""
    record(tmp_path)
    at = desk(tmp_path)
    if end == "close":
        case = approved(at)
        decisions.tell(at, INVESTIGATOR, case.id, "in person")
    else:
        case = decisions.break_glass(at, INVESTIGATOR, requested_case(at).id, 24, "it goes on now", "the head is ill")
    path = at.files.folder / f"{case.id}.case"
    before = path.read_bytes()
    looks.look(at, INVESTIGATOR, case.id, Filter())
    if end == "close":
        work.close(at, INVESTIGATOR, case.id, "nothing in it")
    else:
        decisions.review(at, HEAD, case.id, False, "it could have waited")
    path.write_bytes(before)
    with pytest.raises(StoreError, match="older copy"):
        looks.look(at, INVESTIGATOR, case.id, Filter())
    assert tags(at)[-1] == Tag.CASE_DENIED
