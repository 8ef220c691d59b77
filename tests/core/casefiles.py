"""Cases in every state, and officers of every office, to ask about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agent.core.cases import (
    Approval,
    Case,
    Consent,
    Emergency,
    LegalBasis,
    Note,
    Review,
    Scope,
    State,
    Telling,
    Told,
    UntoldGround,
)
from agent.core.offices import Office, Officer

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICERS = {office: Officer(f"{office}-1", office) for office in Office}
INVESTIGATOR = OFFICERS[Office.INVESTIGATOR]
HEAD = OFFICERS[Office.HEADTEACHER]
CHAIR = OFFICERS[Office.CHAIR_OF_GOVERNORS]
GOVERNOR = OFFICERS[Office.GOVERNOR]
ENTRY = (7, "ab" * 32, 4000)
SCOPE = Scope("teacher-01", "teacher", date(2026, 11, 2), date(2026, 11, 27))
REQUESTED = Case(
    "C2026-QK4T", "investigator-2", NOW - DAY, SCOPE, "a complaint", "7", "two pupils say so", LegalBasis.PUBLIC_TASK
)
TELL_NOW = Telling(NOW + DAY)
TELL_LATER = Telling(NOW + 10 * DAY, UntoldGround.SUSPECTED_CRIME, "the phone would be wiped", "DPIA-2026-4")
CONSENT = Consent("headteacher-2", Office.HEADTEACHER, NOW - DAY / 2, NOW + 7 * DAY, True, TELL_NOW)
APPROVED = replace(REQUESTED, approval=Approval(CONSENT.at, (CONSENT,), ENTRY, "cd" * 32))
EMERGENCY = replace(
    REQUESTED,
    emergency=Emergency(
        "investigator-2", NOW - DAY / 2, NOW + DAY, "it goes on now", "the head is ill", NOW + 7 * DAY, ENTRY, "cd" * 32
    ),
)
REVIEWED = Review("headteacher-2", NOW, True, "it could not wait")
NOTE = Note("headteacher-2", NOW, "enough")
LONG_AGO = replace(APPROVED, approval=Approval(NOW, (replace(CONSENT, expires=NOW),), ENTRY, "cd" * 32))
TOLD = Told("investigator-2", NOW, "in person, with a letter")
CASES = {
    State.REQUESTED: REQUESTED,
    State.APPROVED: APPROVED,
    State.EMERGENCY: EMERGENCY,
    State.EXPIRED: LONG_AGO,
    State.REFUSED: replace(REQUESTED, refused=NOTE),
    State.CLOSED: replace(LONG_AGO, told=TOLD, closed=NOTE),
}
