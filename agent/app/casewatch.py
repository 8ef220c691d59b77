"""Case work beside a running gateway: who is recorded on concern, what came into force, the chain's head by mail.

An approval reaches the workers within a second or so, without a restart; its end comes by itself. Should the chain or a
case be unreadable, the gateway goes on ruling: nobody is recorded on concern, and it is said why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from agent.app.cases import concerned, desk_of
from agent.app.kept_texts import kept_texts
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import post_of
from agent.casework.desk import Desk
from agent.casework.work import forget_due
from agent.clock import Clock
from agent.core.audit import Head, Tag
from agent.core.offices import Office
from agent.mail.letter import Letter
from agent.mail.outbox import MailError
from agent.store.auditlog import SYSTEM
from agent.store.errors import StoreError, explained
from agent.store.history import History

PAUSE = 0.5
"""Seconds between two looks at whether a case has changed."""
ANYWAY = 30.0
"""Seconds after which the cases are read again even if nothing seems to have changed."""
HEAD_EVERY = 3600.0
SENT = "head.sent"

HandOut = Callable[[Configuration], Awaitable[None]]


class CaseWatch:
    """Keeps the configuration in force and the approved cases together."""

    def __init__(self, config: Configuration, data: DataFolder, hand_out: HandOut, say: Callable[[str], None]) -> None:
        self._config, self._data, self._hand_out, self._say = config, data, hand_out, say
        self._clock = Clock()  # approvals are given by the machine's own clock, also while another is rehearsed
        self._desk: Desk | None = None
        self._seen: tuple[int, float] = (0, 0.0)
        self._ends: datetime | None = None
        self._said: frozenset[str] = frozenset()
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

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if await asyncio.to_thread(self.look, loop.time()):
                await self._hand_out(self._config.concerning(self.subjects))
            if loop.time() >= due:
                await asyncio.to_thread(self.send_head)
                due = loop.time() + HEAD_EVERY
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

    def send_head(self) -> None:
        """Forget the cases that are due, sign what is due, and let the chain's head leave the machine."""
        try:
            if (desk := self._open_desk()) is not None:
                forget_due(desk)
                self._send(desk, desk.log.seal(self._clock.now()))
        except (StoreError, MailError) as problem:
            self._say(f"the daily round of case work failed: {problem}")

    def _send(self, desk: Desk, head: Head) -> None:
        post, marker = post_of(self._config, self._data), self._data.audit / SENT
        addresses = {to for office in _TOLD for to in post.addresses(office)}
        if post.server is None or not addresses or _content(marker) == str(head):
            return
        name = self._config.engine.site.name
        text = _HEAD.format(site=name, head=head, key=desk.log.public.fingerprint)
        at = self._clock.now()
        post.put(
            Letter(f"audit-{head.seq}-{number}", to, f"Audit chain of {name}: entry {head.seq}", text, at)
            for number, to in enumerate(sorted(addresses))
        )
        with explained(marker):
            marker.write_text(str(head))

    def _keep(self, config: Configuration) -> None:
        engine = config.engine
        desk, policy, at = self._open_desk(), engine.policies.in_force or "", self._clock.now()
        new = History(self._data.root).keep(at, policy, engine.revision, kept_texts(config))
        if new and desk is not None:
            desk.log.append(Tag.POLICY_CHANGE, SYSTEM, at, "", {"policy": policy, "revision": engine.revision})

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


_TOLD = (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS, Office.DATA_PROTECTION_OFFICER)
_HEAD = """\
The head of the audit chain of {site}:

  {head}

Keep this letter: with it, whoever has the chain can prove that nothing before this entry was changed or removed.

  breaktime audit verify --head {head}

Key: {key}
"""


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
