"""How a case is opened, approved, refused, opened without approval, reviewed, and its subject told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.casework.decisions import Untold, approve, break_glass, open_case, refuse, review, tell
from agent.casework.desk import Desk, Refused
from agent.casework.looks import look
from agent.core.audit import Tag
from agent.core.cases import AT_ONCE, State, TaskKind, UntoldGround
from agent.core.casework import Why
from agent.core.offices import Office, Officer
from agent.core.search import Filter
from agent.mail.outbox import MailError

from .making import (
    CHAIR,
    DAY,
    HEAD,
    INVESTIGATOR,
    NOW,
    OFFICERS,
    REQUEST,
    SCOPE,
    Announced,
    Time,
    desk,
    record,
    requested,
    tags,
)

GOVERNOR = OFFICERS[Office.GOVERNOR]
UNTOLD = Untold(UntoldGround.SUSPECTED_CRIME, "the phone would be wiped", "DPIA-2026-4", NOW + 10 * DAY)


def test_a_request_opens_nothing(tmp_path: Path) -> None:
    """It stands under a number that tells nothing, with a task to investigate promptly; nobody looks."""
    at = desk(tmp_path)
    case = requested(at)
    assert case.state(NOW) is State.REQUESTED
    assert [(task.kind, task.due) for task in case.tasks] == [(TaskKind.INVESTIGATE, date(2026, 12, 7))]
    named = open_case(at, INVESTIGATOR, replace(REQUEST, promptly_by=date(2026, 11, 30)))
    assert named.tasks[0].due == date(2026, 11, 30)
    with pytest.raises(Refused):
        look(at, INVESTIGATOR, case.id, Filter())


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        pytest.param(replace(REQUEST, scope=replace(SCOPE, last=date(2026, 11, 1))), "cannot begin", id="backwards"),
        pytest.param(replace(REQUEST, scope=replace(SCOPE, last=date(2028, 1, 1))), "a year at most", id="too long"),
        pytest.param(replace(REQUEST, reason=" "), "needs reason", id="no reason"),
        pytest.param(replace(REQUEST, grounds=""), "needs grounds", id="no grounds"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, request_: object, what: str) -> None:
    """It is refused with the reason, and no case is made."""
    at = desk(tmp_path)
    with pytest.raises(ValueError, match=what):
        open_case(at, INVESTIGATOR, request_)  # type: ignore[arg-type]
    assert at.files.ids() == []


def test_approved(tmp_path: Path) -> None:
    """It opens for the days that were said, records on concern, and has the subject told within a day."""
    time = Time()
    at = desk(tmp_path, time)
    case = approve(at, HEAD, requested(at).id, 7)
    assert (case.state(NOW), case.expires, case.tell_by) == (State.APPROVED, NOW + 7 * DAY, NOW + AT_ONCE)
    assert case.records(NOW, NOW.date())
    tell(at, INVESTIGATOR, case.id, "in person")
    time.at += 7 * DAY
    assert at.read(case.id).state(time.at) is State.EXPIRED
    again = approve(at, HEAD, case.id, 2, records=False)
    assert (again.expires, again.records(time.at, time.at.date())) == (time.at + 2 * DAY, False)


def test_an_approval_again_moves_no_limit_on_telling(tmp_path: Path) -> None:
    """An approval of a day that ends untold is given again only after telling, or with a ground within two weeks."""
    time = Time()
    at = desk(tmp_path, time)
    case = approve(at, HEAD, requested(at).id, 1)
    time.at += DAY
    with pytest.raises(ValueError, match="told by now"):
        approve(at, HEAD, case.id, 1)
    for round_, days in enumerate((10, 12, 13), 1):
        until = replace(UNTOLD, until=NOW + days * DAY + timedelta(hours=1))
        approve(at, HEAD, case.id, 1, untold=until)
        case = approve(at, CHAIR, case.id, 1)
        assert case.tell_by == until.until, round_
        time.at += DAY
        with pytest.raises(ValueError, match="within 14 days of the first"):
            approve(at, HEAD, case.id, 1, untold=replace(UNTOLD, until=NOW + 15 * DAY))
    time.at = NOW + 13 * DAY
    told_at_once = approve(at, HEAD, case.id, 4)
    assert told_at_once.tell_by == NOW + 13 * DAY + timedelta(hours=1)
    time.at = NOW + 17 * DAY
    with pytest.raises(ValueError, match="as long as is possible"):
        approve(at, HEAD, case.id, 1, untold=replace(UNTOLD, until=time.at + DAY))
    tell(at, INVESTIGATOR, case.id, "in person")
    assert approve(at, HEAD, case.id, 1).tell_by == time.at + DAY


def test_an_emergency_counts_from_the_breaking_of_the_glass(tmp_path: Path) -> None:
    """An approval after it says no later day than the emergency's own."""
    time = Time()
    at = desk(tmp_path, time)
    case = break_glass(at, INVESTIGATOR, requested(at).id, 1, "it goes on now", "the head is ill")
    time.at += timedelta(hours=2)
    assert approve(at, HEAD, case.id, 5).tell_by == NOW + AT_ONCE


