"""Who is let in at the console: asked in by a one-time link, proved by password and code, confirmed in office.

Each step is an entry of the audit chain, there before it happens. A technician asks people in and confers nothing by
it: an office is confirmed by head or chair, as `agent/casework/officers.py` demands; the first of those two is named at
the command line, by whoever may write the data folder.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.signin import audit_log
from agent.casework.desk import Desk
from agent.casework.officers import APPOINTING, add_officer, officers_of
from agent.clock import Clock
from agent.core.audit import Tag
from agent.core.callers import Caller
from agent.core.offices import Office, Officer
from agent.store.auditlog import SYSTEM, AuditLog
from agent.store.casefiles import FOLDER as OFFICERS
from agent.store.credentials import Credentials, Passwords, second_factor, weakness
from agent.store.officers import OfficerError, Officers
from agent.store.users import Invitation, User, UserError, Users

FIRST_LINK = timedelta(hours=1)
LINK = timedelta(days=7)
FIRST = "technician-1"
STAFF = "staff"
"""What somebody waits to be confirmed as who holds no office."""
_OFFICERS = "that id is an officer's: the headteacher or the chair of governors makes the link"


class NotAdmitted(Exception):
    """That is not the user, the password and the code; which of them is not said."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody asks in. `office` is "" for staff, or one of case work's; `technician` keeps the machine."""

    id: str
    person: str = ""
    email: str = ""
    office: str = ""
    technician: bool = False


class Vouched(NamedTuple):
    """Whom the school's own sign-in vouches for; `anew` if it is their way in only from now on."""

    user: User
    anew: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """The list of users, the list of officers and the chain. `now` gives the machine's own instant, aware."""

    users: Users
    officers: Officers
    log: AuditLog
    now: Callable[[], datetime]
    passwords: Passwords = field(default_factory=Passwords)

    def invite(
        self, wanted: Wanted, by: str = SYSTEM, life: timedelta = LINK, appointing: bool = False
    ) -> tuple[str, datetime]:
        """Ask somebody in; the link's secret and its end. Raises UserError, StoreError.

        A link is a way to what its user may do. For an officer, head or chair make it (`appointing`), or whoever may
        write the data folder. Whom the technician asks in is nobody of people.csv until head or chair confirm it:
        else a technician could come in as anybody, and read their record.
        """
        officer = self._officer(wanted.id)
        _sound(wanted, officer)
        if officer and by != SYSTEM and not appointing:
            raise UserError(_OFFICERS)
        doubtful = bool(wanted.person) and by != SYSTEM and not appointing
        until = self.now() + life
        user = self.users.get(wanted.id)
        if user is None and wanted.person and any(one.person == wanted.person for one in self.users.all()):
            raise UserError("that person has a user already; make a new link for that one")
        wants = wanted.office or (STAFF if doubtful else "")
        new = Invitation(wanted.id, wanted.person, wanted.technician, wanted.email, wants, by, until)
        detail = {"id": wanted.id, "for": wanted.office or ("technician" if wanted.technician else "staff")}
        secret = self.users.invite(new)
        self.log.append(Tag.USER_INVITE, by, self.now(), "", detail)
        return secret, until

    def accept(self, secret: str, password: str, proved: Credentials) -> User:
        """Make the user of a link; `proved` has the codes that they showed to work. Raises UserError, StoreError."""
        new = self.users.invited(secret, self.now())
        if new is None:
            raise UserError("this link has been used, or its time is over; ask for another")
        if not self._theirs(new):
            raise UserError(_OFFICERS)
        if wrong := weakness(password, new.id, new.person, "breaktime"):
            raise UserError(f"choose another password: {wrong}")
        self.log.append(Tag.USER_ACCEPT, new.id, self.now(), "", {"by": new.by})
        return self.users.accept(secret, replace(proved, password=self.passwords.hash(password)), self.now())

    def prove(self, id: str, password: str, code: str) -> User:
        """The user of that id, password and code. Raises NotAdmitted; takes as long whichever of them is wrong."""
        user = self.users.get(id)
        known = user.credentials if user else Credentials()
        right = self.passwords.right(known.password, password)
        used = second_factor(known, code, self.now().timestamp())
        if user is None or user.locked or not right or used is None:
            raise NotAdmitted
        return self.users.change(user.id, lambda one: replace(one, credentials=_once(one.credentials, used)))

    def caller(self, user: User) -> Caller:
        """Who that is today: the office is asked of the list of officers; who waits is nobody of people.csv yet."""
        return Caller.of(user.id, "" if user.wants else user.person, user.technician, self.officers.all())

    def lock(self, id: str, locked: bool, by: str = SYSTEM) -> None:
        """Let somebody in no longer, or again; their sessions end with the next request. Raises UserError.

        A link that was made before is good no longer: it would let them in again.
        """
        if self.users.get(id) is None:
            raise UserError(f"there is no user {id[:40]!r}")
        self.log.append(Tag.USER_CHANGE, by, self.now(), "", {"id": id, "locked": "yes" if locked else "no"})
        if locked:
            self.users.lock(id)
        else:
            self.users.change(id, lambda one: replace(one, locked=False))

    def remove(self, id: str, by: str = SYSTEM) -> bool:
        """Take a user out; False if there is none. An officer stays one until head or chair says otherwise."""
        self.log.append(Tag.USER_REMOVE, by, self.now(), "", {"id": id})
        return self.users.remove(id)

    def known_by(self, issuer: str, subject: str, email: str) -> Vouched:
        """Whom the school's own sign-in vouches for: bound to it before, or asked in by that address. NotAdmitted."""
        anew = False
        bound = [one for one in self.users.all() if (one.issuer, one.subject) == (issuer, subject)]
        if not bound and email:
            # An officer's or technician's own codes are not bypassed by an address: they are asked in by it anew.
            asked = [one for one in self.users.waiting(self.now()) if one.email.casefold() == email]
            if len(asked) == 1 and self._theirs(asked[0]):
                self.log.append(Tag.USER_ACCEPT, asked[0].id, self.now(), "", {"by": asked[0].by, "through": "school"})
                bound, anew = [self.users.claim(asked[0].id, issuer, subject, self.now())], True
        if len(bound) != 1 or bound[0].locked:
            raise NotAdmitted
        return Vouched(bound[0], anew)

    def asks(self) -> list[User]:
        """Users who were asked in as something that nobody has confirmed."""
        return [user for user in self.users.all() if user.wants]

    def _officer(self, id: str) -> bool:
        return any(one.id == id for one in self.officers.all())

    def _theirs(self, new: Invitation) -> bool:
        """False for a link that a technician made before its user became an officer: it is good no longer."""
        makers = {SYSTEM, *(one.id for one in self.officers.all() if one.office in APPOINTING)}
        return not self._officer(new.id) or new.by in makers


