"""Case work beside a running gateway: who is recorded on concern, what came into force, the chain's head by mail.

An approval reaches the workers within a second or so, without a restart; its end comes by itself. Should the chain or a
case be unreadable, the gateway goes on ruling: nobody is recorded on concern, and it is said why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from agent.app.auditround import audit_round
from agent.app.cases import concerned, desk_of, still_open
from agent.app.kept_texts import kept_texts
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.desk import Desk
from agent.clock import Clock
from agent.core.audit import Tag
from agent.mail.outbox import MailError
from agent.store.auditlog import SYSTEM
from agent.store.errors import StoreError
from agent.store.history import History, digest_of

PAUSE = 0.5
"""Seconds between two looks at whether a case has changed."""
ANYWAY = 30.0
"""Seconds after which the cases are read again even if nothing seems to have changed."""
ROUND = 600.0
"""Seconds between two rounds of the audit chain."""

HandOut = Callable[[Configuration], Awaitable[None]]


class CaseWatch:
    """Keeps the configuration in force and the approved cases together."""

    def __init__(
        self,
        config: Configuration,
        data: DataFolder,
        hand_out: HandOut,
        say: Callable[[str], None],
        clock: Clock = Clock(),
    ) -> None:
        self._config, self._data, self._hand_out, self._say = config, data, hand_out, say
        self._clock = clock  # approvals are given by the machine's own clock, also while another is rehearsed
        self._desk: Desk | None = None
        self._seen: tuple[int, float] = (0, 0.0)
        self._ends: datetime | None = None
        self._said: frozenset[str] = frozenset()
        self._looks, self._counted_to = 0, 0
        self.subjects: frozenset[str] = frozenset()

    def adopt(self, config: Configuration) -> Configuration:
        """Take over a configuration that comes into force: kept, written down, and with whom cases concern now."""
        self._config, self._desk = config, None
        try:
            self._keep(config)
        except StoreError as problem:
            self._say(f"{problem}; evidence will lack the policy of this time")
        self.look(0.0)
        return config.concerning(self.subjects)

    def concerning(self, config: Configuration) -> Configuration:
        """A configuration with whom cases concern now."""
        return config.concerning(self.subjects)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if await asyncio.to_thread(self.look, loop.time()):
                await self._hand_out(self._config.concerning(self.subjects))
            if loop.time() >= due:
                await asyncio.to_thread(self.round)
                due = loop.time() + ROUND
            await asyncio.sleep(PAUSE)

    def look(self, now: float) -> bool:
        """True if cases concern others than before. `now` is any steady number of seconds."""
        at = self._clock.now()
        changed = self._changed()
        over = self._ends is not None and at >= self._ends
        if changed == self._seen[0] and not over and now - self._seen[1] < ANYWAY:
            return False
        self._seen = (changed, now)
        before = self.subjects
        self.subjects, self._ends = self._concerned(at)
        return self.subjects != before

    def round(self) -> None:
        """Do what the audit chain wants done now and then; trouble is said, and never ends the gateway."""
        try:
            if (desk := self._open_desk()) is not None:
                self._keep(self._config)
                audit_round(self._config, self._data, desk)
        except Exception as problem:
            known = isinstance(problem, StoreError | MailError)
            self._say(f"the audit chain's round failed: {problem if known else type(problem).__name__}")

    def counted(self) -> tuple[int, int, int] | None:
        """How many cases are open, how many cannot be read, and how many looks the chain knows of; None: unknown."""
        desk = self._desk
        if desk is None:
            return None
        try:
            more, self._counted_to = desk.log.count(Tag.CASE_SEARCH, self._counted_to)
            self._looks += more
            return (*still_open(desk), self._looks)
        except StoreError:  # the next round, or whoever looks, says what is wrong with it
            return None

    def _keep(self, config: Configuration) -> None:
        engine = config.engine
        desk, policy, at = self._open_desk(), engine.policies.in_force or "", self._clock.now()
        history, texts = History(self._data.root), kept_texts(config)
        if desk is None:  # the round keeps it once the entry can stand
            return
        if history.last() != engine.revision:
            detail = {"policy": policy, "revision": engine.revision, "texts": digest_of(texts)}
            desk.log.append(Tag.POLICY_CHANGE, SYSTEM, at, "", detail)
        history.keep(at, policy, engine.revision, texts)

    def _concerned(self, at: datetime) -> tuple[frozenset[str], datetime | None]:
        desk = self._open_desk()
        if desk is None:
            return frozenset(), None
        persons, ends, troubles = concerned(desk, at)
        for trouble in troubles:
            if trouble not in self._said:
                self._say(trouble)
        self._said = frozenset(troubles)
        return persons, ends

    def _open_desk(self) -> Desk | None:
        if self._desk is None:
            try:
                self._desk = desk_of(self._config, self._data, self._clock)
            except StoreError as problem:
                if str(problem) not in self._said:
                    self._say(f"{problem}; until that is mended nobody is recorded on concern")
                self._said |= {str(problem)}
        return self._desk

    def _changed(self) -> int:
        try:
            return (self._data.root / "cases").stat().st_mtime_ns
        except OSError:
            return 0
