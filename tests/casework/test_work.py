"""Findings, tasks, handings-over and the end of a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.casework.decisions import break_glass, refuse, review, tell
from agent.casework.desk import Desk, NoCase
from agent.casework.looks import hold
from agent.casework.work import Handing, close, cut_holds, disclose, find, finish_task, forget_due, release, set_task
from agent.core.audit import Tag
from agent.core.cases import Case, Recipient, State, TaskKind
from agent.store.auditlog import SYSTEM
from agent.store.holds import holds_of

from .making import DAY, HEAD, INVESTIGATOR, NOW, Time, approved, desk, record, requested, tags

HANDED = Handing(Recipient.HR, "evidence.zip", "disciplinary procedure")
TODAY = NOW.date()


def held(at: Desk) -> list[str]:
    """The cases that hold anything."""
    with holds_of(at.data, at.site) as holds:
        return [one.case for one in holds.listed()]


def test_findings_and_tasks(tmp_path: Path) -> None:
    """They stand in the case in their order, by whom and when; a task is done once."""
    at = desk(tmp_path)
    case = approved(at)
    found = find(at, INVESTIGATOR, case.id, "they were in lessons")
    assert [(one.officer, one.at, one.text) for one in found.findings] == [
        (INVESTIGATOR.id, NOW, "they were in lessons"),
    ]
    set_task(at, INVESTIGATOR, case.id, TaskKind.SUPPORT_OFFERED, TODAY, "")
    done = finish_task(at, INVESTIGATOR, case.id, 2, "on Monday")
    assert [task.done is not None for task in done.tasks] == [False, True]
    for number in (2, 3, 0):
        with pytest.raises(ValueError, match="no task"):
            finish_task(at, INVESTIGATOR, case.id, number)
    with pytest.raises(ValueError, match="words"):
        find(at, INVESTIGATOR, case.id, " ")


def test_the_police_only_with_consent(tmp_path: Path) -> None:
    """Neither are they asked, nor is anything handed to them, without the victim's consent being named."""
    at = desk(tmp_path)
    case = approved(at)
    with pytest.raises(ValueError, match="consent"):
        set_task(at, INVESTIGATOR, case.id, TaskKind.POLICE, TODAY, "")
    asked = set_task(at, INVESTIGATOR, case.id, TaskKind.POLICE, TODAY, "", "in writing, today")
    assert asked.tasks[-1].consent == "in writing, today"
    police = replace(HANDED, recipient=Recipient.POLICE)
    with pytest.raises(ValueError, match="consents"):
        disclose(at, INVESTIGATOR, case.id, police)
    disclose(at, INVESTIGATOR, case.id, replace(police, consent="no member of staff is the victim"))


@pytest.mark.parametrize(
    ("handing", "what"),
    [
        pytest.param(replace(HANDED, what=""), "what is handed", id="nothing"),
        pytest.param(replace(HANDED, ground=" "), "ground", id="no ground"),
        pytest.param(replace(HANDED, recipient=Recipient.OTHER), "to whom", id="nobody"),
        pytest.param(replace(HANDED, recipient=Recipient.OTHER, who="a court"), "duty", id="no duty"),
    ],
)
def test_what_a_handing_over_needs(tmp_path: Path, handing: Handing, what: str) -> None:
    """To whom, what and why; a recipient that no policy names needs the duty."""
    at = desk(tmp_path)
    case = approved(at)
    with pytest.raises(ValueError, match=what):
        disclose(at, INVESTIGATOR, case.id, handing)
    assert at.read(case.id).disclosures == ()


def test_handed_over(tmp_path: Path) -> None:
    """It stands in the case and, without a word of it, in the chain."""
    at = desk(tmp_path)
    case = approved(at)
    beyond = replace(HANDED, recipient=Recipient.OTHER, who="a court", duty="an order of the court")
    done = disclose(at, INVESTIGATOR, case.id, beyond)
    assert (done.disclosures[0].who, done.disclosures[0].duty) == ("a court", "an order of the court")
    last = list(at.log.entries())[-1]
    assert (last.tag, last.detail) == (Tag.CASE_DISCLOSE, {"duty": "yes", "recipient": "other"})


