"""What opens a case and ends it: requested, approved or refused, the glass broken and reviewed, the subject told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from agent.casework.desk import Desk, Plan
from agent.casework.work import KEPT, released
from agent.core.audit import Tag, stamp
from agent.core.cases import (
    AT_ONCE,
    LONGEST_EMERGENCY,
    LONGEST_GRANT,
    LONGEST_UNTOLD,
    LONGEST_WINDOW,
    REVIEW_WITHIN,
    Approval,
    Case,
    Consent,
    Emergency,
    LegalBasis,
    Note,
    Review,
    Scope,
    TaskKind,
    Telling,
    Told,
    UntoldGround,
)
from agent.core.casework import Action, may_not_tell
from agent.core.offices import Office, Officer
from agent.store.auditlog import Receipt

TOLD_AT_ONCE = (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS)
"""Who learns at once that the glass was broken."""
PROMPTLY = timedelta(days=10)
"""By when an investigation should be done, where nobody says another day."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an officer asks for when a case is opened."""

    scope: Scope
    reason: str
    clause: str
    grounds: str
    basis: LegalBasis
    concern: str = ""
    promptly_by: date | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """Why the subject is not told yet, and until when at the latest."""

    ground: UntoldGround
    why: str
    dpia: str
    until: datetime


def open_case(desk: Desk, officer: Officer, request: Request) -> Case:
    """Take a request in; nothing is looked at or recorded yet. Raises Refused, ValueError."""
    scope = request.scope
    if scope.last < scope.first:
        raise ValueError(f"a case cannot begin on {scope.first} and end on {scope.last}")
    if scope.last - scope.first > LONGEST_WINDOW:
        raise ValueError("a case spans a year at most; open it for the days that it is about")
    for text, name in ((request.reason, "reason"), (request.grounds, "grounds")):
        if not text.strip():
            raise ValueError(f"a case needs {name}: nobody looks without")
    due = request.promptly_by or desk.today + PROMPTLY

    def make(id: str) -> Case:
        made = Case(
            id,
            officer.id,
            desk.now(),
            scope,
            request.reason,
            request.clause,
            request.grounds,
            request.basis,
            request.concern,
            officer.office,
        )
        return made.with_task(TaskKind.INVESTIGATE, due, "Promptly, as the policy says.")

    detail = {"basis": request.basis.value, "first": str(scope.first), "last": str(scope.last)}
    return desk.open(officer, make, {**detail, "services": str(len(scope.services))})


def approve(
    desk: Desk, officer: Officer, id: str, days: int, records: bool = True, untold: Untold | None = None
) -> Case:
    """Say yes, for so many days; where the subject is not to be told, the second yes makes it stand.

    A second consent is to the terms of the first. Raises Refused, NoCase, ValueError.
    """

    def plan(case: Case) -> Plan:
        waiting = case.consents[-1] if case.consents else None
        consent = _joined(waiting, officer, desk.now()) or _consent(desk, case, officer, days, records, untold)
        consents = (*case.consents, consent)
        needed = may_not_tell(case) if consent.telling.ground else frozenset({officer.office})
        if not needed <= {one.office for one in consents}:
            return Plan(_said(consent), lambda receipt: replace(case, consents=consents), Tag.CASE_CONSENT)
        terms = desk.terms(id, case.scope, consents)

        def make(receipt: Receipt) -> Case:
            first = _first_granted(case) or consent.at
            approval = Approval(consent.at, consents, (*receipt,), terms)
            return replace(case, consents=(), approval=approval, granted=first)

        return Plan({**_said(consent), "terms": terms}, make)

    return desk.change(officer, id, Action.APPROVE, plan)


def refuse(desk: Desk, officer: Officer, id: str, why: str) -> Case:
    """Say no. Raises Refused, NoCase."""

    def plan(case: Case) -> Plan:
        refused = Note(officer.id, desk.now(), why)
        done = replace(case, consents=(), refused=refused, keep_until=desk.today + KEPT)
        return Plan({}, lambda receipt: done)

    return desk.change(officer, id, Action.REFUSE, plan)


