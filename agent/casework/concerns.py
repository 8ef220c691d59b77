"""The desk where concerns are handed in: kept first, then announced, and shown only to the office they went to.

Raising one is written into the audit chain, and so is each look, each refusal, each closing and each forgetting: always
with its number alone, never its kind. Nothing that is told stands in a letter, a log or the chain. No concern opens a
record or starts one; a case that is opened from it does that, once it is approved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from agent.casework.plain import as_plain, of_plain
from agent.core.audit import Tag, canonical
from agent.core.concerns import Closing, Concern, Form, may_read, reminders, route
from agent.core.officeholders import Officeholders
from agent.core.offices import Officer
from agent.mail.letter import Letter, paragraphs
from agent.store.auditlog import SYSTEM, AuditLog
from agent.store.concernfiles import ConcernFiles
from agent.store.errors import KeyMissingError, StoreError


class FormError(ValueError):
    """The form cannot be taken as it is; the text says what to mend."""


class NotShown(ValueError):
    """The officer may not see it; the text says why. An entry was written."""


class NoConcern(ValueError):
    """There is no concern of that number, or none that this officer may know of."""


@dataclass(frozen=True, slots=True)
class ConcernDesk:
    """What the desk stands on at one site. `now` gives the instant, aware; `post` keeps letters until they are sent."""

    school: str
    zone: tzinfo
    log: AuditLog
    now: Callable[[], datetime]
    files: ConcernFiles
    holders: Officeholders
    post: Callable[[Letter], None]
    days: int

    @property
    def today(self) -> date:
        """The local day."""
        return self.now().astimezone(self.zone).date()

    def take(self, form: Form) -> Concern:
        """Keep a concern; when this returns it is on the disk, sealed. `announce` tells the office.

        Raises FormError, StoreError. Killed before, it is not there and nobody was promised anything.
        """
        if problems := form.problems():
            raise FormError("; ".join(problems))
        with self.files.changing() as folder:
            self.files.tidy(folder)
            id = self.files.new_id(self.today.year)
            concern = form.kept(id, self.now(), route(form.kind, self.holders).office)
            self.log.append(Tag.CONCERN_RAISE, SYSTEM, self.now(), "", {"concern": id})
            self.files.create(id, _dumped(concern), folder)
        return concern

    def announce(self) -> int:
        """Put the letters of every concern that nobody was told of into the outbox; how many concerns.

        Done again after an interruption it goes on; a letter that is there already is one letter. Where nobody holds
        the office the concern stays untold until somebody does. Raises StoreError, and what `post` raises.
        """
        told, trouble = 0, list[StoreError]()
        with self.files.changing() as folder:
            for id in self.files.untold():
                try:
                    letters = self._letters(self._read(id))
                except StoreError as problem:  # one that is damaged keeps no other back
                    trouble.append(problem)
                    continue
                for letter in letters:
                    self.post(letter)
                if letters:
                    self.files.told(id, folder)
                    told += 1
        if trouble:
            raise trouble[0]
        return told

    def listed(self, officer: Officer) -> list[Concern]:
        """Every concern that went to the officer's office, oldest first; the entry stands before any is read."""
        self.log.append(Tag.CONCERN_LIST, officer.id, self.now())
        return [concern for concern in self._all() if not may_read(concern, officer, self.holders)]

    def show(self, officer: Officer, id: str) -> Concern:
        """One concern, for the office that it went to. Raises NotShown, NoConcern, StoreError."""
        self._allowed(officer, id)
        self.log.append(Tag.CONCERN_SHOW, officer.id, self.now(), "", {"concern": id})
        return self._read(id)

    def close(self, officer: Officer, id: str, outcome: str) -> Concern:
        """End a concern, with what came of it; from then on its days are counted. Raises NotShown, FormError."""
        if not outcome.strip():
            raise FormError("say what came of the concern, and where it is recorded")
        with self.files.changing() as folder:
            concern = self._allowed(officer, id)
            if concern.closed:
                raise FormError(f"concern {id} was closed before")
            self.log.append(Tag.CONCERN_CLOSE, officer.id, self.now(), "", {"concern": id})
            closed = replace(concern, closed=Closing(officer.id, self.now(), outcome.strip()))
            self.files.write(id, _dumped(closed), folder)
        return closed

    def link(self, officer: Officer, id: str, case: str) -> Concern:
        """Note that a case was opened from it. Raises NotShown, NoConcern, StoreError."""
        with self.files.changing() as folder:
            concern = self._allowed(officer, id).with_case(case)
            self.files.write(id, _dumped(concern), folder)
        return concern

    def raised_by(self, reporter: str) -> list[Concern]:
        """Those that a person raised, for their own copy. The caller has written the entry."""
        wanted = reporter.casefold()
        return [concern for concern in self._all() if concern.reporter.casefold() == wanted]

    def forget(self, today: date) -> list[str]:
        """Destroy what was closed long enough before the local day `today`; the numbers.

        Raises StoreError, also for one that cannot be read: after the others were forgotten.
        """
        gone = []
        with self.files.changing() as folder:
            self.files.tidy(folder)
            found, trouble = self._readable()
            for concern in found:
                due = concern.forgotten_on(self.days, self.zone)
                if due is not None and due <= today:
                    self.log.append(Tag.KEY_DESTROY, SYSTEM, self.now(), "", {"concern": concern.id})
                    self.files.forget(concern.id, folder)
                    gone.append(concern.id)
        if trouble:
            raise trouble[0]
        return gone

    def open_since(self) -> list[date]:
        """The local days on which the concerns were raised that are still open; nothing else of them."""
        return sorted(one.raised.astimezone(self.zone).date() for one in self._all() if one.closed is None)

    def _letters(self, concern: Concern) -> list[Letter]:
        raised = concern.raised.astimezone(self.zone)
        holders = [one for one in route(concern.kind, self.holders).holders if one.office is concern.office]
        name = holders[0].named if holders else ""
        head = f"A concern was raised at {self.school} at {raised:%H:%M} on {raised.day} {raised:%B %Y}, for {name}."
        how = "What it says does not stand in this mail. Your office alone reads it, and each look is written down:"
        command = f"    breaktime concern show {concern.id} --as YOUR-ID"
        text = paragraphs([f"{head} Its number is {concern.id}.", how]) + f"\n{command}\n\n"
        text += paragraphs(reminders(concern.office))
        subject = f"Breaktime: a concern was raised ({concern.id})"
        return [
            Letter(f"{concern.id}-{number}", one.email, subject, text, concern.raised)
            for number, one in enumerate(holders, 1)
        ]

    def _allowed(self, officer: Officer, id: str) -> Concern:
        why = "no-such-concern"
        if self.files.holds(id):
            concern = self._read(id)
            why = may_read(concern, officer, self.holders)
            if not why:
                return concern
        detail = {"concern": id if self.files.holds(id) else ""}
        self.log.append(Tag.CONCERN_DENIED, officer.id, self.now(), "", detail)
        if why == "no-such-concern":
            raise NoConcern(f"there is no concern {id[:20]!r}; `breaktime concern list` shows yours")
        raise NotShown(why)

    def _all(self) -> list[Concern]:
        """Every concern, oldest first. Raises StoreError if one cannot be read: no list or copy is short in silence."""
        found, trouble = self._readable()
        if trouble:
            raise trouble[0]
        return found

    def _readable(self) -> tuple[list[Concern], list[StoreError]]:
        """The concerns that can be read, oldest first, and what is wrong with the others."""
        found, trouble = list[Concern](), list[StoreError]()
        for id in self.files.ids():
            try:
                found.append(self._read(id))
            except KeyMissingError:  # its key was destroyed and the file is going
                continue
            except StoreError as problem:
                trouble.append(problem)
        return sorted(found, key=lambda concern: concern.raised), trouble

    def _read(self, id: str) -> Concern:
        try:
            return of_plain(Concern, json.loads(self.files.read(id)))
        except ValueError as problem:
            raise StoreError(str(problem), self.files.folder / id, "restore it from a backup") from None


def _dumped(concern: Concern) -> bytes:
    return canonical(as_plain(concern))
