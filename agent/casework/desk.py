"""The desk: the one way to a case. It asks whether the officer may, writes the audit entry, and only then acts.

A refusal leaves an entry too. Killed between the entry and the act, the entry stands and the act did not happen: it can
be done again. What a case stands on (its approval, its emergency) is anchored in the chain by a keyed digest of its
scope and terms: a case file that was edited by hand opens nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple, Protocol

from agent.casework.plain import as_plain, of_plain
from agent.core.audit import Entry, Tag, canonical
from agent.core.cases import Approval, Case, Emergency, Scope
from agent.core.casework import RULES, Action, Grant, Refusal, Why, decide, grant, is_about, may
from agent.core.offices import Office, Officer
from agent.store.auditlog import AuditLog, Receipt
from agent.store.casefiles import CaseFiles
from agent.store.errors import KeyMissingError, StoreError

_TAMPERED = "the case file was changed outside Breaktime; compare it with `breaktime audit verify` and a backup"

_OLDER = "bring back the case file that is the newest, or end the case again"


class Refused(Exception):
    """The officer may not; `refusal` says why. An entry was written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.what)
        self.refusal = refusal


class NoCase(Exception):
    """There is no case of that number."""


class Announcer(Protocol):
    """Tells offices what they must know at once, by whatever way the site has."""

    def reaches(self, office: Office) -> bool:
        """True if there is a way to this office."""

    def announce(self, offices: tuple[Office, ...], subject: str, text: str) -> None:
        """Take a message over for delivery; it is kept until it is delivered."""


class NoAnnouncer:
    """Where the site has no way: nobody is reached, and whoever asks says so."""

    def reaches(self, office: Office) -> bool:
        """Nobody is."""
        return False

    def announce(self, offices: tuple[Office, ...], subject: str, text: str) -> None:
        """Nothing is sent."""


