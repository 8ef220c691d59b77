"""Keeps the console running beside the gateway, as a process of its own: started, and brought back when it ends.

It is given an end of a link, which closes when the gateway is gone: the console then ends, however the gateway went.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.clock import OFFSET_VARIABLE
from agent.gateway.child import Child

SHORT_LIFE = 10.0
LONGEST_PAUSE = 30.0
"""Seconds between tries of a console that does not come up; the gateway rules on without it."""


def console_of(folder: Path, data: DataFolder, offset: float) -> Callable[[], Awaitable[Child]]:
    """What starts the console of a configuration folder."""
    command = [sys.executable, "-P", "-m", "agent.console", "--config", str(folder.absolute())]
    environment = {DATA_VARIABLE: str(data.root.absolute()), OFFSET_VARIABLE: repr(offset)}
    return lambda: Child.begin(command, environment)


class Attendant:
    """One console, brought back whenever it ends."""

    def __init__(self, start: Callable[[], Awaitable[Child]], say: Callable[[str], None]) -> None:
        self._start, self._say = start, say

    async def run(self) -> None:
        """Run until cancelled; the console has ended when this returns."""
        loop, pause = asyncio.get_running_loop(), 0.25
        while True:
            started = loop.time()
            await self._live()
            pause = min(pause * 2, LONGEST_PAUSE) if loop.time() - started < SHORT_LIFE else 0.25
            await asyncio.sleep(pause)

    async def _live(self) -> None:
        try:
            child = await self._start()
        except OSError as problem:
            self._say(f"the console cannot be started ({problem.strerror}); it is tried again")
            return
        try:
            code = await child.process.wait()
            self._say(f"the console ended ({code}); another takes its place")
        finally:
            await child.end()
            child.close()
