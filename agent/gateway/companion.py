"""Keeps the steward running beside the workers: the same configurations, the same link, and nobody waits for it.

Unlike a worker it may fail for as long as it likes: traffic then goes as the kernel's rules have it without us.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.clock import OFFSET_VARIABLE
from agent.gateway import link
from agent.gateway.child import Child

SHORT_LIFE = 2.0
LONGEST_PAUSE = 5.0
SILENCE = 2.0
"""Seconds without a word after which a steward that has steered is ended; it says something twice a second."""
DATA_VARIABLE = "BREAKTIME_STEWARD_DATA"
PORTS_VARIABLE = "BREAKTIME_STEWARD_PORTS"


@dataclass(frozen=True, slots=True)
class StewardSettings:
    """What the steward is started with: the data folder, the ports of all workers, and the clock."""

    data: Path
    ports: Sequence[int]
    clock_offset: float


@dataclass(frozen=True, slots=True)
class CompanionEvents:
    """What whoever runs the gateway is told: the steward's meters, that it ended (pid and exit code), suggestions."""

    meters: Callable[[dict[str, dict[str, float]]], None]
    gone: Callable[[int, int], None]
    suggested: Callable[[list[dict[str, Any]]], None] = lambda found: None


async def start_steward(settings: StewardSettings) -> Child:
    """Start the steward; it waits for its configuration."""
    environment = {
        DATA_VARIABLE: str(settings.data),
        PORTS_VARIABLE: " ".join(map(str, settings.ports)),
        OFFSET_VARIABLE: repr(settings.clock_offset),
    }
    return await Child.begin([sys.executable, "-P", "-m", "agent.app.steward"], environment)


class Companion:
    """One steward, brought back whenever it ends."""

    def __init__(
        self,
        start: Callable[[], Awaitable[Child]],
        config: link.Message,
        events: CompanionEvents,
        silence: float = SILENCE,
    ) -> None:
        self._silence = silence
        self._heard = 0.0
        self._start = start
        self._config = config
        self._events = events
        self._child: Child | None = None
        self._taken = ""
        self._news = asyncio.Event()
        self._stopping = False
        self.also: Callable[[], link.Message] = dict
        """What each configuration is sent along with."""

    def stop(self) -> None:
        """Ask the steward to end; `run` returns when it has."""
        self._stopping = True
        if self._child is not None:
            self._child.ask_to_end()

    async def run(self) -> None:
        """Run until stopped, or cancelled; the steward has ended when this returns."""
        loop, pause = asyncio.get_running_loop(), 0.05
        while not self._stopping:
            started = loop.time()
            await self._live()
            pause = min(pause * 2, LONGEST_PAUSE) if loop.time() - started < SHORT_LIFE else 0.05
            if not self._stopping:
                await asyncio.sleep(pause)

    async def reload(self, config: link.Message) -> None:
        """Give the steward a configuration that passed every check."""
        self._config = config
        await self.tell({**config, **self.also()})

    async def tell(self, message: link.Message) -> None:
        """Give the steward a message; one that is not there will be told when it is."""
        if self._child is not None:
            await self._child.send(message)

    async def taken_within(self, revision: str, seconds: float) -> bool:
        """Wait for it to steer by this revision; False if it does not by then."""
        try:
            async with asyncio.timeout(seconds):
                while self._taken != revision:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _live(self) -> None:
        try:
            child = self._child = await self._start()
        except OSError as problem:  # no memory or no handle is left: it is tried again
            self._events.gone(0, problem.errno or 1)
            return
        watching = asyncio.create_task(self._watch(child))
        try:
            await child.send({**self._config, **self.also()})
            code = await self._listen(child)
            if not self._stopping:
                self._events.gone(child.process.pid, code)
        finally:
            watching.cancel()
            self._taken = ""
            await child.end()
            child.close()
            self._child = None

    async def _listen(self, child: Child) -> int:
        """Hear all that it says; how it ended. One that says what nobody understands is ended."""
        try:
            async for message in child.messages():
                self._hear(message)
        except Exception:  # whatever it says: the gateway does not end for it, and another will do better
            await child.end()
        return await child.process.wait()

    async def _watch(self, child: Child) -> None:
        """End a steward that hangs: another one will not."""
        loop = asyncio.get_running_loop()
        while child.process.returncode is None:
            await asyncio.sleep(self._silence / 4)
            if self._taken and loop.time() - self._heard > self._silence:
                # If it was us who hung, what it said meanwhile is read before we look again.
                await asyncio.sleep(self._silence / 8)
                if loop.time() - self._heard > self._silence and child.process.returncode is None:
                    child.process.kill()

    def _hear(self, message: link.Message) -> None:
        self._heard = asyncio.get_running_loop().time()
        if "taken" in message:
            self._taken = message["taken"]
            self._news.set()
        if "meters" in message:
            self._events.meters(message["meters"])
        if "suggested" in message:
            self._events.suggested(message["suggested"])
