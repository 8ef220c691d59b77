"""A process that writes, holds and forgets day after day, and says so after each: to be killed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from agent.core.tally import Counts
from agent.store import Store
from agent.store.holds import holds_of
from agent.store.person import Scope
from agent.store.retention import retention_of
from tests.store.forgetting import ORDER, day
from tests.store.making import LONDON, MINUTE, SITE

PEOPLE = 5
KEPT = 2
"""A day is forgotten when so many later ones have been written."""
CASES_EVERY = 3
"""Each third day has a case of its own; the one of the ninth day before is closed."""
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


class Forgetter:
    """A running process, as the test sees it."""

    def __init__(self, process: ForkServerProcess, heard: Connection) -> None:
        self.process = process
        self._heard = heard

    def words(self, count: int) -> str:
        """Wait until it has said so many words; all that it said."""
        heard = ""
        while heard.count(" ") < count:
            more = os.read(self._heard.fileno(), 65536).decode()
            assert more, f"it ended by itself after {heard!r}"
            heard += more
        return heard

    def rest(self) -> str:
        """Everything else that it said until its end."""
        with open(self._heard.fileno(), "rb", closefd=False) as file:
            return file.read().decode()


@contextmanager
def forgetting(folder: Path, first: int) -> Iterator[Forgetter]:
    """A process that goes on from that day; killed at the end if it still runs."""
    hear, say = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_go_on, args=(folder, first, say))
    process.start()
    say.close()
    with hear:
        try:
            yield Forgetter(process, hear)
        finally:
            process.kill()
            process.join()
            process.close()


def case_of(number: int) -> str:
    """The case about the first person on that day."""
    return f"day-{number}"


def _go_on(folder: Path, first: int, say: Connection) -> None:
    def said(what: str, number: int) -> None:
        os.write(say.fileno(), f"{what}{number} ".encode())  # after it is done, past every buffer

    _forget(folder, [])
    said("r", first)
    with Store.open(folder, SITE, LONDON) as store:
        for number in count(first):
            at = MINUTE.minute + 1440 * number
            people = {MINUTE._replace(minute=at, person=f"teacher-{n}"): Counts(1) for n in range(PEOPLE)}
            store.write(people)
            said("w", number)
            _hold(folder, number, said)
            if number >= KEPT:
                _forget(folder, [number - KEPT])
                said("f", number - KEPT)


def _hold(folder: Path, number: int, said) -> None:  # type: ignore[no-untyped-def]
    if number % CASES_EVERY:
        return
    with holds_of(folder, SITE) as holds:
        holds.place(case_of(number), Scope("teacher-0", day(number), day(number)))
        said("h", number)
        if number >= 3 * CASES_EVERY:
            holds.release(case_of(number - 3 * CASES_EVERY))
            said("c", number - 3 * CASES_EVERY)


def _forget(folder: Path, numbers: list[int]) -> None:
    with retention_of(folder, SITE) as retention:
        retention.run(replace(ORDER, days=tuple(map(day, numbers)), totals=False))
