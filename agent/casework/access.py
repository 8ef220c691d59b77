"""The desk for access requests: taken in, announced to the head, answered, revoked, forgotten. The entry comes first.

An entry names officers and numbers, never who asked, for what, or the word of an answer. Whoever may answer is decided
in `agent/core/access.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from agent.casework.plain import as_plain, of_plain
from agent.core.access import (
    KEPT,
    LONGEST_GRANT,
    LONGEST_WORD,
    WAITING_ALL,
    WAITING_EACH,
    AccessRequest,
    Answer,
    Asking,
    Standing,
    may_decide,
    readable,
)
from agent.core.audit import Tag, canonical, stamp
from agent.core.officeholders import Officeholders
from agent.core.offices import Office, Officer
from agent.mail.letter import Letter, paragraphs
from agent.store.accessfiles import AccessFiles
from agent.store.auditlog import SYSTEM, AuditLog
from agent.store.errors import KeyMissingError, StoreError


class AccessError(ValueError):
    """It cannot be done as it is; the text says what to mend."""


class NotAnswered(AccessError):
    """The officer may not; the text says why. An entry was written."""


class Kept(NamedTuple):
    """The requests that can be read, and by its number what is wrong with each that cannot."""

    requests: list[AccessRequest]
    damaged: dict[str, StoreError]


@dataclass(frozen=True, slots=True)
class AccessDesk:
    """What the desk stands on at one site. `now` gives the instant, aware; `post` keeps letters until they are sent."""

    school: str
    zone: tzinfo
    log: AuditLog
    now: Callable[[], datetime]
    files: AccessFiles
    holders: Officeholders
    post: Callable[[Letter], None]

    def take(self, asking: Asking) -> AccessRequest:
        """Keep a request; it is on the disk when this returns. Raises AccessError, StoreError."""
        if problems := asking.problems():
            raise AccessError("; ".join(problems))
        with self.files.changing() as folder:
            self.files.tidy(folder)
            waiting = [one for one in self.kept().requests if one.standing(self.now()) is Standing.WAITING]
            mine = [one for one in waiting if one.asking.is_by(asking.device, asking.person)]
            if same := next((one for one in mine if one.asking.service == asking.service), None):
                return same  # asked twice is asked once
            if len(mine) >= WAITING_EACH or len(waiting) >= WAITING_ALL:
                raise AccessError("too many requests wait for an answer already; ask again once they are answered")
            return self._made(asking, None, Tag.ACCESS_ASK, SYSTEM, folder)

    def announce(self) -> int:
        """Put a letter into the outbox for each request that waits and that nobody was told of; how many.

        Done again after an interruption it goes on: a letter that is put twice is one letter.
        """
        told = 0
        with self.files.changing() as folder:
            for one in self.kept().requests:
                if one.told or one.standing(self.now()) is not Standing.WAITING:
                    continue
                letters = self._letters(one)
                for letter in letters:
                    self.post(letter)
                if letters:
                    self._write(replace(one, told=True), folder)
                    told += 1
        return told

    def listed(self, officer: Officer) -> Kept:
        """Every request that is kept, for whoever may answer one; oldest first. Raises NotAnswered, StoreError."""
        if officer.office not in (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS):
            raise self._denied(officer, "", may_decide(_NOBODYS, officer))
        self.log.append(Tag.ACCESS_LIST, officer.id, self.now())
        return self.kept()

    def authorise(self, officer: Officer, id: str, until: datetime, word: str = "") -> AccessRequest:
        """Allow it until an instant. Raises NotAnswered, AccessError, StoreError."""
        self._until(until)

        def answered(request: AccessRequest) -> AccessRequest:
            _waits(request, self.now())
            return replace(request, answer=Answer(officer.id, self.now(), until, _worded(word)))

        return self._change(officer, id, Tag.ACCESS_GRANT, answered, {"until": stamp(until)})

    def refuse(self, officer: Officer, id: str, word: str) -> AccessRequest:
        """Refuse it, with a word to whoever asked. Raises NotAnswered, AccessError, StoreError."""
        if not word.strip():
            raise AccessError("say in a word why not: whoever asked is shown it")

        def answered(request: AccessRequest) -> AccessRequest:
            _waits(request, self.now())
            return replace(request, answer=Answer(officer.id, self.now(), None, _worded(word)))

        return self._change(officer, id, Tag.ACCESS_REFUSE, answered)

    def revoke(self, officer: Officer, id: str, word: str = "") -> AccessRequest:
        """End what was granted, now. Raises NotAnswered, AccessError, StoreError."""

        def ended(request: AccessRequest) -> AccessRequest:
            if request.standing(self.now()) is not Standing.GRANTED:
                raise AccessError(f"{request.id} is not in force: it is {request.standing(self.now())}")
            return replace(request, revoked=Answer(officer.id, self.now(), None, _worded(word)))

        return self._change(officer, id, Tag.ACCESS_REVOKE, ended)

    def give(self, officer: Officer, asking: Asking, until: datetime) -> AccessRequest:
        """Allow what nobody asked for on the page. Raises NotAnswered, AccessError, StoreError."""
        self._until(until)
        if problems := asking.problems():
            raise AccessError("; ".join(problems))
        if why := may_decide(asking, officer):
            raise self._denied(officer, "", why)
        answer = Answer(officer.id, self.now(), until)
        with self.files.changing() as folder:
            self.files.tidy(folder)
            return self._made(asking, answer, Tag.ACCESS_GRANT, officer.id, folder)

    def forget(self, at: datetime) -> list[str]:
        """Destroy what nobody needs any more at an instant that is sure; the numbers. Raises StoreError."""
        gone = []
        with self.files.changing() as folder:
            for one in self.kept().requests:
                if one.over + KEPT <= at:
                    self._destroy(one, folder)
                    gone.append(one.id)
        return gone

    def of(self, person: str) -> list[AccessRequest]:
        """A person's requests, oldest first. Raises StoreError as `all` does."""
        return [one for one in self.all() if one.asking.person == person]

    def erase(self, person: str) -> tuple[int, int]:
        """Destroy a person's requests that are over; how many went, and how many stay as they wait or are in force.

        Raises StoreError before any is gone if one cannot be read: nobody could tell whose it is.
        """
        with self.files.changing() as folder:
            mine, now = self.of(person), self.now()
            over = [one for one in mine if one.standing(now) not in (Standing.WAITING, Standing.GRANTED)]
            for one in over:
                self._destroy(one, folder)
        return len(over), len(mine) - len(over)

    def all(self) -> list[AccessRequest]:
        """Every request, oldest first, for who must miss none. Raises StoreError if one cannot be read."""
        found = self.kept()
        if found.damaged:
            raise next(iter(found.damaged.values()))
        return found.requests

    def kept(self) -> Kept:
        """Every request that can be read, oldest first, and what is wrong with the others: one alone stops nothing."""
        return kept_in(self.files)

    def _destroy(self, request: AccessRequest, folder: int) -> None:
        self.log.append(Tag.KEY_DESTROY, SYSTEM, self.now(), "", {"request": request.id})
        self.files.forget(request.id, folder)

    def _made(self, asking: Asking, answer: Answer | None, tag: Tag, actor: str, folder: int) -> AccessRequest:
        now = self.now()
        id = self.files.new_id(now.astimezone(self.zone).year)
        until = {"until": stamp(answer.until)} if answer and answer.until else {}
        self.log.append(tag, actor, now, "", {"request": id, **until})
        made = AccessRequest(id, now, asking.cleaned(), answer, told=answer is not None)
        self._write(made, folder)
        return made

    def _change(
        self,
        officer: Officer,
        id: str,
        tag: Tag,
        change: Callable[[AccessRequest], AccessRequest],
        detail: dict[str, str] | None = None,
    ) -> AccessRequest:
        with self.files.changing() as folder:
            if not self.files.holds(id):
                raise self._denied(officer, "", f"there is no access request {id[:20]!r}")
            request = _read(self.files, id)
            if why := may_decide(request.asking, officer):
                raise self._denied(officer, id, why)
            changed = change(request)
            self.log.append(tag, officer.id, self.now(), "", {"request": id, **(detail or {})})
            self._write(changed, folder)
        return changed

    def _until(self, until: datetime) -> None:
        if not self.now() < until <= self.now() + LONGEST_GRANT:
            raise AccessError("an authorisation ends at a time that is still to come, within a year")

    def _denied(self, officer: Officer, id: str, why: str) -> NotAnswered:
        self.log.append(Tag.ACCESS_DENIED, officer.id, self.now(), "", {"request": id})
        return NotAnswered(why)

    def _letters(self, request: AccessRequest) -> list[Letter]:
        at = request.at.astimezone(self.zone)
        office = Office.HEADTEACHER
        if any(one.person and one.person == request.asking.person for one in self.holders.of(office)):
            office = Office.CHAIR_OF_GOVERNORS
        what = (
            f"Somebody at {self.school} asked at {at:%H:%M} on {at.day} {at:%B %Y} for access to a service that the "
            f"policy blocks. Its number is {request.id}. Who asked, and for what, does not stand in this mail."
        )
        how = "It waits for your answer in the console, under Access, or on the gateway:"
        text = paragraphs([what, how]) + "\n    breaktime authorise list --as YOUR-ID\n"
        subject = f"Breaktime: access was asked for ({request.id})"
        return [
            Letter(f"{request.id}-{number}", one.email, subject, text, request.at)
            for number, one in enumerate(self.holders.of(office), 1)
        ]

    def _write(self, request: AccessRequest, folder: int) -> None:
        self.files.write(request.id, canonical(as_plain(request)), folder)


def kept_in(files: AccessFiles) -> Kept:
    """Every request of a folder, for who only reads: nothing is written for it."""
    found, damaged = [], {}
    for id in files.ids():
        try:
            found.append(_read(files, id))
        except (KeyMissingError, KeyError):  # it is being forgotten
            continue
        except StoreError as problem:
            damaged[id] = problem
    return Kept(sorted(found, key=lambda request: request.at), damaged)


def _read(files: AccessFiles, id: str) -> AccessRequest:
    try:
        return of_plain(AccessRequest, json.loads(files.read(id)))
    except ValueError as problem:
        raise StoreError(str(problem), files.folder / id, "restore it from a backup") from None


_NOBODYS = Asking("", "", "", "", "")


def _waits(request: AccessRequest, now: datetime) -> None:
    if request.standing(now) is not Standing.WAITING:
        raise AccessError(f"{request.id} does not wait for an answer: it is {request.standing(now)}")


def _worded(word: str) -> str:
    if len(word) > LONGEST_WORD:
        raise AccessError(f"a word is at most {LONGEST_WORD} characters")
    return readable(word)
