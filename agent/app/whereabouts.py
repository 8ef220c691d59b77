"""Who is where, while the gateway runs: the live sources, what they come to, and everybody who must be told of it.

    lease files, neighbours, RADIUS ─► History ─► news ─► workers, steward      {"held": …}
    `breaktime pupils`, a file ────────────────► all of it ─► workers, steward   {"declared": …}

It is remembered in memory alone, for as long as `keep-hours` says: nothing of it outlives the gateway. A source that
fails is said once, shown in the metrics and tried again; the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from agent.app.declared import Declarations
from agent.app.live import Configuration
from agent.clock import Clock
from agent.core.directory import Directory
from agent.core.leases import History
from agent.core.sources import Sources
from agent.directory.leases import Leases
from agent.directory.listener import Listener
from agent.directory.neighbours import Neighbours
from agent.gateway import link
from agent.metrics import DirectoryMetrics

LOOK_EVERY = 0.1
NEIGHBOURS_EVERY = 2.0
"""Seconds between two looks at a source; a look that takes long is waited after for ten times as long."""
FORGET_EVERY = 600.0
RETRY = 2.0

Teller = Callable[[link.Message], Awaitable[None]]


class Watched(Protocol):
    """A source that is looked at again and again."""

    def look(self) -> Any:
        """Look, on a thread; None where nothing is new. Raises OSError."""

    def take(self, look: Any, history: History, now: float) -> None:
        """Take over what was seen."""

    def leave(self, history: History, now: float) -> None:
        """The source is not looked at any more."""


class Whereabouts:
    """Everything live about addresses and pupils."""

    def __init__(
        self,
        config: Configuration,
        declared: Declarations,
        clock: Clock,
        metrics: DirectoryMetrics,
        say: Callable[[str], None],
    ) -> None:
        self.directory: Directory = config.engine.directory
        self.history = History()
        self.tellers: list[Teller] = []
        self._config = config
        self._sources = Sources()
        self._declared = declared
        self._clock = clock
        self._metrics = metrics
        self._say = say
        self._tasks: list[asyncio.Task[None]] = []
        self._listener: Listener | None = None
        self._failing: dict[str, str] = {}
        self._heard = 0
        self._labels = {"neighbours": "neighbours", "radius": "radius"}
        self._changed = asyncio.Event()
        self._changed.set()

    def also(self) -> link.Message:
        """What a configuration is sent along with: all that is known by now."""
        held = {address: list(pieces) for address, pieces in self.history.held.items()}
        return {"held": held, "declared": self._declared.rows()} if held or self._declared.rows() else {}

    def take_up(self, config: Configuration) -> None:
        """Go by another configuration from now on; sources that are the same go on as they were."""
        self._config = config
        self.directory = config.engine.directory.holding(self.history.held)
        if self._listener:
            self._listener.persons = frozenset(
                config.engine.directory.live.people if config.engine.directory.live else ()
            )
        self._changed.set()

    async def run(self) -> None:
        """Watch, and tell, until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._tell())
                group.create_task(self._forget())
        finally:
            await self._stop()

    async def _follow(self) -> None:
        """Have the sources watched that the configuration in force names."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            sources = replace(self._config.built.sources, inventories=())
            if sources != self._sources:
                await self._stop()
                self._sources = sources
                self._tasks = [asyncio.create_task(one) for one in self._watchers(sources)]

    def _watchers(self, sources: Sources) -> list[Any]:
        several = len(sources.leases) > 1
        found: list[Any] = []
        for number, one in enumerate(sources.leases, 1):
            name = f"leases of {one.path}"
            self._labels[name] = f"leases-{number}" if several else "leases"
            found.append(self._watch(Leases(one, self._clock.offset), name, LOOK_EVERY))
        if sources.neighbours:
            found.append(self._watch(Neighbours(), "neighbours", NEIGHBOURS_EVERY))
        if sources.radius:
            found.append(self._listen(sources))
        return found

    async def _stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, source: Watched, name: str, pause: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                began = loop.time()
                look = None
                try:
                    look = await asyncio.to_thread(source.look)
                    self._well(name)
                    if look is not None:
                        self._metrics.news(self._labels[name], Clock().now().timestamp())
                except Exception as failure:  # a file that is away, a kernel that will not: the rest goes on
                    self._fails(name, failure)
                self._safely("history", partial(source.take, look, self.history, self._now()))
                await asyncio.sleep(max(pause, 10 * (loop.time() - began)))
        finally:
            source.leave(self.history, self._now())
            self._metrics.gone(self._labels[name])

    async def _listen(self, sources: Sources) -> None:
        assert sources.radius is not None, "only a listener that is wanted is started"
        live = self._config.engine.directory.live
        listener = Listener(sources.radius, self.history, live.people if live else (), self._now)
        self._listener = listener
        try:
            while True:
                try:
                    await listener.open()
                    self._well("radius")
                    break
                except OSError as failure:
                    self._fails("radius", failure)
                    await asyncio.sleep(RETRY)
            await asyncio.Event().wait()
        finally:
            listener.close()
            self._listener = None
            self._metrics.gone("radius")

    async def _tell(self) -> None:
        """Tell everybody what is new, all at once and a few times a second."""
        while True:
            for message in self._safely("news", self._news) or ():
                await asyncio.gather(*(tell(message) for tell in self.tellers))
            self._show()
            await asyncio.sleep(LOOK_EVERY)

    def _show(self) -> None:
        refused, taken = (self._listener.refused, self._listener.taken) if self._listener else ({}, 0)
        self._metrics.show(len(self.history.held), self.history.contests, refused)
        if taken > self._heard:
            self._metrics.news("radius", Clock().now().timestamp())
        self._heard = taken

    def _news(self) -> list[link.Message]:
        """What is new since the last time."""
        found: list[link.Message] = []
        contests = self.history.contests
        if news := self.history.news():
            self.directory = self.directory.holding(news)
            found.append({"held": {address: list(pieces) for address, pieces in news.items()}})
        if self.history.contests > contests:
            self._say("an address is claimed by two devices at once: `breaktime devices contested`")
        if self._declared.changed(self._now()):
            found.append({"declared": self._declared.rows()})
        return found

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(FORGET_EVERY)
            before = self._now() - self._config.built.sources.keep
            self._safely("history", partial(self.history.forget, before))

    def _safely[T](self, name: str, work: Callable[[], T]) -> T | None:
        """Do it; a failure of our own code in it is said once, and the gateway goes on."""
        try:
            return work()
        except Exception as failure:
            self._fails(name, failure)
            return None

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _well(self, name: str) -> None:
        self._metrics.source(self._labels[name], True, Clock().now().timestamp())
        if self._failing.pop(name, None):
            self._say(f"directory: {name}: well again")

    def _fails(self, name: str, failure: Exception) -> None:
        text = (failure.strerror or "failed").lower() if isinstance(failure, OSError) else type(failure).__name__
        label = self._labels.get(name)
        if label is None:  # no source, but our own code
            self._metrics.errors.inc()
        else:
            self._metrics.source(label, False, Clock().now().timestamp())
        if self._failing.get(name) != text:
            self._failing[name] = text
            self._say(
                f"directory: {name}: {text}; it is tried again, and whose an address is may not be known till then"
            )
