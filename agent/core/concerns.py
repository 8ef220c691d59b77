"""Concerns: what somebody saw and must tell at once, to whom it goes, who may read it. Nothing here watches anybody.

Each kind goes to one office. Where whoever holds that office also holds the one that the concern is about (in a small
school the headteacher is often the safeguarding lead), it goes to the next. A concern about an indecent image of a
child keeps when it was told and by whom, and nothing else. Everything else that is told is kept sealed, and apart from
the record of active minutes (`agent/store/concernfiles.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from agent.core.officeholders import Officeholder, Officeholders, called
from agent.core.offices import Office, Officer

LONGEST_WORDS = 4000
LONGEST_ADDRESS = 2000
LONGEST_REPORTER = 120


class ConcernKind(StrEnum):
    """What a concern is about."""

    CHILD_AT_RISK = "child-at-risk"
    INDECENT_IMAGE = "indecent-image"
    ABOUT_STAFF = "about-staff"
    ABOUT_HEAD = "about-head"
    ABOUT_LEAD = "about-lead"
    DATA_BREACH = "data-breach"
    OTHER = "other"

    @property
    def says(self) -> str:
        """The kind as the form explains it."""
        return _SAYS[self]

    @property
    def only_that(self) -> bool:
        """True if nothing is kept but when it was told and by whom."""
        return self is ConcernKind.INDECENT_IMAGE


_SAYS = {
    ConcernKind.CHILD_AT_RISK: "A child may be at risk, or is bullied, groomed or harmed on line.",
    ConcernKind.INDECENT_IMAGE: "An indecent image of a child: do not open, copy or send it.",
    ConcernKind.ABOUT_STAFF: "Something that a member of staff has done.",
    ConcernKind.ABOUT_HEAD: "Something that the headteacher has done.",
    ConcernKind.ABOUT_LEAD: "Something that the designated safeguarding lead has done.",
    ConcernKind.DATA_BREACH: "Personal data that was lost, or went where it should not have gone.",
    ConcernKind.OTHER: "Anything else on social media, such as bullying of staff or a false account of the school.",
}

_OFFICES: dict[ConcernKind, tuple[Office, ...]] = {
    ConcernKind.CHILD_AT_RISK: (Office.SAFEGUARDING_LEAD,),
    ConcernKind.INDECENT_IMAGE: (Office.SAFEGUARDING_LEAD,),
    ConcernKind.ABOUT_STAFF: (Office.HEADTEACHER,),
    ConcernKind.ABOUT_HEAD: (Office.CHAIR_OF_GOVERNORS,),
    ConcernKind.ABOUT_LEAD: (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS),
    ConcernKind.DATA_BREACH: (Office.DATA_PROTECTION_OFFICER,),
    ConcernKind.OTHER: (Office.SOCIAL_MEDIA_MANAGER,),
}
_ABOUT = {ConcernKind.ABOUT_HEAD: Office.HEADTEACHER, ConcernKind.ABOUT_LEAD: Office.SAFEGUARDING_LEAD}
_DESIGNATED = frozenset({ConcernKind.ABOUT_STAFF, ConcernKind.ABOUT_HEAD, ConcernKind.ABOUT_LEAD})


@dataclass(frozen=True, slots=True)
class Route:
    """Where a concern goes: the office, and who holds it; `holders` is empty where nobody does, or nobody else."""

    office: Office
    holders: tuple[Officeholder, ...] = ()

    @property
    def lacks(self) -> str:
        """What the configuration lacks, or ""."""
        return "" if self.holders else f"site.yaml names nobody under `officers: {self.office}`"


def route(kind: ConcernKind, holders: Officeholders) -> Route:
    """The route of a kind at a school: the first of its offices that somebody holds whom it is not about."""
    about = holders.of(_ABOUT[kind]) if kind in _ABOUT else ()
    for office in _OFFICES[kind]:
        found = tuple(one for one in holders.of(office) if not any(_same(one, other) for other in about))
        if found:
            return Route(office, found)
        if not holders.of(office):  # vacant: that is said, and mended; it does not go to somebody else unasked
            break
    return Route(office)


def _same(one: Officeholder, other: Officeholder) -> bool:
    return one.email == other.email or bool(one.person and one.person == other.person)


@dataclass(frozen=True, slots=True)
class Closing:
    """What became of a concern: who closed it, when, and the outcome in their words."""

    officer: str
    at: datetime
    outcome: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Concern:
    """What was told. `reporter` is as they said; `seen`, `address` and `words` are what they saw, when and where.

    `office` is where it went. `cases` are those that were opened from it. A repr tells nothing of it.
    """

    id: str
    raised: datetime
    kind: ConcernKind = field(repr=False)
    office: Office = field(repr=False)
    reporter: str = field(repr=False)
    seen: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    closed: Closing | None = field(default=None, repr=False)
    cases: tuple[str, ...] = ()

    def with_case(self, case: str) -> Concern:
        """The same with a case opened from it."""
        return self if case in self.cases else replace(self, cases=(*self.cases, case))

    def forgotten_on(self, days: int, zone: tzinfo) -> date | None:
        """The local day on which it is forgotten: so many days after it was closed; None while it is open."""
        return self.closed.at.astimezone(zone).date() + timedelta(days=days) if self.closed else None


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody fills in. All but the kind and the reporter may be empty."""

    kind: ConcernKind
    reporter: str = field(repr=False)
    seen: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    words: str = field(default="", repr=False)

    def problems(self) -> tuple[str, ...]:
        """What must be mended before it can be taken, in words; none for an image, of which nothing else is kept."""
        found = []
        if not self.reporter.strip():
            found.append("say who you are: whoever looks into it must be able to ask you")
        if len(self.reporter) > LONGEST_REPORTER:
            found.append(f"who you are is at most {LONGEST_REPORTER} characters")
        if self.kind.only_that:
            return tuple(found)
        if not self.words.strip():
            found.append("say in a few words what you saw")
        for text, most, name in ((self.words, LONGEST_WORDS, "what you saw"), (self.address, LONGEST_ADDRESS, "where")):
            if len(text) > most:
                found.append(f"{name} is at most {most:,} characters; write the rest down for the meeting")
        return tuple(found)

    def kept(self, id: str, raised: datetime, office: Office) -> Concern:
        """The concern that is kept of it: of an image, when and by whom, and nothing else."""
        reporter = _readable(self.reporter)
        if self.kind.only_that:
            return Concern(id, raised, self.kind, office, reporter)
        seen, address, words = map(_readable, (self.seen, self.address, self.words))
        return Concern(id, raised, self.kind, office, reporter, seen, address, words)


