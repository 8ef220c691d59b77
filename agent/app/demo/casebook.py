"""The made-up term's governed work: two cases from opening to end, three concerns, each through its real desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.app.concerns import desk_of as concern_desk_of
from agent.app.demo.year import Term
from agent.app.kept_texts import kept_texts
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.signin import audit_log
from agent.casework import decisions, looks, work
from agent.casework.desk import Desk
from agent.core.audit import Tag
from agent.core.cases import LegalBasis, Scope
from agent.core.clients import Role
from agent.core.concerns import ConcernKind, Form
from agent.core.offices import Office, Officer
from agent.core.search import Filter
from agent.store.auditlog import SYSTEM
from agent.store.casefiles import CaseFiles
from agent.store.history import History, digest_of

_INVESTIGATOR = Officer("demo-investigator", Office.INVESTIGATOR)
_HEAD = Officer("demo-head", Office.HEADTEACHER, "head-01")
_OFFICERS = {
    ConcernKind.OTHER: Officer("demo-manager", Office.SOCIAL_MEDIA_MANAGER),
    ConcernKind.DATA_BREACH: Officer("demo-dpo", Office.DATA_PROTECTION_OFFICER),
}
_STEP = timedelta(minutes=10)
# Weeks before the term's last; cases on a Thursday, concerns on a Tuesday.
_CASES = ((4, "teacher-07"), (1, "support-05"))
_CONCERNS = ((5, ConcernKind.OTHER, True), (4, ConcernKind.DATA_BREACH, True), (0, ConcernKind.OTHER, False))


@dataclass(slots=True)
class Hands:
    """A made-up clock's hands: each look at it is some minutes later, as people's acts are."""

    at: datetime

    def now(self) -> datetime:
        """The instant."""
        self.at += _STEP
        return self.at


def take_up(config: Configuration, data: DataFolder, at: datetime) -> None:
    """Note that a configuration comes into force, as a gateway does. Raises StoreError."""
    engine, texts = config.engine, kept_texts(config)
    policy, history = engine.policies.in_force or "", History(data.root)
    detail = {"policy": policy, "revision": engine.revision, "texts": digest_of(texts)}
    if history.last() != engine.revision:
        audit_log(data, engine.site.id, at).append(Tag.POLICY_CHANGE, SYSTEM, at, "", detail)
    history.keep(at, policy, engine.revision, texts)


def evening(config: Configuration, data: DataFolder, term: Term, midnight: datetime) -> None:
    """What governed work this day's evening brings: nothing, on most. Raises StoreError."""
    day, last_monday = midnight.date(), term.last - timedelta(days=term.last.weekday())
    week, weekday = ((last_monday - day).days + 6) // 7, day.weekday()
    for when, subject in _CASES:
        if (week, weekday) == (when, 3):
            _case(config, data, Hands(midnight + timedelta(hours=15)), subject)
    for when, kind, closes in _CONCERNS:
        if (week, weekday) == (when, 1):
            _concern(config, data, Hands(midnight + timedelta(hours=15)).now, kind, closes)


def _case(config: Configuration, data: DataFolder, hands: Hands, subject: str) -> None:
    """A case from its opening to its end."""
    engine, zone = config.engine, config.engine.timetable.calendar.zone
    log = audit_log(data, engine.site.id, hands.now())
    desk = Desk(data.root, engine.site.id, zone, log, hands.now, CaseFiles(data.root))
    case = decisions.open_case(desk, _INVESTIGATOR, _request(subject, hands, zone)).id
    decisions.approve(desk, _HEAD, case, 7)
    decisions.tell(desk, _INVESTIGATOR, case, "DEMONSTRATION: told in a made-up meeting")
    looks.look(desk, _INVESTIGATOR, case, Filter())
    work.find(desk, _INVESTIGATOR, case, "DEMONSTRATION: nothing of note was found.")
    work.close(desk, _INVESTIGATOR, case, "DEMONSTRATION: closed without a finding.")


def _request(subject: str, hands: Hands, zone: ZoneInfo) -> decisions.Request:
    today = hands.at.astimezone(zone).date()
    role = Role.TEACHER if subject.startswith("teacher") else Role.SUPPORT_STAFF
    return decisions.Request(
        Scope(subject, role, today - timedelta(days=7), today),
        "DEMONSTRATION: a made-up question",
        "10.3",
        "DEMONSTRATION: made-up grounds",
        LegalBasis.LEGITIMATE_INTERESTS,
    )


def _concern(
    config: Configuration, data: DataFolder, now: Callable[[], datetime], kind: ConcernKind, closes: bool
) -> None:
    desk = concern_desk_of(config, data, now)
    desk = replace(desk, post=lambda letter: None)  # nobody is written to about a school that is not
    words = "DEMONSTRATION: made-up words about nothing that has happened."
    concern = desk.take(Form(kind, "a made-up colleague", words=words))
    if closes:
        desk.close(_OFFICERS[kind], concern.id, "DEMONSTRATION: settled.")
