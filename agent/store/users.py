"""Who may use the console, and the links by which people are asked in.

    <data>/accounts/users.json         {id: {person, technician, email, …}}, 0600
    <data>/accounts/invitations.json   {SHA-256 of the link's secret: {id, …, until}}, 0600

A user is somebody who can sign in. What they may do comes from elsewhere: the office from the list of officers
(`officers.py`), `technician` from the invitation, `person` from people.csv.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.store.credentials import Credentials
from agent.store.errors import StoreError, explained
from agent.store.files import locked, put, read_private

FOLDER = "accounts"
USERS, INVITATIONS = "users.json", "invitations.json"
_LARGEST = 8 << 20
_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
RESERVED = frozenset({"system", "nobody"})


class UserError(Exception):
    """Somebody cannot be taken in or changed; says why and what to do, and nothing of a secret."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can sign in. `wants` is the office they were invited for, until head or chair confirm it.

    `issuer` and `subject` bind them to the school's own sign-in from their first use of it; `email` finds them there.
    """

    id: str
    person: str = ""
    technician: bool = False
    email: str = ""
    wants: str = ""
    locked: bool = False
    issuer: str = ""
    subject: str = ""
    credentials: Credentials = field(default_factory=Credentials, repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody who is asked in, by whom, until when (aware). The same words as a user has."""

    id: str
    person: str
    technician: bool
    email: str
    wants: str
    by: str
    until: datetime


