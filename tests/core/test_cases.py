"""How a case stands at an instant, and what is overdue in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agent.core.cases import AT_ONCE, Case, State, TaskKind
from agent.core.offices import Office

from .casefiles import APPROVED, CASES, CONSENT, DAY, EMERGENCY, NOTE, NOW, REQUESTED, REVIEWED, TOLD

A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("state", State)
def test_state(state: State) -> None:
    """Each state is told from what has happened in the case and the time."""
    assert CASES[state].state(NOW) is state
    assert state.opens is (state in (State.APPROVED, State.EMERGENCY))


@pytest.mark.parametrize("case", [APPROVED, EMERGENCY], ids=["approved", "emergency"])
def test_a_grant_ends_by_itself(case: Case) -> None:
    """Just before its end it opens the record and, on concern, is recorded; at its end neither."""
    case = replace(case, told=TOLD, scope=replace(case.scope, last=date(2026, 12, 31)))
    end = case.expires
    assert end is not None
    assert case.state(end - A_SECOND).opens
    assert case.records(end - A_SECOND, end.date())
    assert case.state(end) is State.EXPIRED
    assert not case.records(end, end.date())


def test_an_approval_follows_an_emergency() -> None:
    """Once it is approved, the approval's end counts."""
    both = replace(EMERGENCY, approval=APPROVED.approval)
    assert both.expires == CONSENT.expires
    assert both.state(NOW) is State.APPROVED


def test_recording_may_be_left_out() -> None:
    """An approval may open what there is without starting a record."""
    assert APPROVED.approval is not None
    quiet = replace(APPROVED, approval=replace(APPROVED.approval, consents=(replace(CONSENT, records=False),)))
    assert not quiet.records(NOW, NOW.date())
    assert not REQUESTED.records(NOW, NOW.date())


@pytest.mark.parametrize(
    ("today", "recorded"),
    [
        (APPROVED.scope.first - DAY, False),
        (APPROVED.scope.first, True),
        (APPROVED.scope.last, True),
        (APPROVED.scope.last + DAY, False),
    ],
    ids=["before", "first", "last", "after"],
)
def test_recorded_on_the_days_of_the_case_alone(today: date, recorded: bool) -> None:
    """Before the first day of its scope and after the last nobody is recorded for it."""
    assert APPROVED.records(NOW, today) is recorded


def test_nobody_is_recorded_while_telling_is_overdue() -> None:
    """From the instant by which the subject should have been told recording stops, until they are."""
    late = CONSENT.telling.by
    assert APPROVED.records(late - A_SECOND, late.date())
    assert not APPROVED.records(late, late.date())
    assert replace(APPROVED, told=TOLD).records(late, late.date())


def test_when_the_subject_is_told() -> None:
    """An approval says by when; an emergency gives a day; without either nobody is to be told anything."""
    assert (REQUESTED.tell_by, REQUESTED.looked(), REQUESTED.unreviewed) == (None, False, False)
    assert (APPROVED.tell_by, APPROVED.looked(), APPROVED.unreviewed) == (CONSENT.telling.by, True, False)
    assert EMERGENCY.emergency is not None
    assert (EMERGENCY.tell_by, EMERGENCY.looked()) == (EMERGENCY.emergency.at + AT_ONCE, True)
    assert EMERGENCY.unreviewed
    assert not replace(EMERGENCY, emergency=replace(EMERGENCY.emergency, review=REVIEWED)).unreviewed
    late = CONSENT.telling.by
    assert [case.overdue_to_tell(late) for case in (REQUESTED, APPROVED, replace(APPROVED, told=TOLD))] == [
        False, True, False,
    ]  # fmt: skip
    assert not APPROVED.overdue_to_tell(late - A_SECOND)


def test_tasks() -> None:
    """They are numbered from 1; one is overdue from the day after its own, unless it is done."""
    case = REQUESTED.with_task(TaskKind.INVESTIGATE, date(2026, 11, 27)).with_task(
        TaskKind.HR_ADVICE, date(2026, 11, 30)
    )
    assert [task.number for task in case.tasks] == [1, 2]
    assert case.overdue(date(2026, 11, 27)) == ()
    assert [task.kind for task in case.overdue(date(2026, 11, 28))] == [TaskKind.INVESTIGATE]
    done = replace(case, tasks=tuple(replace(task, done=NOTE) for task in case.tasks))
    assert done.overdue((NOW + 90 * DAY).date()) == ()


def test_who_governs() -> None:
    """The chair and the governors, and nobody else."""
    assert {office for office in Office if office.governs} == {Office.CHAIR_OF_GOVERNORS, Office.GOVERNOR}