def admission_of(config: Configuration, data: DataFolder, passwords: Passwords | None = None) -> Admission:
    """The admission of a site, by the machine's own clock: in a rehearsal too. Raises StoreError."""
    clock = Clock()
    log = audit_log(data, config.engine.site.id, clock.now())
    return Admission(Users(data.root), Officers(data.root / OFFICERS), log, clock.now, passwords or Passwords())


def first_link(admission: Admission) -> tuple[str, datetime] | None:
    """A link for the first technician, good for an hour; None where there is a user already. Raises StoreError."""
    if admission.users.all():
        return None
    return admission.invite(Wanted(FIRST, technician=True), life=FIRST_LINK)


def link_for(admission: Admission, id: str | None) -> tuple[str, datetime, str]:
    """A link for a user who lost their way in, with its end and whose it is; without an id for the first technician.

    Raises UserError, StoreError. At the command line alone: it is a way to what that user may do.
    """
    users = admission.users.all()
    technicians = [user.id for user in users if user.technician]
    whose = id or (technicians[0] if technicians else FIRST)
    user = admission.users.get(whose)
    if user is None and id:
        raise UserError(f"there is no user {id[:40]!r}: breaktime console user add {id[:40]} …")
    found = user or User(FIRST, technician=True)
    wanted = again(found)
    return (*admission.invite(wanted, life=FIRST_LINK), whose)


def again(user: User) -> Wanted:
    """What a user is asked in as once more."""
    return Wanted(user.id, user.person, user.email, "" if user.wants == STAFF else user.wants, user.technician)


def confirm(admission: Admission, desk: Desk, id: str, by: Officer | None) -> None:
    """Confirm a user in the office that they were asked in for. Raises OfficerError, StoreError.

    `by` is None at the command line alone, where the first head or chair is named.
    """
    user = admission.users.get(id)
    if user is None or not user.wants:
        raise OfficerError(f"{id[:40]!r} waits for nothing")
    if user.technician and user.wants != STAFF:
        raise OfficerError("whoever keeps the machine has no part in case work")
    if by is not None and by.id == id:
        raise OfficerError("nobody confirms themselves")
    if user.wants == STAFF:
        if by is None or by.office not in APPOINTING:
            raise OfficerError("the headteacher or the chair of governors confirms that, in the console")
        admission.log.append(Tag.USER_CHANGE, by.id, admission.now(), "", {"id": id, "confirmed": STAFF})
    else:
        # Officers of the console have no secret for the command line: one that nobody knows stands in its place.
        add_officer(desk, Officer(user.id, Office(user.wants), user.person), secrets.token_urlsafe(32), by)
    admission.users.change(id, lambda one: replace(one, wants=""))


def word_of(user: User) -> str:
    """Six characters that only this user's own start page shows, for head or chair to hear from them."""
    own = f"{user.id}\0{user.credentials.totp}\0{user.issuer}\0{user.subject}"
    return b32encode(sha256(own.encode()).digest()).decode().lower()[:6]


def appointed(desk: Desk) -> bool:
    """True if there is a head or a chair, who confirm all others."""
    return any(one.office in APPOINTING for one in officers_of(desk).all())


def _sound(wanted: Wanted, officer: bool) -> None:
    if wanted.technician and wanted.office:
        raise UserError("whoever keeps the machine has no part in case work: a technician holds no office")
    if wanted.office and wanted.office not in {one.value for one in Office if one is not Office.TECHNICIAN}:
        raise UserError(f"{wanted.office[:40]!r} is no office of case work")
    if not (wanted.technician or wanted.office or wanted.person or officer):
        raise UserError("who is neither technician nor officer is somebody of people.csv: name the person")


def _once(now: Credentials, used: Credentials) -> Credentials:
    """The credentials after use; another request may have used the same code in the meantime."""
    same = now.step < used.step or (now.step == used.step and set(used.recovery) < set(now.recovery))
    if not same:
        raise NotAdmitted
    return replace(now, step=max(now.step, used.step), recovery=tuple(c for c in now.recovery if c in used.recovery))
