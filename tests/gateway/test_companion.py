"""The steward's keeper: it is brought back whenever it ends, gets every configuration, and holds nobody up."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.gateway import link
from agent.gateway.child import Child
from agent.gateway.companion import Companion, CompanionEvents

from .test_supervisor import Process, made, told

Told = dict[str, dict[str, float]]


class Bench:
    """A companion whose steward's end of the link is here."""

    def __init__(self, fails: int = 0) -> None:
        self.ends: list[socket.socket] = []
        self.processes: list[Process] = []
        self.meters: list[Told] = []
        self.gone: list[tuple[int, int]] = []
        self._fails = fails
        self.suggested: list[list[dict[str, Any]]] = []
        events = CompanionEvents(
            self._take, lambda pid, code: self.gone.append((pid, code)), lambda found: self.suggested.append(found)
        )
        self.companion = Companion(self._start, {"config": 0}, events, silence=0.2)

    def _take(self, meters: Told) -> None:
        self.meters.append(dict(meters))

    async def _start(self) -> Child:
        if self._fails:
            self._fails -= 1
            raise OSError(24, "too many open files")
        child, theirs, process = made()
        self.ends.append(theirs)
        self.processes.append(process)
        return child

    def say(self, message: link.Message) -> None:
        """Say something as the last steward."""
        self.ends[-1].sendall(link.encode(message))


def running(work: Callable[[Bench], Awaitable[None]], fails: int = 0) -> Bench:
    """Do something while a companion runs."""

    async def run() -> Bench:
        bench = Bench(fails)
        task = asyncio.create_task(bench.companion.run())
        try:
            await asyncio.sleep(0.02)
            await work(bench)
        finally:
            bench.companion.stop()
            await asyncio.wait_for(task, 5)
            for end in bench.ends:
                end.close()
        return bench

    return asyncio.run(run())


def test_every_steward_gets_the_configuration_in_force() -> None:
    """The first at its start, each later one the newest."""

    async def work(bench: Bench) -> None:
        assert await told(bench.ends[0]) == {"config": 0}
        await bench.companion.reload({"config": 1})
        assert await told(bench.ends[0]) == {"config": 1}
        bench.processes[0].kill()
        await asyncio.sleep(0.3)
        assert await told(bench.ends[1]) == {"config": 1}

    assert running(work).gone == [(1, -9)]


def test_one_that_cannot_be_started_is_tried_again() -> None:
    """The gateway goes on without."""

    async def work(bench: Bench) -> None:
        await asyncio.sleep(0.3)
        assert bench.ends

    assert running(work, fails=1).gone == [(0, 24)]


def test_what_it_has_taken_up_is_waited_for() -> None:
    """But not for ever."""

    async def work(bench: Bench) -> None:
        bench.say({"taken": "new"})
        assert await bench.companion.taken_within("new", 5)
        assert not await bench.companion.taken_within("newer", 0.02)

    running(work)


def test_suggestions_are_handed_on() -> None:
    """What the steward may tell of hosts comes to whoever runs the gateway."""

    async def work(bench: Bench) -> None:
        bench.say({"suggested": [{"host": "a.example"}]})
        async with asyncio.timeout(20):
            while not bench.suggested:
                await asyncio.sleep(0.01)

    assert running(work).suggested == [[{"host": "a.example"}]]


def test_meters_are_handed_on() -> None:
    """As they are told."""

    async def work(bench: Bench) -> None:
        bench.say({"meters": {"now": {"loaded": 1}, "more": {}}})
        await asyncio.sleep(0.05)

    assert running(work).meters == [{"now": {"loaded": 1}, "more": {}}]


def test_a_wanted_end_is_no_news() -> None:
    """Nobody is told that a steward is gone that was asked to go."""

    async def work(bench: Bench) -> None:
        await asyncio.sleep(0)

    bench = running(work)
    assert bench.gone == []
    assert bench.processes[0].returncode is not None


def test_one_that_hangs_is_ended() -> None:
    """Once it has steered it says something all the time; before that it may read its configuration in peace."""

    async def work(bench: Bench) -> None:
        await asyncio.sleep(0.5)
        assert len(bench.ends) == 1
        bench.say({"taken": "one"})
        for _ in range(10):
            bench.say({})
            await asyncio.sleep(0.05)
        assert len(bench.ends) == 1
        await asyncio.sleep(1)
        assert len(bench.ends) == 2

    assert running(work).gone == [(1, -9)]


@pytest.mark.parametrize("said", [b"no message\n", b"[]\n", b'{"meters": 1}\n'], ids=["text", "a list", "meters"])
def test_one_that_says_nonsense_is_brought_back(said: bytes) -> None:
    """It ends, and nothing else does."""

    async def work(bench: Bench) -> None:
        bench.ends[-1].sendall(said)
        await asyncio.sleep(0.5)
        assert len(bench.ends) == 2

    bench = running(work)
    assert len(bench.gone) == 1
    assert bench.processes[0].returncode is not None
