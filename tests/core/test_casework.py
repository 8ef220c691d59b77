"""Who may do what in a case of which state: the whole table, then what may stand between an officer and a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agent.core.cases import Case, State
from agent.core.casework import LOOKS, RULES, Action, Grant, Refusal, Why, decide, grant, may, may_not_tell
from agent.core.offices import Office, Officer

from .casefiles import (
    APPROVED,
    CASES,
    CHAIR,
    CONSENT,
    DAY,
    EMERGENCY,
    GOVERNOR,
    HEAD,
    INVESTIGATOR,
    NOW,
    OFFICERS,
    REQUESTED,
    REVIEWED,
    SCOPE,
    TELL_LATER,
    TOLD,
)

# Offices, then what each action needs of a case: requested, approved, emergency, expired, refused, closed; - is none.
#           inv head chair gov  sl  dpo  smm tech    - req app eme exp ref clo
TABLE = """
open         x    x    x    x   x   .    x   .      x  .   .   .   .   .   .
list         x    x    x    x   x   x    x   .      x  .   .   .   .   .   .
show         x    x    x    x   x   x    .   .      .  x   x   x   x   x   x
approve      .    x    x    x   .   .    .   .      .  x   .   .   x   .   .
refuse       .    x    x    x   .   .    .   .      .  x   .   .   .   .   .
break-glass  x    .    .    .   x   .    .   .      .  x   .   .   .   .   .
review       .    x    x    x   .   .    .   .      .  .   x   x   x   .   .
tell         x    x    x    x   x   .    .   .      .  .   x   x   x   x   .
search       x    x    .    .   x   .    .   .      .  .   x   x   .   .   .
hold         x    x    .    .   x   .    .   .      .  .   x   x   .   .   .
release      x    x    .    .   x   .    .   .      .  .   x   x   x   x   .
export       x    x    .    .   x   .    .   .      .  .   x   x   .   .   .
find         x    x    .    .   x   .    .   .      .  .   x   x   x   .   .
task         x    x    .    .   x   .    .   .      .  x   x   x   x   .   .
task-done    x    x    .    .   x   .    .   .      .  x   x   x   x   .   .
disclose     x    x    .    .   x   .    .   .      .  .   x   x   x   .   .
close        x    x    x    x   x   .    .   .      .  x   x   .   x   x   .
"""
OFFICES = [Office(word) for word in (
    "investigator", "headteacher", "chair-of-governors", "governor", "safeguarding-lead", "data-protection-officer",
    "social-media-manager", "technician",
)]  # fmt: skip
STATES: list[State | None] = [None, *State]


def rows() -> list[tuple[Action, Office, State | None, bool]]:
    """Every action with every office in every state, and whether it is allowed."""
    found = []
    for line in TABLE.strip().split("\n"):
        words = line.split()
        for office, has in zip(OFFICES, words[1:9], strict=False):
            for state, stands in zip(STATES, words[9:], strict=False):
                found.append((Action(words[0]), office, state, has == stands == "x"))
    return found


def test_the_table_is_whole() -> None:
    """Every action, every office and every state is in it, and each action leaves a tag of its own."""
    assert {(action, office, state) for action, office, state, _ in rows()} == {
        (action, office, state) for action in Action for office in Office for state in STATES
    }
    assert len({rule.tag for rule in RULES.values()}) == len(Action)


def test_the_table() -> None:
    """What an office may do in a state is what the table says; a refusal names what is in the way, office first."""
    wrong = []
    for action, office, state, allowed in rows():
        refusal = may(office, action, state)
        why = None if allowed else Why.OFFICE if office not in RULES[action].offices else Why.STATE
        if (refusal.why if refusal else None) is not why or (refusal and not refusal.what):
            wrong.append((action, office, state))
    assert wrong == []


def test_a_technician_has_no_part() -> None:
    """No action of any kind is a technician's."""
    assert all(may(Office.TECHNICIAN, action, state) for action in Action for state in STATES)


@pytest.mark.parametrize("state", State)
def test_only_an_open_case_opens_a_record(state: State) -> None:
    """In no state but approved and emergency does anybody, in any office, get a grant."""
    case = CASES[state]
    assert case.state(NOW) is state
    made = [grant(case, officer, action, NOW) for officer in OFFICERS.values() for action in Action]
    assert any(isinstance(one, Grant) for one in made) is (state in (State.APPROVED, State.EMERGENCY))


