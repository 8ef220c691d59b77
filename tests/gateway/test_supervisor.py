"""The supervisor with workers that are no processes: what is sent arrives whole, and counts are those of the day."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.gateway import link
from agent.gateway.child import Child, WorkerSettings
from agent.gateway.supervisor import Events, Supervisor

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = WorkerSettings("explicit", "::1", 8080, Path(), Path(), "", 0.0)


class Process:
    """A process that ends when it is told to."""

    pid = 1

    def __init__(self, theirs: socket.socket) -> None:
        self.returncode: int | None = None
        self._theirs = theirs
        self._ended = asyncio.Event()

    def kill(self) -> None:
        """End."""
        self.returncode = -9
        self._theirs.close()
        self._ended.set()

    terminate = kill

    async def wait(self) -> int:
        """Wait for the end."""
        await self._ended.wait()
        return self.returncode or 0


class Bench:
    """A supervisor of fake workers, whose ends of the links are here."""

    def __init__(self, workers: int = 2, weekly: bool = False) -> None:
        self.now = MONDAY
        self.ends: list[socket.socket] = []
        self.processes: list[Process] = []
        events = Events(lambda minutes: None, lambda number: None, lambda pid, code: None)
        self.supervisor = Supervisor(
            SETTINGS, workers, {"config": 0}, weekly, UTC, lambda: self.now, events, self._start
        )

    async def _start(self, settings: WorkerSettings) -> Child:
        child, theirs, process = made()
        self.ends.append(theirs)
        self.processes.append(process)
        return child

    async def say(self, worker: int, message: link.Message) -> None:
        """Say something as a worker."""
        self.ends[worker].sendall(link.encode(message))
        await asyncio.sleep(0.02)


def made(patience: float = 5.0) -> tuple[Child, socket.socket, Process]:
    """A child, the worker's end of its link, and its process."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    process: Any = Process(theirs)
    return Child(process, ours, patience), theirs, process


async def told(end: socket.socket) -> link.Message:
    """The next message that a worker was sent."""
    line = b""
    while not line.endswith(b"\n"):
        line += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(end, 1), 5)
    return link.decode(line)


def running(work: Callable[[Bench], Awaitable[None]], bench: Callable[[], Bench] = Bench) -> None:
    """Do something while a supervisor runs."""

    async def run() -> None:
        made = bench()
        task = asyncio.create_task(made.supervisor.run())
        await asyncio.sleep(0.02)
        await work(made)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for end in made.ends:
            end.close()

    asyncio.run(run())


def test_messages_at_once_arrive_whole() -> None:
    """Two messages that are larger than what the socket takes do not take each other's place."""

    async def run() -> None:
        child, end, _ = made()
        texts = ["a" * 900_000, "b" * 900_000, "c"]
        sending = [asyncio.create_task(child.send({"text": text})) for text in texts]
        received = b""
        while received.count(b"\n") < len(texts):
            received += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(end, 1 << 20), 5)
        await asyncio.gather(*sending)
        assert [link.decode(line)["text"] for line in received.splitlines()] == texts
        child.close()
        end.close()

    asyncio.run(run())


def test_a_worker_that_does_not_read_is_ended() -> None:
    """It would rule by an old configuration for ever."""

    async def run() -> None:
        child, _, process = made(patience=0.05)
        await child.send({"text": "a" * 2_000_000})
        assert process.returncode == -9
        child.close()

    asyncio.run(run())


@pytest.mark.parametrize(("days", "expected"), [(0, {"teacher-01": 2}), (1, None)])
def test_a_new_worker_is_told_what_was_used_today(days: int, expected: dict[str, int] | None) -> None:
    """Yesterday's minutes are not told."""

    async def work(bench: Bench) -> None:
        minute = int(MONDAY.timestamp()) // 60
        await bench.say(0, {"used": [["teacher-01", minute], ["teacher-01", minute + 1]]})
        bench.now += timedelta(days=days)
        bench.processes[0].kill()
        await asyncio.sleep(0.3)
        end = bench.ends[2]
        assert await told(end) == {"config": 0}
        assert bench.supervisor.used("teacher-01") == (expected or {"teacher-01": 0})["teacher-01"]
        if expected:
            assert await told(end) == {"used": expected}
        else:
            with pytest.raises(BlockingIOError):
                end.recv(1)

    running(work)


def test_a_reload_counts_by_the_week() -> None:
    """Where the new policy counts by the week, Tuesday goes on from Monday."""

    async def work(bench: Bench) -> None:
        await bench.supervisor.reload({"config": 1}, True, UTC)
        for day in range(2):
            await bench.say(0, {"used": [["teacher-01", int(MONDAY.timestamp()) // 60 + 1440 * day]]})
        heard = [await told(bench.ends[1]) for _ in range(4)]
        assert heard == [{"config": 0}, {"config": 1}, {"used": {"teacher-01": 1}}, {"used": {"teacher-01": 2}}]

    running(work)


def test_who_has_not_taken_it_up_is_named() -> None:
    """A configuration is in force once every worker rules by it."""

    async def work(bench: Bench) -> None:
        await bench.say(0, {"taken": "new"})
        assert await bench.supervisor.taken_within("new", 0.05) == [8081]
        await bench.say(1, {"taken": "new"})
        assert await bench.supervisor.taken_within("new", 0.05) == []

    running(work)


def test_what_is_known_by_then_goes_with_each_configuration() -> None:
    """A worker that has just begun is told what the others have been told since; news go to all."""

    async def work(bench: Bench) -> None:
        bench.supervisor.also = lambda: {"held": {"10.0.0.7": []}}
        await bench.supervisor.tell({"held": {"10.0.0.8": []}})
        assert [await told(bench.ends[1]) for _ in range(2)] == [{"config": 0}, {"held": {"10.0.0.8": []}}]
        await bench.supervisor.reload({"config": 1}, False, UTC)
        assert await told(bench.ends[1]) == {"config": 1, "held": {"10.0.0.7": []}}
        bench.processes[0].kill()
        async with asyncio.timeout(30):
            while len(bench.ends) < 3:
                await asyncio.sleep(0.01)
        assert await told(bench.ends[2]) == {"config": 1, "held": {"10.0.0.7": []}}

    running(work)


def test_whom_cases_concern() -> None:
    """Every worker is told without a reload, and one that comes later finds it in its configuration."""

    async def work(bench: Bench) -> None:
        for end in bench.ends:
            assert await told(end) == {"config": 0}
        await bench.supervisor.concern(frozenset({"teacher-02", "teacher-01"}))
        for end in bench.ends:
            assert await told(end) == {"subjects": ["teacher-01", "teacher-02"]}
        bench.processes[0].kill()
        async with asyncio.timeout(30):
            while len(bench.ends) < 3:
                await asyncio.sleep(0.02)
        assert await told(bench.ends[2]) == {"config": 0, "subjects": ["teacher-01", "teacher-02"]}

    running(work)