def test_released(tmp_path: Path) -> None:
    """What was held is let go, and the record can still be looked at while the policy keeps it."""
    record(tmp_path)
    at = desk(tmp_path)
    case = hold(at, INVESTIGATOR, approved(at).id)
    assert (len(case.held), held(at)) == (3, [case.id])
    assert (release(at, INVESTIGATOR, case.id).held, held(at)) == ((), [])


def ended(at: Desk, keep_until: date | None = None) -> Case:
    case = hold(at, INVESTIGATOR, approved(at).id)
    tell(at, INVESTIGATOR, case.id, "in person")
    return close(at, INVESTIGATOR, case.id, "a talk", keep_until)


def test_closed(tmp_path: Path) -> None:
    """The hold ends with the case; its file is kept half a year where nobody says another day."""
    record(tmp_path)
    at = desk(tmp_path)
    case = ended(at)
    assert (case.state(NOW), case.held, held(at)) == (State.CLOSED, (), [])
    assert case.keep_until == TODAY + timedelta(days=183)


@pytest.mark.parametrize(
    ("outcome", "until", "what"), [("", None, "what came"), ("a talk", TODAY - timedelta(days=1), "is over")]
)
def test_what_an_end_needs(tmp_path: Path, outcome: str, until: date | None, what: str) -> None:
    """What came of the case, and a day to come."""
    at = desk(tmp_path)
    case = approved(at)
    tell(at, INVESTIGATOR, case.id, "in person")
    with pytest.raises(ValueError, match=what):
        close(at, INVESTIGATOR, case.id, outcome, until)


def test_a_hold_takes_in_nothing_after_its_grant(tmp_path: Path) -> None:
    """When the grant has run out no later day is secured; what is held stays for whoever closes the case."""
    record(tmp_path)
    time = Time()
    at = desk(tmp_path, time)
    case = hold(at, INVESTIGATOR, approved(at, 1).id)
    assert cut_holds(at) == []
    time.at += DAY
    assert [cut_holds(at), cut_holds(at)] == [[case.id], []]
    assert [one.detail for one in at.log.entries(case.id) if one.actor == SYSTEM] == [{"until": str(TODAY + DAY)}]
    with holds_of(tmp_path, at.site) as holds:
        (found,) = holds.listed()
        assert (found.last, len(found.days)) == (TODAY + DAY, 3)
        assert holds.secure(TODAY + 2 * DAY) == {}


def test_a_case_that_was_not_upheld_holds_nothing(tmp_path: Path) -> None:
    """The review ends the hold with the case, and the file is kept for a time only."""
    record(tmp_path)
    at = desk(tmp_path)
    case = break_glass(at, INVESTIGATOR, requested(at).id, 24, "it goes on now", "the head is ill")
    hold(at, INVESTIGATOR, case.id)
    done = review(at, HEAD, case.id, False, "it could have waited")
    assert (done.held, held(at), done.keep_until) == ((), [], TODAY + timedelta(days=183))


def test_what_nobody_closed_is_forgotten_too(tmp_path: Path) -> None:
    """Half a year after a refusal, or after a grant ran out, file and hold go."""
    record(tmp_path)
    time = Time()
    at = desk(tmp_path, time)
    refuse(at, HEAD, requested(at).id, "not enough")
    hold(at, INVESTIGATOR, approved(at, 1).id)
    waiting = requested(at)
    time.at += timedelta(days=184)
    assert len(forget_due(at)) == 1
    time.at += DAY
    assert len(forget_due(at)) == 1
    assert (at.files.ids(), held(at)) == ([waiting.id], [])


def test_forgotten(tmp_path: Path) -> None:
    """The day after it need not be kept any longer, a closed case's key goes, then its file; an open one stays."""
    record(tmp_path)
    time = Time()
    at = desk(tmp_path, time)
    case, other = ended(at, TODAY), approved(at)
    assert forget_due(at) == []
    time.at += DAY
    assert forget_due(at) == [case.id]
    assert at.files.ids() == [other.id]
    assert tags(at)[-1] == Tag.KEY_DESTROY
    with pytest.raises(NoCase):
        at.read(case.id)
    assert not list((tmp_path / "keys").rglob(f"*{case.id}*"))
