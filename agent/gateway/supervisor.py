"""Keeps the workers running: starts them, hands out configurations, takes their counts, brings them back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from agent.core.tally import Minutes
from agent.core.usage import Usage
from agent.gateway import link
from agent.gateway.child import Child, WorkerSettings

SHORT_LIFE = 2.0
"""A worker that ends sooner than this many seconds after its start is brought back ever more slowly."""
LONGEST_PAUSE = 5.0
TRIES = 5
"""A worker that has never ruled is not tried more often than this."""


Acknowledged = Callable[[str, str], Coroutine[Any, Any, None]]
Asked = Callable[[link.Message], Coroutine[Any, Any, None]]


class WorkersFail(Exception):
    """No worker comes up; what they said on standard error says why."""


@dataclass(frozen=True, slots=True)
class Events:
    """What the supervisor tells whoever runs it."""

    minutes: Callable[[Minutes], None]
    workers: Callable[[int], None]
    gone: Callable[[int, int], None]
    """pid and exit code of a worker that ended by itself."""


class Supervisor:
    """N workers on N ports, one configuration, one count of minutes used."""

    def __init__(
        self,
        settings: WorkerSettings,
        workers: int,
        config: link.Message,
        weekly: bool,
        zone: tzinfo,
        now: Callable[[], datetime],
        events: Events,
        start: Callable[[WorkerSettings], Awaitable[Child]] = Child.start,
    ) -> None:
        self._settings = settings
        self._start = start
        self._count = workers
        self._config = config
        self._weekly = weekly
        self._zone = zone
        self._now = now
        self._events = events
        self._children: dict[int, Child] = {}
        self._taken: dict[int, str] = {}
        self._news = asyncio.Event()
        self._usage = Usage(weekly)
        self._persons: set[str] = set()
        self._stopping = False
        self.also: Callable[[], link.Message] = dict
        """What each configuration is sent along with: who is where, as far as that is known by then."""
        self._acknowledged: Acknowledged | None = None
        self._asked: Asked | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def on_acknowledged(self, do: Acknowledged) -> None:
        """What to do when the user of a device has acknowledged a notice: both by their ids."""
        self._acknowledged = do

    def on_asked(self, do: Asked) -> None:
        """What to do when somebody has asked for access on the gateway's page."""
        self._asked = do

    def stop(self) -> None:
        """Ask every worker to end; `run` returns when they have, and what they counted has been heard."""
        self._stopping = True
        for child in self._children.values():
            child.ask_to_end()

    async def run(self) -> None:
        """Run until stopped, or cancelled; every worker has ended when this returns."""
        try:
            async with asyncio.TaskGroup() as group:
                for index in range(self._count):
                    group.create_task(self._keep(index))
        finally:
            self._stopping = True
            await asyncio.gather(*(child.end() for child in self._children.values()))

    async def reload(self, config: link.Message, weekly: bool, zone: tzinfo) -> None:
        """Give every worker a configuration that passed every check, and count minutes used as it says."""
        self._config, self._zone = config, zone
        if weekly != self._weekly:
            self._weekly, self._usage = weekly, Usage(weekly)
            self._persons.clear()
        await self.tell({**config, **self.also()})

    async def tell(self, message: link.Message) -> None:
        """Give every worker a message."""
        await asyncio.gather(*(child.send(message) for child in list(self._children.values())))

    async def concern(self, subjects: frozenset[str]) -> None:
        """Tell every worker, and those that come, whom approved cases concern now."""
        self._config = {**self._config, "subjects": sorted(subjects)}
        message = {"subjects": self._config["subjects"]}
        await asyncio.gather(*(child.send(message) for child in self._children.values()))

    async def permit(self, message: link.Message) -> None:
        """Tell every worker, and those that come, what the head has granted."""
        self._config = {**self._config, **message}
        await self.tell(message)

    async def taken_within(self, revision: str, seconds: float) -> list[int]:
        """Wait for every worker to rule by this revision; the ports of those that do not by then."""
        try:
            await asyncio.wait_for(self.all_taken(revision), seconds)
        except TimeoutError:
            late = [index for index in range(self._count) if self._taken.get(index) != revision]
            return [self._settings.port + index for index in late]
        return []

    async def all_taken(self, revision: str) -> None:
        """Wait until every worker rules by this revision."""
        while len(self._taken) < self._count or set(self._taken.values()) != {revision}:
            self._news.clear()
            await self._news.wait()

    def used(self, person: str) -> int:
        """Minutes of personal use of somebody by now, counted over all workers."""
        return self._usage.used(person, self._now().astimezone(self._zone))

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are running."""
        return [child.process.pid for child in self._children.values()]

    @property
    def numbered(self) -> dict[int, int]:
        """The process id of each worker that is running, by its number."""
        return {number: child.process.pid for number, child in list(self._children.items())}

    async def _keep(self, index: int) -> None:
        """Keep one worker running; its port goes with its index."""
        settings = replace(self._settings, port=self._settings.port + index, number=index)
        loop, pause, tries = asyncio.get_running_loop(), 0.05, 0
        while not self._stopping:
            started = loop.time()
            tries = 0 if await self._live(index, settings) else tries + 1
            if tries == TRIES and not self._stopping:
                raise WorkersFail(f"worker {index} on port {settings.port} ended {TRIES} times before it could rule")
            pause = min(pause * 2, LONGEST_PAUSE) if loop.time() - started < SHORT_LIFE else 0.05
            if not self._stopping:
                await asyncio.sleep(pause)

    async def _live(self, index: int, settings: WorkerSettings) -> bool:
        """The life of one worker; True if it came to rule."""
        child, ruled = await self._start(settings), False
        self._children[index] = child
        try:
            await child.send({**self._config, **self.also()})
            if used := self._used_now():
                await child.send({"used": used})
            async for message in child.messages():
                await self._hear(index, message)
                ruled = ruled or "taken" in message
            code = await child.process.wait()
            if not self._stopping:
                self._events.gone(child.process.pid, code)
        finally:
            await child.end()
            child.close()
            del self._children[index]
            self._taken.pop(index, None)
            self._events.workers(len(self._taken))
        return ruled

    async def _hear(self, index: int, message: link.Message) -> None:
        if "taken" in message:
            self._taken[index] = message["taken"]
            self._events.workers(len(self._taken))
            self._news.set()
        if "acknowledged" in message and self._acknowledged is not None:
            # Not waited for: it makes a reload, for which the worker must be heard.
            self._begin(self._acknowledged(*message["acknowledged"]))
        if "asked" in message and self._asked is not None:
            self._begin(self._asked(message["asked"]))
        if "minutes" in message:
            self._events.minutes(link.unpack(message["minutes"]))
        if "used" in message:
            await self._share(index, message["used"])

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _share(self, origin: int, used: list[tuple[str, int]]) -> None:
        """Sum minutes used over all workers, so that two devices of one person share one allowance."""
        changed: dict[str, int] = {}
        for person, minute in used:
            at = datetime.fromtimestamp(minute * 60, UTC).astimezone(self._zone)
            if self._usage.add(person, at):
                changed[person] = self._usage.used(person, at)
        self._persons.update(changed)
        for index, child in list(self._children.items()):
            if changed and index != origin:
                await child.send({"used": changed})

    def _used_now(self) -> dict[str, int]:
        """What everybody has used by now, for a worker that has just begun: none of it is yesterday's."""
        now = self._now().astimezone(self._zone)
        used = {person: minutes for person in self._persons if (minutes := self._usage.used(person, now))}
        self._persons = set(used)
        return used
