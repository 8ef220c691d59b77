"""Keeps the console running beside the gateway, as a process of its own: started, and brought back when it ends.

It is given an end of a link, which closes when the gateway is gone: the console then ends, however the gateway went.
Over it the console asks what stands in the gateway's memory alone, such as minutes used of an allowance.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.clock import OFFSET_VARIABLE
from agent.gateway import link
from agent.gateway.child import Child

SHORT_LIFE = 10.0
LONGEST_PAUSE = 30.0
"""Seconds between tries of a console that does not come up; the gateway rules on without it."""


def console_of(folder: Path, data: DataFolder, offset: float) -> Callable[[], Awaitable[Child]]:
    """What starts the console of a configuration folder."""
    command = [sys.executable, "-P", "-m", "agent.console", "--config", str(folder.absolute())]
    environment = {DATA_VARIABLE: str(data.root.absolute()), OFFSET_VARIABLE: repr(offset)}
    return lambda: Child.begin(command, environment)


class Answers:
    """What the console is answered: minutes used, and that an acknowledgement was heard, which `reload` takes up."""

    def __init__(self, used: Callable[[str], int], reload: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._used, self._reload = used, reload
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, message: link.Message) -> link.Message:
        """The answer to a question. Raises KeyError, ValueError for what is none."""
        number = int(message["number"])
        if "used" in message:
            return {"number": number, "used": self._used(str(message["used"]))}
        if message["acknowledged"]:
            task = asyncio.ensure_future(self._reload())  # not waited for: workers take it up in their own time
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return {"number": number}


class Attendant:
    """One console, brought back whenever it ends, and answered what it asks."""

    def __init__(
        self, start: Callable[[], Awaitable[Child]], say: Callable[[str], None], answers: Answers | None = None
    ) -> None:
        self._start, self._say, self._answers = start, say, answers

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
            await self._answer(child)
            code = await child.process.wait()
            self._say(f"the console ended ({code}); another takes its place")
        finally:
            await child.end()
            child.close()

    async def _answer(self, child: Child) -> None:
        """Answer until it ends. What is no question is said, and then no other is heard: the gateway rules on."""
        try:
            async for message in child.messages():
                if self._answers is not None:
                    await child.send(self._answers(message))
        except (KeyError, ValueError, TypeError):
            self._say("the console asked what is no question; it is not answered any more")
