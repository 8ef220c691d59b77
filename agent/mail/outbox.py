"""The outbox on disk: one file a letter, there until the school's server has taken it.

A letter appears whole or not at all and is on the disk before `put` returns. A process that is killed between the
server's yes and the file's end sends it once more, under the same Message-ID. A letter that the server will never
take goes into `refused/` and is shown by `breaktime mail status` and `doctor`.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from secrets import token_hex

from agent.mail.letter import Letter, as_message

MOST = 10_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,120}")
_SUFFIX = ".eml"
_DRAFT = ".draft-"
_OLD_DRAFT = 600.0  # seconds; nobody writes one letter for longer
_REFUSED = "refused"
_BUSY = "another process is handing letters over now"


class MailError(Exception):
    """A letter cannot be put or sent; the text says what, where and what to do, and nothing of the letter."""


class Refused(Exception):
    """The server will never take this letter; the text is its code."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter in the outbox, or one that was refused; its repr does not tell to whom it goes."""

    id: str
    to: str = field(repr=False)
    written: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the outbox at one try. `trouble` says why letters wait, or ""."""

    sent: int = 0
    refused: int = 0
    waiting: int = 0
    trouble: str = ""


class Outbox:
    """The folder `<data>/mail`, 0700; files 0600."""

    __slots__ = ("folder",)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, letter: Letter) -> None:
        """Keep a letter until it is sent; one whose id is here already is kept as it is. Raises MailError."""
        if not _ID.fullmatch(letter.id):
            raise MailError("a letter's id is made of letters, digits, dots and hyphens")
        content = as_message(letter).as_bytes()
        with self._explained():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if len(self._names(self.folder)) >= MOST:
                raise MailError(f"{self.folder}: {MOST:,} letters wait; mend the way to the mail server first")
            self._write(self.folder / f"{letter.id}{_SUFFIX}", content)

    def waiting(self) -> tuple[Waiting, ...]:
        """Every letter that waits or was refused, by id."""
        found = [(path, False) for path in self._names(self.folder)]
        found += [(path, True) for path in self._names(self.folder / _REFUSED)]
        return tuple(_waiting(path, refused) for path, refused in found)

    def again(self) -> int:
        """Put every refused letter back; how many there were."""
        refused = self._names(self.folder / _REFUSED)
        for path in refused:
            path.replace(self.folder / path.name)
        return len(refused)

    def deliver(self, hand_over: Callable[[str, EmailMessage], None]) -> Delivery:
        """Offer every waiting letter, by id, with its message; ends at the first MailError, which says the trouble."""
        if not self._names(self.folder):
            return Delivery()
        with self._explained(), self._sending() as alone:
            if not alone:
                return Delivery(waiting=len(self._names(self.folder)), trouble=_BUSY)
            for draft in self.folder.glob(f"{_DRAFT}*"):
                self._forget(draft)
            return self._offer(hand_over)

    def _offer(self, hand_over: Callable[[str, EmailMessage], None]) -> Delivery:
        sent = refused = 0
        trouble = ""
        for path in self._names(self.folder):
            try:
                hand_over(path.stem, _whole(path))
                path.unlink()
                sent += 1
            except Refused:
                self._set_aside(path)
                refused += 1
            except MailError as problem:
                trouble = str(problem)
                break
        return Delivery(sent, refused, len(self._names(self.folder)), trouble)

    @staticmethod
    def _forget(draft: Path) -> None:
        """What a process left that was killed while it wrote: nobody was promised that letter."""
        try:
            if draft.stat().st_mtime < draft.parent.stat().st_mtime - _OLD_DRAFT:
                draft.unlink()
        except FileNotFoundError:  # its writer was quicker
            pass

    def _set_aside(self, path: Path) -> None:
        (self.folder / _REFUSED).mkdir(mode=0o700, exist_ok=True)
        path.replace(self.folder / _REFUSED / path.name)

    def _write(self, target: Path, content: bytes) -> None:
        draft = self.folder / f"{_DRAFT}{token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            os.link(draft, target)
        except FileExistsError:  # put before: that letter is kept
            pass
        finally:
            draft.unlink(missing_ok=True)
            _sync(self.folder)

    @contextmanager
    def _sending(self) -> Iterator[bool]:
        """True if no other process hands letters over now; putting needs no lock, and never waits for a server."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield _taken(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise MailError(
                f"{self.folder}: cannot be written ({problem.strerror}); free some space or chown it"
            ) from None

    @staticmethod
    def _names(folder: Path) -> list[Path]:
        return sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []


def _whole(path: Path) -> EmailMessage:
    """The message of a letter that can be sent; Refused if the file is none: no server could ever take it."""
    try:
        message = read(path)
        addressed = "@" in str(message["To"] or "")
    except (ValueError, LookupError, AttributeError):  # what the parser makes of bytes that are no letter
        addressed = False
    if not addressed:
        raise Refused("no letter")
    return message


def read(path: Path) -> EmailMessage:
    """The message in a file of the outbox."""
    message = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _waiting(path: Path, refused: bool) -> Waiting:
    try:
        message = _whole(path)
    except Refused:
        return Waiting(path.stem, "", "", refused)
    return Waiting(path.stem, str(message["To"]), str(message["Date"] or ""), refused)
