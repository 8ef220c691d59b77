"""A case and what it is made of: frozen, each change makes another. What may be done to it stands in `casework.py`.

A case names its subject: it is kept sealed under a key of its own, and only its number stands in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from agent.core.offices import Office

LONGEST_GRANT = timedelta(days=28)
LONGEST_EMERGENCY = timedelta(hours=48)
LONGEST_UNTOLD = timedelta(days=14)
AT_ONCE = timedelta(hours=24)
"""Within so long the subject is told, where nobody decided otherwise."""
REVIEW_WITHIN = timedelta(days=7)
LONGEST_WINDOW = timedelta(days=366)


class State(StrEnum):
    """How a case stands at an instant."""

    REQUESTED = "requested"
    APPROVED = "approved"
    EMERGENCY = "emergency"
    EXPIRED = "expired"
    REFUSED = "refused"
    CLOSED = "closed"

    @property
    def opens(self) -> bool:
        """True if the subject's record may be looked at in it."""
        return self in (State.APPROVED, State.EMERGENCY)


class LegalBasis(StrEnum):
    """On what the school rests (UK GDPR, Article 6(1))."""

    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    PUBLIC_TASK = "public-task"
    LEGITIMATE_INTERESTS = "legitimate-interests"


class UntoldGround(StrEnum):
    """Why somebody may for a while not be told: nothing less will do."""

    SUSPECTED_CRIME = "suspected-crime"
    GROSS_MISCONDUCT = "gross-misconduct"


class TaskKind(StrEnum):
    """What the policies ask for around an investigation."""

    INVESTIGATE = "investigate"
    REMOVAL_CHECKED = "removal-checked"
    SUPPORT_OFFERED = "support-offered"
    HR_ADVICE = "hr-advice"
    POLICE = "police"


class Recipient(StrEnum):
    """To whom evidence is handed. All but `other` stand in the policies' lists."""

    LINE_MANAGER = "line-manager"
    HR = "hr"
    ICT = "ict"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    POLICE = "police"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a case may look at: one person, from `first` to `last` (local days, both included).

    Empty `services` stands for all. `role` is the subject's, by which it is known who may decide.
    """

    subject: str = field(repr=False)
    role: str
    first: date
    last: date
    services: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Telling:
    """Whether the subject is told at once (no ground), or later, why, and by when at the latest."""

    by: datetime
    ground: UntoldGround | None = None
    why: str = ""
    dpia: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """One officer's yes to looking under these terms. `records`: on concern, recording begins."""

    officer: str
    office: Office
    at: datetime
    expires: datetime
    records: bool
    telling: Telling


@dataclass(frozen=True, slots=True)
class Approval:
    """What the case stands on once enough officers have said yes. `entry` anchors it in the audit chain.

    `terms` is a keyed digest of scope and terms, which stands in that entry too.
    """

    at: datetime
    consents: tuple[Consent, ...]
    entry: tuple[int, str, int]
    terms: str

    @property
    def expires(self) -> datetime:
        """From when on nothing may be looked at under it."""
        return self.consents[-1].expires

    @property
    def records(self) -> bool:
        """True if on concern the subject is recorded."""
        return self.consents[-1].records

    @property
    def telling(self) -> Telling:
        """Whether and when the subject is told."""
        return self.consents[-1].telling


@dataclass(frozen=True, slots=True)
class Review:
    """What was said afterwards of a case that was opened without approval."""

    officer: str
    at: datetime
    upheld: bool
    note: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """The glass that was broken: why it could not wait, who was not there, until when, to be reviewed by when."""

    officer: str
    at: datetime
    expires: datetime
    why: str
    absent: str
    review_by: datetime
    entry: tuple[int, str, int]
    terms: str
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The subject was told: when, by whom and how."""

    officer: str
    at: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Note:
    """A finding, a refusal or a closing, in somebody's words."""

    officer: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done by a day. `consent` is the victim's, where the police are asked."""

    number: int
    kind: TaskKind
    due: date
    note: str = ""
    consent: str = ""
    done: Note | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A handing-over: to whom, what, on what ground; `duty` where the policies do not name the recipient."""

    officer: str
    at: datetime
    recipient: Recipient
    who: str
    what: str
    ground: str
    duty: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """A bundle that was made, with the SHA-256 of its manifest."""

    officer: str
    at: datetime
    manifest: str
    records: int


@dataclass(frozen=True, slots=True)
class Case:
    """A governed investigation. Texts are people's own words; ids of officers stand for officers."""

    id: str
    opened_by: str
    opened_at: datetime
    scope: Scope
    reason: str
    clause: str
    grounds: str
    basis: LegalBasis
    concern: str = ""
    opener: Office = Office.INVESTIGATOR
    consents: tuple[Consent, ...] = ()
    approval: Approval | None = None
    emergency: Emergency | None = None
    refused: Note | None = None
    told: Told | None = None
    held: tuple[date, ...] = ()
    findings: tuple[Note, ...] = ()
    tasks: tuple[Task, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    exports: tuple[Export, ...] = ()
    closed: Note | None = None
    keep_until: date | None = None
    granted: datetime | None = None

    def state(self, at: datetime) -> State:
        """How it stands at an instant: a grant ends by itself."""
        if self.closed:
            return State.CLOSED
        if self.refused:
            return State.REFUSED
        expires = self.expires
        if expires is None:
            return State.REQUESTED
        if at >= expires:
            return State.EXPIRED
        return State.APPROVED if self.approval else State.EMERGENCY

    @property
    def expires(self) -> datetime | None:
        """When what it stands on ends; None if it stands on nothing yet."""
        if self.approval:
            return self.approval.expires
        return self.emergency.expires if self.emergency else None

    @property
    def tell_by(self) -> datetime | None:
        """By when the subject must have been told; None while nobody may look."""
        if self.approval:
            return self.approval.telling.by
        return self.emergency.at + AT_ONCE if self.emergency else None

    @property
    def unreviewed(self) -> bool:
        """True if the glass was broken and nobody has looked at why."""
        return self.emergency is not None and self.emergency.review is None

    def overdue_to_tell(self, at: datetime) -> bool:
        """True if the subject should have been told by now."""
        return self.told is None and self.tell_by is not None and at >= self.tell_by

    def overdue(self, today: date) -> tuple[Task, ...]:
        """The tasks whose day is over."""
        return tuple(task for task in self.tasks if task.done is None and task.due < today)

    def records(self, at: datetime, today: date) -> bool:
        """True if on concern its subject is recorded then (`today`, local): on its days, telling not overdue."""
        inside = self.scope.first <= today <= self.scope.last
        opens = inside and self.state(at).opens and not self.overdue_to_tell(at)
        return opens and (self.approval is None or self.approval.records)

    def looked(self) -> bool:
        """True if it ever stood on a grant, so that somebody may have looked."""
        return self.approval is not None or self.emergency is not None

    def with_task(self, kind: TaskKind, due: date, note: str = "", consent: str = "") -> Case:
        """The case with one task more."""
        return replace(self, tasks=(*self.tasks, Task(len(self.tasks) + 1, kind, due, note, consent)))
