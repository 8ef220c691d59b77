"""Who may do what in a case, and when. Everything that affects it stands in this file.

Three questions, in this order: may the office do it at all, may it be done in the state that the case is in, and is
there something between this officer and this case. The first two are one table; the third are the conditions below it.

Whoever opened a case does not approve it, whoever approved it does not look, and nobody has a part in a case about
themselves. The headteacher decides; the governing body does where the headteacher is the subject or opened it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from agent.core.audit import Tag
from agent.core.cases import Case, Scope, State
from agent.core.clients import Role
from agent.core.offices import Office, Officer


class Action(StrEnum):
    """Everything that can be done in case work."""

    OPEN = "open"
    LIST = "list"
    SHOW = "show"
    APPROVE = "approve"
    REFUSE = "refuse"
    BREAK_GLASS = "break-glass"
    REVIEW = "review"
    TELL = "tell"
    SEARCH = "search"
    HOLD = "hold"
    RELEASE = "release"
    EXPORT = "export"
    FIND = "find"
    TASK = "task"
    TASK_DONE = "task-done"
    DISCLOSE = "disclose"
    CLOSE = "close"


class Why(StrEnum):
    """Why something is refused."""

    OFFICE = "office"
    STATE = "state"
    OWN_CASE = "own-case"
    SAME_PERSON = "same-person"
    HEAD_DECIDES = "head-decides"
    ALREADY = "already"
    APPROVER = "approver"
    NOT_YOURS = "not-yours"
    NOT_TOLD = "not-told"
    NOT_REVIEWED = "not-reviewed"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, and why: a word for the audit, a sentence for the officer."""

    why: Why
    what: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `states` is empty where there is no case yet; `tag` is what the act leaves behind."""

    offices: frozenset[Office]
    states: frozenset[State]
    tag: Tag


def _rule(tag: Tag, offices: str, states: str) -> Rule:
    return Rule(frozenset(map(Office, offices.split())), frozenset(map(State, states.split())), tag)


_DECIDE = "headteacher chair-of-governors governor"
_WORK = "investigator headteacher safeguarding-lead"
_SEE = f"{_WORK} chair-of-governors governor data-protection-officer"
_EVER = "requested approved emergency expired refused closed"

RULES: Mapping[Action, Rule] = {
    Action.OPEN: _rule(Tag.CASE_OPEN, f"{_WORK} chair-of-governors governor social-media-manager", ""),
    Action.LIST: _rule(Tag.CASE_LIST, f"{_SEE} social-media-manager", ""),
    Action.SHOW: _rule(Tag.CASE_SHOW, _SEE, _EVER),
    Action.APPROVE: _rule(Tag.CASE_APPROVE, _DECIDE, "requested expired"),
    Action.REFUSE: _rule(Tag.CASE_REFUSE, _DECIDE, "requested"),
    Action.BREAK_GLASS: _rule(Tag.CASE_BREAK_GLASS, "investigator safeguarding-lead", "requested"),
    Action.REVIEW: _rule(Tag.CASE_REVIEW, _DECIDE, "emergency expired approved"),
    Action.TELL: _rule(Tag.CASE_TELL, f"{_WORK} chair-of-governors governor", "approved emergency expired refused"),
    Action.SEARCH: _rule(Tag.CASE_SEARCH, _WORK, "approved emergency"),
    Action.HOLD: _rule(Tag.CASE_HOLD, _WORK, "approved emergency"),
    Action.RELEASE: _rule(Tag.CASE_RELEASE, _WORK, "approved emergency expired refused"),
    Action.EXPORT: _rule(Tag.CASE_EXPORT, _WORK, "approved emergency"),
    Action.FIND: _rule(Tag.CASE_FIND, _WORK, "approved emergency expired"),
    Action.TASK: _rule(Tag.CASE_TASK, _WORK, "requested approved emergency expired"),
    Action.TASK_DONE: _rule(Tag.CASE_TASK_DONE, _WORK, "requested approved emergency expired"),
    Action.DISCLOSE: _rule(Tag.CASE_DISCLOSE, _WORK, "approved emergency expired"),
    Action.CLOSE: _rule(Tag.CASE_CLOSE, f"{_WORK} chair-of-governors governor", "requested approved expired refused"),
}

LOOKS = frozenset({Action.SEARCH, Action.HOLD, Action.EXPORT})
"""What opens the subject's record."""
_DECISIONS = frozenset({Action.APPROVE, Action.REFUSE})


def may(office: Office, action: Action, state: State | None) -> Refusal | None:
    """None if that office may do that in a case of that state (None: no case), else why not."""
    rule = RULES[action]
    if office not in rule.offices:
        return Refusal(Why.OFFICE, f"the office of {_words(office)} does not include this: {_words(action)}")
    if (state is None) == (not rule.states) and (state is None or state in rule.states):
        return None
    where = f"in a case that is {state}" if state else "without a case"
    return Refusal(Why.STATE, f"this cannot be done {where}: {_words(action)}")


