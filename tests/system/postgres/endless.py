"""A process that forwards a school's file round after round and says so after each: to be killed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from agent.store.errors import StoreError
from agent.store.forwarder import Forwarder
from agent.store.postgres.server import Server
from tests.system.postgres.schools import OPEN_MINUTE, School

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


class Killed:
    """A running forwarder, as the test sees it."""

    def __init__(self, process: ForkServerProcess, said: Connection) -> None:
        self.process = process
        self._said = said

    def first(self) -> int:
        """Wait for the first round that sent something."""
        return len(os.read(self._said.fileno(), 1))


@contextmanager
def forwarding(school: School) -> Iterator[Killed]:
    """A process that forwards for ever; killed at the end if it still runs."""
    hear, say = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_forward, args=(school.folder, school.site, school.server, say))
    process.start()
    say.close()
    with hear:
        try:
            yield Killed(process, hear)
        finally:
            process.kill()
            process.join()
            process.close()


def _forward(folder: Path, site: str, server: Server, say: Connection) -> None:
    forwarder = Forwarder(folder / "breaktime.db", site, server.connect, "here", set, lambda days: ())
    while True:
        with suppress(StoreError):  # the session of one that was killed may hold a lock for a moment
            if forwarder.round(OPEN_MINUTE).rows:
                os.write(say.fileno(), b".")
                continue
        time.sleep(0.01)
