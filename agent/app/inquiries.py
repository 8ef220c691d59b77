"""All that a running gateway finds out about its network, in one part: who is where, who was met, and who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry

from agent.app import who
from agent.app.declared import Declarations
from agent.app.desk import Desk
from agent.app.live import Configuration
from agent.app.meeting import Meeting
from agent.app.paths import DataFolder
from agent.app.whereabouts import Whereabouts
from agent.clock import Clock
from agent.gateway.companion import Companion
from agent.gateway.supervisor import Supervisor
from agent.metrics import DirectoryMetrics

COUNT_EVERY = 5.0


class Inquiries:
    """Runs beside the workers, and tells them."""

    def __init__(
        self,
        config: Configuration,
        data: DataFolder,
        clock: Clock,
        registry: CollectorRegistry,
        say: Callable[[str], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._metrics = DirectoryMetrics(registry)
        declared = Declarations(data.declared)
        declared.read(clock.now().timestamp())
        self.whereabouts = Whereabouts(config, declared, clock, self._metrics, say)
        self._meeting = Meeting(config.built.sources.watch, clock, say)
        self._desk = Desk(data.desk, self.answer, say)

    def tell(self, supervisor: Supervisor, companion: Companion | None) -> None:
        """These are told what is found out, and sent all of it along with each configuration."""
        for one in (supervisor, companion):
            if one is not None:
                one.also = self.whereabouts.also
                self.whereabouts.tellers.append(one.tell)

    def take_up(self, config: Configuration) -> None:
        """Go by another configuration from now on."""
        self._config = config
        self.whereabouts.take_up(config)
        self._meeting.take_up(config.built.sources.watch)

    async def run(self) -> None:
        """Find out until cancelled."""
        async with asyncio.TaskGroup() as group:
            for part in (self.whereabouts, self._meeting, self._desk):
                group.create_task(part.run())
            group.create_task(self._count())

    async def _count(self) -> None:
        while True:
            self._meeting.forget(self._clock.now().timestamp() - self._config.built.sources.keep)
            self._metrics.unknown.set(len(self._unknown()))
            await asyncio.sleep(COUNT_EVERY)

    def answer(self, asked: Mapping[str, Any]) -> Any:
        """What `breaktime who` and `breaktime devices` ask."""
        now = self._clock.now().timestamp()
        directory, zone = self.whereabouts.directory, self._config.engine.timetable.calendar.zone
        if "who" in asked:
            at = now if asked.get("at") is None else float(asked["at"])
            return who.as_json(directory, who.plain_address(asked["who"]), at, zone)
        if "now" in asked:
            return now
        if "contested" in asked:
            return who.contested(directory, now)
        if "unknown" in asked:
            return self._unknown()
        raise KeyError("nothing of this kind is asked here")

    def _unknown(self) -> list[dict[str, Any]]:
        config = self._config
        now, history = self._clock.now().timestamp(), self.whereabouts.history
        return self._meeting.unknown(config.engine.directory, history, now, config.engine.timetable.calendar.zone)