class Users:
    """The users of a data folder. Safe between processes; what was read is remembered until the file changes."""

    __slots__ = ("_folder", "_known", "_stamp")

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER
        self._known: dict[str, User] = {}
        self._stamp: tuple[int, ...] = ()

    def all(self) -> list[User]:
        """Every user, by id. Raises StoreError."""
        return sorted(self._current().values(), key=lambda user: user.id)

    def get(self, id: str) -> User | None:
        """The user of that id. Raises StoreError."""
        return self._current().get(id)

    def change(self, id: str, change: Callable[[User], User]) -> User:
        """Change a user under the lock. Raises UserError if there is none."""
        with self._changing() as folder:
            known = self._current()
            if id not in known:
                raise UserError(f"there is no user {id[:40]!r}: breaktime console user list")
            changed = change(known[id])
            self._save({**known, id: changed}, folder)
        return changed

    def lock(self, id: str) -> User:
        """Let a user in no longer: links that were made for them are good no longer either. Raises UserError."""
        with self._changing() as folder:
            known = self._current()
            if id not in known:
                raise UserError(f"there is no user {id[:40]!r}: breaktime console user list")
            locked = replace(known[id], locked=True)
            left = {key: one for key, one in self._invitations().items() if one.id != id}
            self._save_invitations(left, folder)
            self._save({**known, id: locked}, folder)
        return locked

    def invite(self, new: Invitation) -> str:
        """Keep an invitation, in the place of any other for that id; the link's secret. Raises UserError."""
        if not _ID.fullmatch(new.id) or new.id in RESERVED:
            raise UserError(f"{new.id[:40]!r} is no id: small letters, digits and '-' make one, such as head-1")
        secret = secrets.token_urlsafe(32)
        with self._changing() as folder:
            waiting = {key: one for key, one in self._invitations().items() if one.id != new.id}
            self._save_invitations({**waiting, _key(secret): new}, folder)
        return secret

    def invited(self, secret: str, at: datetime) -> Invitation | None:
        """The invitation of a link, while it is good."""
        found = self._invitations().get(_key(secret))
        return found if found and at < found.until else None

    def waiting(self, at: datetime) -> list[Invitation]:
        """Who was asked in and has not come, by id."""
        return sorted((one for one in self._invitations().values() if at < one.until), key=lambda one: one.id)

    def accept(self, secret: str, credentials: Credentials, at: datetime) -> User:
        """Make the user of an invitation, or give them new credentials; the link is used up. Raises UserError."""
        with self._changing() as folder:
            waiting = self._invitations()
            new = waiting.pop(_key(secret), None)
            if new is None or at >= new.until:
                raise UserError("this link has been used, or its time is over; ask for another")
            known = self._current()
            user = replace(
                _of(new, known.get(new.id) or User(new.id)),
                credentials=credentials,
                locked=False,
                issuer="",
                subject="",
            )
            self._save({**known, new.id: user}, folder)
            self._save_invitations({key: one for key, one in waiting.items() if at < one.until}, folder)
        return user

    def claim(self, id: str, issuer: str, subject: str, at: datetime) -> User:
        """Make the user of an invitation, known by the school's own sign-in; it is used up. Raises UserError."""
        with self._changing() as folder:
            waiting = self._invitations()
            new = next((one for one in waiting.values() if one.id == id and at < one.until), None)
            if new is None:
                raise UserError("nobody of that id was asked in")
            known = self._current()
            user = _of(new, known.get(id) or User(id))
            user = replace(user, credentials=Credentials(), locked=False, issuer=issuer, subject=subject)
            self._save({**known, id: user}, folder)
            self._save_invitations({key: one for key, one in waiting.items() if one.id != id}, folder)
        return user

    def remove(self, id: str) -> bool:
        """Take a user out, and what invites them; False if there was neither."""
        with self._changing() as folder:
            known, waiting = dict(self._current()), self._invitations()
            left = {key: one for key, one in waiting.items() if one.id != id}
            if known.pop(id, None) is None and len(left) == len(waiting):
                return False
            self._save(known, folder)
            self._save_invitations(left, folder)
        return True

    def _current(self) -> Mapping[str, User]:
        path = self._folder / USERS
        with explained(path):
            try:
                stat = path.stat()
            except FileNotFoundError:
                self._known, self._stamp = {}, ()
                return self._known
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if stamp != self._stamp:
                rows = _loaded(path)
                self._known, self._stamp = _each(path, rows, _user), stamp
        return self._known

    def _invitations(self) -> dict[str, Invitation]:
        path = self._folder / INVITATIONS
        with explained(path):
            return _each(path, _loaded(path), lambda key, row: _invitation(row))

    def _save(self, known: Mapping[str, User], folder: int) -> None:
        rows = {id: {key: value for key, value in asdict(user).items() if key != "id"} for id, user in known.items()}
        put(self._folder / USERS, json.dumps(rows, indent=1, sort_keys=True).encode(), folder)

    def _save_invitations(self, waiting: Mapping[str, Invitation], folder: int) -> None:
        rows = {key: {**asdict(one), "until": one.until.astimezone(UTC).isoformat()} for key, one in waiting.items()}
        put(self._folder / INVITATIONS, json.dumps(rows, indent=1, sort_keys=True).encode(), folder)

    @contextmanager
    def _changing(self) -> Iterator[int]:
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as folder:
                yield folder


def _of(new: Invitation, before: User) -> User:
    """The user as the invitation says."""
    return replace(before, person=new.person, technician=new.technician, email=new.email, wants=new.wants)


def _loaded(path: Path) -> Any:
    try:
        return json.loads(read_private(path, _LARGEST))
    except FileNotFoundError:
        return {}
    except ValueError:
        return None


def _each[T](path: Path, rows: Any, read: Callable[[str, Any], T]) -> dict[str, T]:
    try:
        return {key: read(key, row) for key, row in rows.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError("is not a list that Breaktime wrote", path, "restore it from a backup") from None


def _user(id: str, row: Any) -> User:
    given = dict(row["credentials"])
    credentials = Credentials(**{**given, "recovery": tuple(given["recovery"])})
    return User(**{**row, "id": id, "credentials": credentials})


def _invitation(row: Any) -> Invitation:
    return Invitation(**{**row, "until": datetime.fromisoformat(row["until"])})


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