def break_glass(desk: Desk, officer: Officer, id: str, hours: int, why: str, absent: str) -> Case:
    """Look without approval, because it cannot wait and nobody can approve; head and chair learn of it at once.

    The announcement is taken over before the case opens. Raises Refused, NoCase, ValueError.
    """
    lasts = timedelta(hours=hours)
    if not timedelta() < lasts <= LONGEST_EMERGENCY:
        raise ValueError(f"an emergency lasts from 1 to {LONGEST_EMERGENCY // timedelta(hours=1)} hours")
    if not (why.strip() and absent.strip()):
        raise ValueError("say why it cannot wait, and who is not there to approve it")

    def plan(case: Case) -> Plan:
        now = desk.now()
        terms = desk.terms(id, case.scope, (now + lasts, why))
        reached = [office.value for office in TOLD_AT_ONCE if desk.announcer.reaches(office)]

        def make(receipt: Receipt) -> Case:
            title = f"Case {id} was opened without approval"
            desk.announcer.announce(TOLD_AT_ONCE, title, _announcement(case, now + lasts))
            made = Emergency(officer.id, now, now + lasts, why, absent, now + REVIEW_WITHIN, (*receipt,), terms)
            return replace(case, consents=(), emergency=made)

        return Plan({"announced": " ".join(reached), "expires": stamp(now + lasts), "terms": terms}, make)

    return desk.change(officer, id, Action.BREAK_GLASS, plan)


def review(desk: Desk, officer: Officer, id: str, upheld: bool, note: str) -> Case:
    """Say afterwards whether breaking the glass was right; if not, case and hold end here. Raises Refused, NoCase."""

    def plan(case: Case) -> Plan:
        assert case.emergency is not None, "decided before"
        done = replace(case, emergency=replace(case.emergency, review=Review(officer.id, desk.now(), upheld, note)))
        if upheld:
            return Plan({"upheld": "yes"}, lambda receipt: done)
        ended = replace(done, refused=Note(officer.id, desk.now(), note), keep_until=desk.today + KEPT)
        return Plan({"upheld": "no"}, lambda receipt: released(desk, ended))

    return desk.change(officer, id, Action.REVIEW, plan)


def tell(desk: Desk, officer: Officer, id: str, how: str) -> Case:
    """Note that the subject has been told, now, and how. Raises Refused, NoCase."""

    def plan(case: Case) -> Plan:
        return Plan({}, lambda receipt: replace(case, told=case.told or Told(officer.id, desk.now(), how)))

    return desk.change(officer, id, Action.TELL, plan)


def _joined(waiting: Consent | None, officer: Officer, now: datetime) -> Consent | None:
    """The same yes as the one that waits, by this officer."""
    return replace(waiting, officer=officer.id, office=officer.office, at=now) if waiting else None


def _consent(desk: Desk, case: Case, officer: Officer, days: int, records: bool, untold: Untold | None) -> Consent:
    now, lasts = desk.now(), timedelta(days=days)
    if not timedelta() < lasts <= LONGEST_GRANT:
        raise ValueError(f"an approval lasts from 1 to {LONGEST_GRANT.days} days; it can be given again")
    return Consent(officer.id, officer.office, now, now + lasts, records, _telling(case, now, untold))


def _telling(case: Case, now: datetime, untold: Untold | None) -> Telling:
    """By when the subject is told; an approval that is given again moves no limit while nobody was told."""
    if untold is None:
        by = now + AT_ONCE
        if case.told is None and case.tell_by is not None:
            by = min(by, case.tell_by)
        if by <= now:
            raise ValueError("the subject should have been told by now: `case tell`, then approve")
        return Telling(by)
    if not (untold.why.strip() and untold.dpia.strip()):
        raise ValueError("not telling needs why telling would prejudice the case, and the impact assessment for it")
    latest = (_first_granted(case) or now) + LONGEST_UNTOLD
    if latest <= now:
        raise ValueError("the subject has not been told for as long as is possible: `case tell`, then approve")
    if not now < untold.until <= latest:
        days = f"within {LONGEST_UNTOLD.days} days of the first approval"
        raise ValueError(f"the subject is told {days}, on a day that is still to come")
    return Telling(untold.until, untold.ground, untold.why, untold.dpia)


def _first_granted(case: Case) -> datetime | None:
    """When somebody could first look; a later approval does not move it."""
    stands = case.emergency or case.approval
    return case.granted or (stands.at if stands else None)


def _said(consent: Consent) -> dict[str, str]:
    telling = consent.telling
    said = {"expires": stamp(consent.expires), "records": "yes" if consent.records else "no"}
    return {**said, "tell-by": stamp(telling.by), "untold": telling.ground.value if telling.ground else "no"}


def _announcement(case: Case, until: datetime) -> str:
    return (
        f"Case {case.id}, opened by {case.opened_by}, was opened without approval because it could not wait.\n"
        f"It gives access until {until:%H:%M} UTC on {until.day} {until:%B %Y}.\n"
        f"Review it within {REVIEW_WITHIN.days} days: breaktime case review {case.id}\n"
        "Whom it is about is not in this message; breaktime case show tells those who may know.\n"
    )
