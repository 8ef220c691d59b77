"""A process that writes batch after batch and says so after each: to be killed, or to race with its like."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from agent.core.tally import Counts, Minutes
from agent.store import Store
from tests.store.making import LONDON, MINUTE, SITE

BATCH = 20
# Each writer is a process of its own, forked from one that has done the slow imports.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


class Writer:
    """A running writer, as the test sees it."""

    def __init__(self, process: ForkServerProcess, said: Connection) -> None:
        self.process = process
        self._said = said

    def first(self) -> int:
        """Wait for the first commit; the number of commits heard of, 1."""
        return len(os.read(self._said.fileno(), 1))

    def rest(self) -> int:
        """The number of commits that it told of until its end."""
        with open(self._said.fileno(), "rb", closefd=False) as file:
            return len(file.read())


@contextmanager
def writing(folder: Path, times: int | None = None) -> Iterator[Writer]:
    """A process that writes `times` batches, or for ever; killed at the end if it still runs."""
    hear, say = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_write, args=(folder, times, say))
    process.start()
    say.close()
    with hear:
        try:
            yield Writer(process, hear)
        finally:
            process.kill()
            process.join()
            process.close()


def _batch(number: int) -> Minutes:
    """Twenty minutes of as many people; four of five batches add to the minutes of the one before."""
    at = MINUTE._replace(minute=MINUTE.minute + number // 5)
    return {at._replace(person=f"teacher-{n:02}"): Counts(1, 10, 100) for n in range(BATCH)}


def _write(folder: Path, times: int | None, say: Connection) -> None:
    with Store.open(folder, SITE, LONDON) as store:
        for number in islice(count(), times):
            store.write(_batch(number))
            os.write(say.fileno(), b".")  # after the commit, past every buffer