class Plan(NamedTuple):
    """What a change will write into the chain, and what makes the changed case once it stands there."""

    detail: Mapping[str, str]
    make: Callable[[Receipt], Case]
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that case work stands on at one site. `now` gives the instant, aware; `zone` is the school's."""

    data: Path
    site: str
    zone: tzinfo
    log: AuditLog
    now: Callable[[], datetime]
    files: CaseFiles
    announcer: Announcer = field(default_factory=NoAnnouncer)

    @property
    def today(self) -> date:
        """The local day."""
        return self.now().astimezone(self.zone).date()

    def read(self, case: str) -> Case:
        """A case as its file has it. Raises NoCase, StoreError. For the desk and the gateway, never to be shown."""
        try:
            return of_plain(Case, json.loads(self.files.read(case)))
        except (KeyError, KeyMissingError):
            raise NoCase(f"there is no case {case[:20]!r}; `breaktime case list` shows those that there are") from None
        except ValueError as problem:
            raise StoreError(str(problem), self.files.folder / case, "restore it from a backup") from None

    def all(self) -> list[Case]:
        """Every case. Raises StoreError if one cannot be read."""
        return [self.read(case) for case in self.files.ids()]

    def readable(self) -> tuple[list[Case], list[str]]:
        """The cases that can be read, and what is wrong with those that cannot."""
        cases, troubles = list[Case](), list[str]()
        for id in self.files.ids():
            try:
                cases.append(self.read(id))
            except (StoreError, NoCase) as problem:
                troubles.append(f"{id}: {problem}")
        return cases, troubles

    def allow(self, officer: Officer, action: Action) -> Receipt:
        """Let an officer do what needs no case, or refuse; an entry either way. Raises Refused."""
        if refusal := may(officer.office, action, None):
            raise self._denied(officer, action, "", refusal)
        return self.log.append(RULES[action].tag, officer.id, self.now())

    def open(self, officer: Officer, make: Callable[[str], Case], detail: Mapping[str, str]) -> Case:
        """Take in a new case. Raises Refused."""
        if refusal := may(officer.office, Action.OPEN, None):
            raise self._denied(officer, Action.OPEN, "", refusal)
        with self.files.changing():
            case = make(self.files.new_id(self.today.year))
            if is_about(officer, case.scope):
                own = Refusal(Why.OWN_CASE, "nobody opens a case about themselves")
                raise self._denied(officer, Action.OPEN, "", own)
            self.log.append(RULES[Action.OPEN].tag, officer.id, self.now(), case.id, detail)
            self.files.create(case.id, _dumped(case))
        return case

    def show(self, officer: Officer, id: str) -> Case:
        """A case, for somebody who may see it. Raises Refused, NoCase."""
        case = self._allowed(officer, id, Action.SHOW)
        self.log.append(RULES[Action.SHOW].tag, officer.id, self.now(), id)
        return case

    def change(self, officer: Officer, id: str, action: Action, plan: Callable[[Case], Plan]) -> Case:
        """Change a case: decided, written into the chain, then made. Raises Refused, NoCase, ValueError."""
        with self._changing():
            case = self._allowed(officer, id, action)
            planned = plan(case)
            tag = planned.tag or RULES[action].tag
            changed = planned.make(self.log.append(tag, officer.id, self.now(), id, planned.detail))
            self.files.write(id, _dumped(changed))
        return changed

    def note(self, id: str, change: Callable[[Case], Case]) -> Case:
        """Write into a case what came of something that was decided and is in the chain already."""
        with self._changing():
            changed = change(self.read(id))
            self.files.write(id, _dumped(changed))
        return changed

    def grant(self, officer: Officer, id: str, action: Action, detail: Mapping[str, str]) -> tuple[Case, Grant]:
        """Permission for one look; the entry stands before this returns. Raises Refused, NoCase, StoreError."""
        with self._changing():
            case = self._allowed(officer, id, action)
            self._held_against_the_chain(officer, case, action)
            given = grant(case, officer, action, self.now())
            if isinstance(given, Refusal):
                raise self._denied(officer, action, id, given)
            self.log.append(RULES[action].tag, officer.id, self.now(), id, detail)
        return case, given

    def terms(self, id: str, scope: Scope, basis: object) -> str:
        """A digest of scope and terms that nobody without the case's key can make or try out."""
        text = canonical([as_plain(scope), as_plain(basis)])
        return self.files.key(id).name(b"terms", text).hex()

    def anchored(self, case: Case) -> None:
        """Hold what a case stands on against the chain. Raises StoreError if they differ."""
        stands: Approval | Emergency | None = case.approval or case.emergency
        if stands is None:
            raise StoreError(f"case {case.id} stands on nothing", self.files.folder, _TAMPERED)
        approved = isinstance(stands, Approval)
        basis = stands.consents if isinstance(stands, Approval) else (stands.expires, stands.why)
        terms = self.terms(case.id, case.scope, basis)
        entry = self.log.entry(Receipt(*stands.entry))
        tag = Tag.CASE_APPROVE if approved else Tag.CASE_BREAK_GLASS
        if (entry.tag, entry.case, entry.detail.get("terms")) != (tag, case.id, terms) or terms != stands.terms:
            raise StoreError(f"case {case.id} is not the one that was approved", self.files.folder, _TAMPERED)
        if any(map(_ends, self.log.since(Receipt(*stands.entry), case.id))):
            raise StoreError(
                f"case {case.id} is an older copy: it was ended or decided anew", self.files.folder, _OLDER
            )

    def _allowed(self, officer: Officer, id: str, action: Action) -> Case:
        try:
            case = self.read(id)
        except NoCase:
            self.log.append(Tag.CASE_DENIED, officer.id, self.now(), "", {"action": action, "why": "no-such-case"})
            raise
        if refusal := decide(case, officer, action, self.now()):
            raise self._denied(officer, action, id, refusal)
        return case

    def _held_against_the_chain(self, officer: Officer, case: Case, action: Action) -> None:
        try:
            self.anchored(case)
        except StoreError:
            detail = {"action": action.value, "why": "not-the-one-that-was-approved"}
            self.log.append(Tag.CASE_DENIED, officer.id, self.now(), case.id, detail)
            raise

    def _denied(self, officer: Officer, action: Action, case: str, refusal: Refusal) -> Refused:
        detail = {"action": action.value, "why": refusal.why.value}
        self.log.append(Tag.CASE_DENIED, officer.id, self.now(), case, detail)
        return Refused(refusal)

    def _changing(self) -> AbstractContextManager[None]:
        return self.files.changing()


def _ends(entry: Entry) -> bool:
    """True for what ends or replaces the grant that was given before it."""
    ended = entry.tag is Tag.CASE_REVIEW and entry.detail.get("upheld") == "no"
    return ended or entry.tag in (Tag.CASE_CLOSE, Tag.CASE_REFUSE, Tag.CASE_APPROVE, Tag.CASE_BREAK_GLASS)


def _dumped(case: Case) -> bytes:
    return canonical(as_plain(case))
