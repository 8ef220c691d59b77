"""The gateway's own file → the database elsewhere: round by round, whole minutes, and what was forgotten is forgotten.

    set back? → mark everything again      forgotten days → delete there      marks → rows → send → acknowledged → clear

Nothing is kept in memory that a round needs: killed anywhere, the next one begins from the two journals. While the
database is away rounds fail and everything waits in the file, for as long as the retention lets it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import psycopg

from agent.store.database import Database
from agent.store.errors import StoreError
from agent.store.postgres import batches, days
from agent.store.postgres.batches import Batch
from agent.store.postgres.schema import form_of
from agent.store.postgres.server import Connect, Session
from agent.store.progress import Progress, mark_all
from agent.store.spool import Mark, Spool

ROWS = 10_000
"""About as many rows make a batch: some 10 MB here, a fraction of a second there."""
MOST_MINUTES = 2_000
LOOK_EVERY = 20
"""Rounds in a row between two looks at what was forgotten; when little is sent each round looks."""

Forgotten = Callable[[], Collection[date]]
"""The days whose keys were destroyed, as the receipts say."""
Outlived = Callable[[Collection[date]], Collection[date]]
"""Those of the days that have no key here and are older than anything is kept: of a folder that was lost."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did. `more`: there is more to send at once."""

    rows: int = 0
    minutes: int = 0
    forgotten: tuple[date, ...] = ()
    set_back: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A batch as it was read from the file. `more`: there are later marks."""

    marks: Sequence[Mark]
    rows: Sequence[Sequence[object]]
    sealed: Sequence[Sequence[object]]
    more: bool


class Forwarder:
    """Forwards one site's file at `path`. For one thread; only `abandon` may be called from another."""

    def __init__(
        self, path: Path, site: str, connect: Connect, where: str, forgotten: Forgotten, outlived: Outlived
    ) -> None:
        self._path, self._site, self._connect, self._where = path, site, connect, where
        self._forgotten, self._outlived = forgotten, outlived
        self._session: Session | None = None
        self._database: Database | None = None
        self._begun: set[date] = set()
        self._gone: frozenset[date] = frozenset()
        self._ahead: Read | None = None
        self._taken: tuple[Sequence[Mark], int] | None = None
        self._limit = 10
        self._next = 1
        self._busy = 0

    def round(self, minute: int) -> Round:
        """Send the oldest of what waits, but for `minute` (since the epoch), which is still being counted.

        Raises StoreError, and then nothing is lost: the connection is given up and the next round begins anew.
        """
        try:
            session = self._ready()
            done = Round()
            if self._busy % LOOK_EVERY == 0:
                self._settle()
                self._ahead = None  # it may hold a day that is forgotten by now
                done = Round(forgotten=self._forget(session), set_back=self._set_back(session))
            sent = self._send(session, minute)
        except Exception:
            self._let_go()
            raise
        self._busy = self._busy + 1 if sent.more else 0
        return replace(sent, forgotten=done.forgotten, set_back=done.set_back)

    def waiting(self) -> tuple[int, int | None]:
        """How many minutes wait, and the oldest of them (since the epoch)."""
        self._open()
        oldest = self._spool.marks(1)
        return self._spool.backlog().minutes, oldest[0].minute if oldest else None

    def abandon(self) -> None:
        """Have a round that waits for the database fail at once."""
        session = self._session
        if session is not None:
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(session.fileno())) as way:
                way.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of both."""
        self._let_go()
        if self._database is not None:
            self._database.close()
            self._spool.close()

    def _ready(self) -> Session:
        self._open()
        if self._session is None or self._session.closed:
            self._let_go()
            session = self._connect()
            self._session = session
            if problem := form_of(session, self._where).problem(self._where):
                raise problem
        return self._session

    def _open(self) -> None:
        """The file that stands at its place now: the gateway may have set a damaged one aside."""
        if not self._path.exists():
            raise StoreError("there is no record yet", self._path, "it is made when the gateway starts")
        if self._database is not None and self._database.in_place():
            return
        if self._database is not None:
            self.close()
        self._database = Database(self._path)
        self._progress = Progress(self._database, self._site)
        self._spool = Spool(self._path, self._site)

    def _let_go(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session, self._ahead, self._taken, self._busy = None, None, None, 0
        self._begun.clear()

    def _set_back(self, session: Session) -> bool:
        """True if the database has lost what it once acknowledged; all of it is marked to be sent again."""
        has = batches.received(session, self._where, self._site, self._progress.spool)
        self._next = has + 1
        if has >= self._progress.batch:
            return False
        assert self._database is not None, "opened before"
        mark_all(self._database, self._site)
        self._progress.acknowledged(has)
        return True

    def _forget(self, session: Session) -> tuple[date, ...]:
        """What was destroyed here goes there, too: also what an old backup brought back. It is never sent again."""
        places = days.partitions(session, self._where)
        self._gone = frozenset(self._forgotten()) | frozenset(self._outlived(places))
        gone = places & self._gone
        held = days.held(session, self._where, self._site, gone) if gone else []
        for day in held:
            days.forget(session, self._where, self._site, day)
        for day in sorted(gone):
            days.end(session, self._where, day)
        return tuple(held)

    def _send(self, session: Session, minute: int) -> Round:
        read, self._ahead = self._ahead or self._read(minute), None
        if read.rows:
            self._begin(session, read.rows)
            given = Batch(self._site, self._progress.spool, self._next, read.rows, read.sealed)
            batches.send(session, self._where, given, lambda: self._meanwhile(minute, read))
            self._next += 1
        self._taken = (read.marks, self._next - 1)
        if not self._ahead:
            self._settle()
        return Round(len(read.rows), len(read.marks), more=read.more)

    def _meanwhile(self, minute: int, last: Read) -> None:
        """While the database takes a batch: settle the one before and read the next."""
        self._settle()
        share = self._limit * ROWS // max(1, len(last.rows))
        self._limit = max(1, min(MOST_MINUTES, self._limit * 2, share))
        if last.more:
            self._ahead = self._read(minute, last.marks[-1])

    def _settle(self) -> None:
        """Note that the database has what it took. Killed before, it is sent again, which changes nothing."""
        if self._taken is not None:
            marks, batch = self._taken
            self._taken = None
            self._progress.acknowledged(batch)
            self._spool.sent(marks)

    def _read(self, minute: int, after: Mark | None = None) -> Read:
        marks = [mark for mark in self._spool.marks(self._limit + 2, after) if mark.minute != minute]
        batch = marks[: self._limit]
        rows = self._spool.rows([mark for mark in batch if date.fromisoformat(mark.day) not in self._gone])
        return Read(batch, rows, self._spool.identities(rows), len(marks) > len(batch))

    def _begin(self, session: Session, rows: Sequence[Sequence[object]]) -> None:
        new = {date.fromisoformat(str(row[1])) for row in rows} - self._begun
        if new:
            days.begin(session, self._where, new)
            self._begun |= new
