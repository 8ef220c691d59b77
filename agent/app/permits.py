"""Access requests beside a running gateway: what was granted reaches the workers without a restart, and ends by itself.

Console and command line write into `<data>/authorisations`; a look four times a second sees that something changed, and
workers take it up as they take up whom a case concerns: no configuration is built anew for it. A request that cannot be
read stands as it was read last, and is said once; the others come and go as ever.

Officers answer by the machine's own clock. In a rehearsal the gateway goes by another, so what was granted is moved by
as much: it holds for as long as it was granted for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from agent.app import access
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.access import AccessError
from agent.clock import Clock
from agent.core.access import AccessRequest, Asking, Permits, next_turn, permits_of
from agent.store.accessfiles import AccessFiles
from agent.store.errors import StoreError

PAUSE = 0.25
"""Seconds between two looks at whether a request has changed."""
ANYWAY = 30.0
"""Seconds after which the requests are read again even if nothing seems to have changed."""


class PermitWatch:
    """Keeps the configuration in force and what the head has granted together."""

    def __init__(
        self,
        config: Callable[[], Configuration],
        data: DataFolder,
        hand_out: Callable[[Permits], Awaitable[None]],
        say: Callable[[str], None],
        ahead: timedelta = timedelta(),
        clock: Clock = Clock(),
    ) -> None:
        self._config, self._data, self._hand_out, self._say = config, data, hand_out, say
        self._ahead, self._clock = ahead, clock
        self._seen: tuple[int, float] = (0, 0.0)
        self._turn: datetime | None = None
        self._said = ""
        self._known: dict[str, AccessRequest] = {}
        self.permits = Permits()

    def adopt(self, config: Configuration) -> Configuration:
        """A configuration that comes into force, with what is granted now."""
        return config.permitting(self.permits)

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            if await asyncio.to_thread(self.look, loop.time()):
                await self._hand_out(self.permits)
            await asyncio.sleep(PAUSE)

    def look(self, now: float) -> bool:
        """True if anything holds or is said that did not before. `now` is any steady number of seconds."""
        at, changed = self._clock.now(), AccessFiles(self._data.root).seen()
        over = self._turn is not None and at >= self._turn
        if changed == self._seen[0] and not over and now - self._seen[1] < ANYWAY:
            return False
        self._seen = (changed, now)
        before = self.permits
        self._read(at)
        return self.permits != before

    async def asked(self, asking: Asking) -> None:
        """Keep a request that a worker heard; one that does not fit the site is not kept, and that is all."""
        try:
            await asyncio.to_thread(access.ask, self._config(), self._data, self._clock.now, asking)
        except AccessError:
            pass  # the page has said what it lacks; what comes here all the same is nobody's in good faith
        except StoreError as problem:
            self._say(f"a request for access cannot be kept: {problem}")

    def _read(self, at: datetime) -> None:
        trouble = ""
        try:
            if self._seen[0]:
                kept = access.desk_of(self._config(), self._data, self._clock.now).kept()
                trouble = str(next(iter(kept.damaged.values()), ""))
                as_before = [self._known[id] for id in kept.damaged if id in self._known]
                requests = [*kept.requests, *as_before]
                self._known = {one.id: one for one in requests}
                self.permits = permits_of(requests, at).moved(self._ahead)
                self._turn = next_turn(requests, at)
        except Exception as problem:  # a request that nobody can read must not end the gateway
            trouble = str(problem) if isinstance(problem, StoreError) else type(problem).__name__
        if trouble and trouble != self._said:
            self._say(f"access requests cannot be read: {trouble}; it stands as it was read last")
        self._said = trouble