def test_a_grant_is_the_case_and_no_more() -> None:
    """It names one subject, the days and services of the case, ends with it, and does not print whom it is about."""
    given = grant(
        replace(APPROVED, scope=replace(SCOPE, services=frozenset({"facebook"}))), INVESTIGATOR, Action.SEARCH, NOW
    )
    assert isinstance(given, Grant)
    assert (given.subject, given.services, given.expires) == ("teacher-01", frozenset({"facebook"}), CONSENT.expires)
    assert [given.covers(day) for day in (date(2026, 11, 1), SCOPE.first, SCOPE.last, date(2026, 11, 28))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert "teacher-01" not in repr(given) + repr(APPROVED)


def test_nobody_else_makes_a_grant() -> None:
    """A grant that was not granted cannot be made, and what opens no record has none."""
    with pytest.raises(PermissionError):
        Grant("C1", "teacher-01", SCOPE.first, SCOPE.last, frozenset(), "technician-1", NOW)
    assert isinstance(grant(APPROVED, INVESTIGATOR, Action.FIND, NOW), Refusal)


HEADS = replace(REQUESTED, scope=replace(SCOPE, subject="head-person", role="headteacher"))
BY_HEAD = replace(REQUESTED, opened_by=HEAD.id, opener=Office.HEADTEACHER)
WAITS = replace(REQUESTED, consents=(replace(CONSENT, officer="headteacher-2", telling=TELL_LATER),))
HEADS_WAITS = replace(
    HEADS, consents=(replace(CONSENT, officer="governor-9", office=Office.GOVERNOR, telling=TELL_LATER),)
)
MINE = replace(APPROVED, opened_by=HEAD.id, opener=Office.HEADTEACHER)
REVIEWED_CASE = replace(EMERGENCY, emergency=replace(EMERGENCY.emergency, review=REVIEWED))  # type: ignore[type-var]
APPROVED_AFTER = replace(APPROVED, emergency=EMERGENCY.emergency, told=TOLD)
OPENER = Officer("investigator-2", Office.INVESTIGATOR)
LEAD = OFFICERS[Office.SAFEGUARDING_LEAD]

BETWEEN: list[tuple[str, Case, Officer, Action, Why | None]] = [
    ("the head approves", REQUESTED, HEAD, Action.APPROVE, None),
    ("the head refuses", REQUESTED, HEAD, Action.REFUSE, None),
    ("the chair does not while the head can", REQUESTED, CHAIR, Action.APPROVE, Why.HEAD_DECIDES),
    ("nor a governor", REQUESTED, GOVERNOR, Action.REFUSE, Why.HEAD_DECIDES),
    ("a case about the head is the chair's", HEADS, CHAIR, Action.APPROVE, None),
    ("or a governor's", HEADS, GOVERNOR, Action.APPROVE, None),
    ("and not the head's", HEADS, HEAD, Action.APPROVE, Why.OWN_CASE),
    ("nor another head's", HEADS, Officer("headteacher-9", Office.HEADTEACHER), Action.REFUSE, Why.OWN_CASE),
    ("a head does not approve what the head opened", BY_HEAD, HEAD, Action.APPROVE, Why.SAME_PERSON),
    ("the chair does", BY_HEAD, CHAIR, Action.APPROVE, None),
    ("not telling needs the chair too", WAITS, CHAIR, Action.APPROVE, None),
    ("and no other governor", WAITS, GOVERNOR, Action.APPROVE, Why.HEAD_DECIDES),
    ("consent is given once", WAITS, Officer("headteacher-2", Office.HEADTEACHER), Action.APPROVE, Why.ALREADY),
    ("the chair joins a governor", HEADS_WAITS, CHAIR, Action.APPROVE, None),
    ("the subject sees nothing", APPROVED, Officer("h", Office.HEADTEACHER, "teacher-01"), Action.SHOW, Why.OWN_CASE),
    ("the investigator looks", APPROVED, INVESTIGATOR, Action.SEARCH, None),
    ("who approved does not", APPROVED, Officer("headteacher-2", Office.HEADTEACHER), Action.SEARCH, Why.APPROVER),
    ("another head does not", APPROVED, HEAD, Action.EXPORT, Why.NOT_YOURS),
    ("a head looks in a case of their own opening", MINE, HEAD, Action.HOLD, None),
    ("the lead does not in another's", APPROVED, LEAD, Action.SEARCH, Why.NOT_YOURS),
    ("an emergency needs no approver to look", EMERGENCY, OPENER, Action.SEARCH, None),
    ("an emergency is reviewed by the head", EMERGENCY, HEAD, Action.REVIEW, None),
    ("or the chair", EMERGENCY, CHAIR, Action.REVIEW, None),
    ("not by who opened it", replace(EMERGENCY, opened_by=HEAD.id), HEAD, Action.REVIEW, Why.SAME_PERSON),
    ("nor twice", REVIEWED_CASE, HEAD, Action.REVIEW, Why.ALREADY),
    ("nor without one", APPROVED, HEAD, Action.REVIEW, Why.ALREADY),
    ("what was never granted is closed", REQUESTED, OPENER, Action.CLOSE, None),
    ("a subject is told before the end", APPROVED, OPENER, Action.CLOSE, Why.NOT_TOLD),
    ("then it ends", replace(APPROVED, told=TOLD), OPENER, Action.CLOSE, None),
    ("an emergency is reviewed before the end", APPROVED_AFTER, OPENER, Action.CLOSE, Why.NOT_REVIEWED),
]


@pytest.mark.parametrize(("case", "officer", "action", "why"), [pytest.param(*c[1:], id=c[0]) for c in BETWEEN])
def test_what_stands_between(case: Case, officer: Officer, action: Action, why: Why | None) -> None:
    """The office and the state may be right, and the officer still too near, or somebody else's turn."""
    refusal = decide(case, officer, action, NOW)
    assert (refusal.why if refusal else None) is why


def test_nobody_looks_once_the_subject_should_know() -> None:
    """When the time for telling is over, every look waits until the subject has been told."""
    due = CONSENT.telling.by
    for action in LOOKS:
        answers = [decide(case, INVESTIGATOR, action, at) for case, at in (
            (APPROVED, due - timedelta(seconds=1)), (APPROVED, due), (replace(APPROVED, told=TOLD), due),
        )]  # fmt: skip
        assert [answer.why if answer else None for answer in answers] == [None, Why.NOT_TOLD, None]


def test_an_emergency_is_told_within_a_day() -> None:
    """Breaking the glass is no way round telling."""
    started = NOW - DAY / 2
    assert decide(EMERGENCY, OPENER, Action.SEARCH, started + DAY - timedelta(seconds=1)) is None
    late = decide(replace(EMERGENCY), OPENER, Action.SEARCH, started + DAY)
    assert late is not None
    assert late.why is Why.NOT_TOLD


def test_who_must_agree_that_somebody_is_not_told() -> None:
    """The head and the chair; where the head is too near, the chair and another governor."""
    assert may_not_tell(REQUESTED) == {Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS}
    assert may_not_tell(HEADS) == may_not_tell(BY_HEAD) == {Office.GOVERNOR, Office.CHAIR_OF_GOVERNORS}


@pytest.mark.parametrize("action", [action for action in Action if action not in (Action.OPEN, Action.LIST)])
@pytest.mark.parametrize("state", State)
def test_no_head_has_a_part_in_a_case_about_the_head(state: State, action: Action) -> None:
    """Neither reads, reviews nor ends it, also where nobody said which person the officer is."""
    case = replace(CASES[state], scope=HEADS.scope)
    refusal = decide(case, HEAD, action, NOW)
    assert refusal is not None
    assert refusal.why is Why.OWN_CASE


def test_another_head_is_as_near() -> None:
    """What one holder of the head's office opened, another one does not approve: the governing body does."""
    refusal = decide(replace(BY_HEAD, opened_by="head-2"), HEAD, Action.APPROVE, NOW)
    assert refusal is not None
    assert (refusal.why, "too near" in refusal.what) == (Why.SAME_PERSON, True)