@pytest.mark.parametrize("days", [0, -1, 29])
def test_for_how_long(tmp_path: Path, days: int) -> None:
    """An approval lasts four weeks at most."""
    at = desk(tmp_path)
    case = requested(at)
    with pytest.raises(ValueError, match="from 1 to 28 days"):
        approve(at, HEAD, case.id, days)


def test_not_telling_needs_two(tmp_path: Path) -> None:
    """After the head alone nothing opens; the chair's consent to the same terms opens it, and both stand in it."""
    at = desk(tmp_path)
    case = approve(at, HEAD, requested(at).id, 5, untold=UNTOLD)
    assert (case.state(NOW), len(case.consents)) == (State.REQUESTED, 1)
    with pytest.raises(Refused) as other:
        approve(at, GOVERNOR, case.id, 5)
    assert other.value.refusal.why is Why.HEAD_DECIDES
    both = approve(at, CHAIR, case.id, 28)
    assert both.approval is not None
    assert [one.officer for one in both.approval.consents] == [HEAD.id, CHAIR.id]
    assert (both.expires, both.tell_by, both.consents) == (NOW + 5 * DAY, UNTOLD.until, ())
    assert tags(at)[-3:] == [Tag.CASE_CONSENT, Tag.CASE_DENIED, Tag.CASE_APPROVE]


def test_about_the_head(tmp_path: Path) -> None:
    """A governor approves what is about the head; not telling needs the chair and another governor."""
    at = desk(tmp_path)
    scope = replace(SCOPE, subject="head-01", role="headteacher")
    told = approve(at, GOVERNOR, requested(at, scope=scope).id, 5)
    assert told.state(NOW) is State.APPROVED
    case = approve(at, CHAIR, requested(at, scope=scope).id, 5, untold=UNTOLD)
    assert case.state(NOW) is State.REQUESTED
    assert approve(at, GOVERNOR, case.id, 5).state(NOW) is State.APPROVED


@pytest.mark.parametrize(
    ("untold", "what"),
    [
        pytest.param(replace(UNTOLD, why=" "), "why telling would prejudice", id="no why"),
        pytest.param(replace(UNTOLD, dpia=""), "impact assessment", id="no assessment"),
        pytest.param(replace(UNTOLD, until=NOW + 14 * DAY + timedelta(seconds=1)), "within 14 days", id="too late"),
        pytest.param(replace(UNTOLD, until=NOW), "still to come", id="already over"),
    ],
)
def test_what_not_telling_needs(tmp_path: Path, untold: Untold, what: str) -> None:
    """Why telling would prejudice the case, an assessment, and a day within two weeks."""
    at = desk(tmp_path)
    case = requested(at)
    with pytest.raises(ValueError, match=what):
        approve(at, HEAD, case.id, 5, untold=untold)


