"""The console's process beside the gateway: started, brought back when it ends, and gone with whoever keeps it."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

from agent.app.attendant import Attendant, console_of
from agent.app.paths import DataFolder
from agent.gateway.child import Child

ENDS_AT_ONCE = "import sys; sys.exit(3)"
STAYS = "import time; time.sleep(300)"


class Starts:
    """Starts these scripts one after another; the last again and again. An OSError stands for one that cannot start."""

    def __init__(self, *scripts: str | OSError) -> None:
        self._scripts = list(scripts)
        self.children: list[Child] = []

    async def __call__(self) -> Child:
        """Start the next."""
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        if isinstance(script, OSError):
            raise script
        self.children.append(await Child.begin([sys.executable, "-c", script], {}))
        return self.children[-1]


def attended(start: Starts, children: int) -> list[str]:
    """Keep it until so many have been started, then stop; what was said."""
    said: list[str] = []

    async def run() -> None:
        task = asyncio.create_task(Attendant(start, said.append).run())
        async with asyncio.timeout(60):
            while len(start.children) < children:
                await asyncio.sleep(0.02)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
    return said


def test_brought_back() -> None:
    """One that ends is followed by another, and its end is said; the last is gone when nobody keeps it any more."""
    start = Starts(ENDS_AT_ONCE, STAYS)
    assert attended(start, 2) == ["the console ended (3); another takes its place"]
    assert [child.process.returncode is not None for child in start.children] == [True, True]


def test_one_that_cannot_start() -> None:
    """It is said, and tried again."""
    start = Starts(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), STAYS)
    assert attended(start, 1) == ["the console cannot be started (Cannot allocate memory); it is tried again"]


def test_what_is_started(tmp_path: Path) -> None:
    """The console of that folder and data, by the gateway's own clock; without a configuration it ends by itself."""

    async def run() -> int:
        child = await console_of(tmp_path / "none", DataFolder(tmp_path / "data"), 3600.0)()
        try:
            async with asyncio.timeout(60):
                return await child.process.wait()
        finally:
            await child.end()
            child.close()

    assert asyncio.run(run()) != 0