def decide(case: Case, officer: Officer, action: Action, at: datetime) -> Refusal | None:
    """None if this officer may do that in this case now, else why not."""
    if is_about(officer, case.scope):
        return Refusal(Why.OWN_CASE, "nobody has a part in a case about themselves; ask the data protection officer")
    refused = may(officer.office, action, case.state(at))
    if refused is None and action in _DECISIONS:
        refused = _decides(case, officer)
    if refused is None and action in LOOKS:
        refused = _looks(case, officer, at)
    if refused is None and action is Action.REVIEW:
        refused = _reviews(case, officer)
    if refused is None and action is Action.CLOSE:
        refused = _closes(case)
    return refused


def is_about(officer: Officer, scope: Scope) -> bool:
    """True if a case of that scope is about the officer; a headteacher is known by the office, too."""
    named = bool(officer.person) and officer.person == scope.subject
    return named or (officer.office is Office.HEADTEACHER and scope.role == Role.HEADTEACHER)


def head_decides(case: Case) -> bool:
    """True if the headteacher is the one to approve: neither its subject nor the one who opened it."""
    return case.scope.role != Role.HEADTEACHER and case.opener is not Office.HEADTEACHER


def may_not_tell(case: Case) -> frozenset[Office]:
    """The offices that must all consent before a subject is not told: the head and the chair of governors.

    Where the head cannot decide, the chair and another governor.
    """
    first = Office.HEADTEACHER if head_decides(case) else Office.GOVERNOR
    return frozenset({first, Office.CHAIR_OF_GOVERNORS})


def _decides(case: Case, officer: Officer) -> Refusal | None:
    if officer.id == case.opened_by:
        return Refusal(Why.SAME_PERSON, "whoever opened a case does not decide on it; a second person does")
    if any(consent.officer == officer.id for consent in case.consents):
        return Refusal(Why.ALREADY, "you have consented already; the other officer's consent is still needed")
    if officer.office is Office.HEADTEACHER and not head_decides(case):
        return Refusal(Why.SAME_PERSON, "the headteacher is too near to this case; the governing body decides")
    if officer.office.governs and head_decides(case) and not _second(case, officer):
        return Refusal(Why.HEAD_DECIDES, "the headteacher decides on this case, and nobody else")
    return None


def _second(case: Case, officer: Officer) -> bool:
    """True if a consent that waits needs this officer's too."""
    waits = bool(case.consents) and case.consents[-1].telling.ground is not None
    return waits and officer.office in may_not_tell(case)


def _looks(case: Case, officer: Officer, at: datetime) -> Refusal | None:
    approvers = {consent.officer for consent in case.approval.consents} if case.approval else set()
    if officer.id in approvers:
        return Refusal(Why.APPROVER, "whoever approved a case does not look into the record")
    if officer.office is not Office.INVESTIGATOR and officer.id != case.opened_by:
        return Refusal(Why.NOT_YOURS, "only the investigator, or whoever opened the case, looks into the record")
    if case.overdue_to_tell(at):
        return Refusal(Why.NOT_TOLD, "the subject should have been told by now: `case tell`, then look")
    return None


def _reviews(case: Case, officer: Officer) -> Refusal | None:
    if not case.unreviewed:
        return Refusal(Why.ALREADY, "there is nothing to review")
    assert case.emergency is not None, "what is unreviewed was an emergency"
    if officer.id in (case.opened_by, case.emergency.officer):
        return Refusal(Why.SAME_PERSON, "whoever opened a case does not review it; a second person does")
    return None


def _closes(case: Case) -> Refusal | None:
    if case.unreviewed:
        return Refusal(Why.NOT_REVIEWED, "the glass was broken and nobody has reviewed it yet: `case review`")
    if case.looked() and case.told is None:
        return Refusal(Why.NOT_TOLD, "the subject has not been told; a case does not end in silence: `case tell`")
    return None


def _words(word: StrEnum) -> str:
    return word.replace("-", " ")


_MAKING = object()


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to read one subject's record for one look. Only `grant` makes one; nothing is read without."""

    case: str
    subject: str = field(repr=False)
    first: date
    last: date
    services: frozenset[str]
    officer: str
    expires: datetime
    _made: object = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse one that nobody granted."""
        if self._made is not _MAKING:
            raise PermissionError("a grant is made by agent.core.casework.grant alone")

    def covers(self, day: date) -> bool:
        """True if that local day is within the case."""
        return self.first <= day <= self.last


def grant(case: Case, officer: Officer, action: Action, at: datetime) -> Grant | Refusal:
    """What a look is made with; it ends with the case's own."""
    refused = decide(case, officer, action, at)
    if refused is not None:
        return refused
    expires, scope = case.expires, case.scope
    if action not in LOOKS or expires is None:
        return Refusal(Why.STATE, "this opens no record")
    return Grant(case.id, scope.subject, scope.first, scope.last, scope.services, officer.id, expires, _MAKING)