def test_refused(tmp_path: Path) -> None:
    """Then nothing opens it any more."""
    at = desk(tmp_path)
    case = refuse(at, HEAD, requested(at).id, "not enough to go on")
    assert case.state(NOW) is State.REFUSED
    with pytest.raises(Refused):
        approve(at, HEAD, case.id, 5)


def test_the_glass(tmp_path: Path) -> None:
    """It opens at once for hours; head and chair learn of it, without whom it is about; it is to be reviewed."""
    record(tmp_path)
    time, announced = Time(), Announced(reached=frozenset({Office.HEADTEACHER}))
    at = desk(tmp_path, time, announced)
    case = break_glass(at, INVESTIGATOR, requested(at).id, 24, "it goes on now", "the head is ill")
    assert (case.state(NOW), case.expires, case.unreviewed) == (State.EMERGENCY, NOW + DAY, True)
    assert look(at, INVESTIGATOR, case.id, Filter()).found.total > 0
    [(offices, subject, text)] = announced.letters
    assert offices == (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS)
    assert case.id in subject
    assert SCOPE.subject not in subject + text
    assert next(e.detail["announced"] for e in at.log.entries() if e.tag is Tag.CASE_BREAK_GLASS) == "headteacher"
    time.at += DAY
    assert at.read(case.id).state(time.at) is State.EXPIRED


@pytest.mark.parametrize(("upheld", "state"), [(True, State.EMERGENCY), (False, State.REFUSED)], ids=["yes", "no"])
def test_the_review(tmp_path: Path, upheld: bool, state: State) -> None:
    """A case whose glass should not have been broken ends there."""
    at = desk(tmp_path)
    case = break_glass(at, INVESTIGATOR, requested(at).id, 24, "it goes on now", "the head is ill")
    done = review(at, CHAIR, case.id, upheld, "a note")
    assert (done.state(NOW), done.unreviewed) == (state, False)


@pytest.mark.parametrize(
    ("hours", "why", "absent", "what"),
    [
        (0, "a", "b", "from 1 to 48"),
        (49, "a", "b", "from 1 to 48"),
        (1, " ", "b", "cannot wait"),
        (1, "a", "", "who is not"),
    ],
)
def test_what_the_glass_needs(tmp_path: Path, hours: int, why: str, absent: str, what: str) -> None:
    """A time of two days at most, why it cannot wait, and who is not there."""
    at = desk(tmp_path)
    case = requested(at)
    with pytest.raises(ValueError, match=what):
        break_glass(at, INVESTIGATOR, case.id, hours, why, absent)


def test_told_once(tmp_path: Path) -> None:
    """When the subject was told first is what stands."""
    time = Time()
    at = desk(tmp_path, time)
    case = approve(at, HEAD, requested(at).id, 5)
    tell(at, INVESTIGATOR, case.id, "in person")
    time.at += DAY
    told = tell(at, HEAD, case.id, "again").told
    assert told is not None
    assert (told.officer, told.at, told.how) == (INVESTIGATOR.id, NOW, "in person")


def test_an_announcement_that_fails_opens_nothing(tmp_path: Path) -> None:
    """If what must be announced cannot even be kept for sending, the case does not open."""

    class Full(Announced):
        def announce(self, offices: tuple[Office, ...], subject: str, text: str) -> None:
            raise MailError("the disk is full")

    at = desk(tmp_path, announced=Full())
    case = requested(at)
    with pytest.raises(MailError, match="full"):
        break_glass(at, INVESTIGATOR, case.id, 1, "now", "the head")
    assert at.read(case.id).state(NOW) is State.REQUESTED


def test_a_person_who_approves_is_not_the_one_who_asks(tmp_path: Path) -> None:
    """A head who opened a case does not approve it; the chair does."""
    at = desk(tmp_path)
    case = requested(at, HEAD)
    with pytest.raises(Refused):
        approve(at, HEAD, case.id, 5)
    assert approve(at, CHAIR, case.id, 5).state(NOW) is State.APPROVED
    assert look_by(at, HEAD, case.id) == 0


def look_by(at: Desk, officer: Officer, case: str) -> int:
    return look(at, officer, case, Filter()).found.total