def _readable(text: str) -> str:
    """The text without what could play tricks on whoever reads it: control characters, halves of characters."""
    return "".join(one if one.isprintable() or one in "\n\t" else " " for one in text).strip()


def may_read(concern: Concern, officer: Officer, holders: Officeholders) -> str:
    """Why this officer may not read that concern, or "" if they may."""
    about = _ABOUT.get(concern.kind)
    if officer.office is not concern.office:
        return "this concern went to another office"
    if about is not None and (officer.office is about or about in holders.offices(officer.person)):
        return "nobody reads a concern about themselves"
    return ""


IMAGE_PAGE = (
    "Do not open it, do not look at it again, and do not copy, print, photograph, save or send it to anybody, not even "
    "to the safeguarding lead or the police: each of these is a criminal offence. Do not delete it, and do not ask a "
    "child to delete it.",
    "Close the device or turn the screen away, leave it where nobody else can use it, and tell {lead} now, in person "
    "or by telephone.",
    "Tell the police: 101, or 999 where a child is in danger now. The lead does so together with you.",
    "Only the time and your name have been kept here. Do not describe the image in writing to anybody.",
)
_AT_ONCE = "If a child is in danger now, call 999. Tell {office} in person as well; do not wait for an answer to this."
_STAFF = (
    "Before anything else is done: where somebody who works with children may have harmed a child, committed an "
    "offence against one, or behaved so that they may not be suitable, consult the local authority's designated "
    "officer (LADO) within one working day. Do not investigate, and do not tell the person, before they have advised."
)
_BREACH = (
    "A breach that is likely to put people at risk is notified to the Information Commissioner within 72 hours of the "
    "school's becoming aware of it (UK GDPR, Article 33)."
)
_NOTHING_STARTS = "Nobody's use of social media is recorded because of this: that takes a case, approved by somebody."


def to_reporter(kind: ConcernKind, office: Office, holders: Officeholders) -> tuple[str, ...]:
    """What the page says to whoever raised it, once it is kept."""
    if kind.only_that:
        leads = " or ".join(dict.fromkeys(one.named + _phone(one) for one in holders.of(Office.SAFEGUARDING_LEAD)))
        return tuple(text.format(lead=leads or called(Office.SAFEGUARDING_LEAD)) for text in IMAGE_PAGE)
    texts = [f"It is for {called(office)} alone to read. The mail that tells of it says nothing of what you wrote."]
    if kind is ConcernKind.CHILD_AT_RISK:
        texts.append(_AT_ONCE.format(office=called(office)))
    return (*texts, _NOTHING_STARTS)


def to_office(kind: ConcernKind, designated: str) -> tuple[str, ...]:
    """What whoever reads it is reminded of. `designated` is how the designated officer is reached, or ""."""
    texts = []
    if kind.only_that:
        texts += [text.format(lead="the other leads") for text in IMAGE_PAGE[:1]]
        texts.append("Inform the police, and follow the guidance on sharing nudes and semi-nudes (UKCIS).")
    if kind in _DESIGNATED:
        texts.append(f"{_STAFF} Designated officer: {designated or 'not named in site.yaml'}.")
    if kind is ConcernKind.DATA_BREACH:
        texts.append(_BREACH)
    return (*texts, _NOTHING_STARTS)


def reminders(office: Office) -> tuple[str, ...]:
    """What a letter to an office says beside the number: it turns on the office alone, never on the concern."""
    if office is Office.SAFEGUARDING_LEAD:
        return (
            "Read it at once. If it is about an image: do not ask for it, and let nobody open, copy or send it.",
            "If a child may be in danger now, call 999.",
        )
    if office in (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS):
        return ("If it is about somebody who works with children, consult the designated officer (LADO) first.",)
    if office is Office.DATA_PROTECTION_OFFICER:
        return ("If it is a breach of personal data, 72 hours may have begun.",)
    return ()


def _phone(holder: Officeholder) -> str:
    return f" ({holder.phone})" if holder.phone else ""
