"""A program is brought back when it ends, the more slowly the sooner it ends, and never outlives its keeper."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import pytest

from agent.gateway.steward.kept import Heard, Kept, Process, Program

from .fakes import FakeProcess, soon

NAMED = Program(["a program"])


class Bench:
    """Programs that are no processes; what their keeper heard and said."""

    def __init__(self, fails: int = 0) -> None:
        self.program = NAMED
        self.wanted_next = NAMED
        self.given: list[Program] = []
        self.processes: list[FakeProcess] = []
        self.pipes: list[int] = []
        self.output = b""
        self.began = 0
        self.codes: list[int] = []
        self.said: list[str] = []
        self._fails = fails
        heard = Heard(self._heard, self._began, self.codes.append)
        self.kept = Kept(lambda: self.program, heard, self.said.append, self._start, pauses=(0.01, 0.02))

    async def _start(self, program: Program, pipe: int) -> Process:
        if self._fails:
            self._fails -= 1
            raise FileNotFoundError(2, "No such file or directory")
        self.given.append(program)
        self.program = self.wanted_next
        self.kept.restart()  # nothing is there yet that could be ended
        self.pipes.append(os.dup(pipe))
        self.processes.append(FakeProcess(len(self.processes) + 1))
        return self.processes[-1]

    def _heard(self, data: bytes) -> None:
        self.output += data

    def _began(self) -> None:
        self.began += 1


def running(work: Callable[[Bench], Awaitable[None]], fails: int = 0) -> Bench:
    """Do something while a program is kept."""

    async def run() -> Bench:
        bench = Bench(fails)
        task = asyncio.create_task(bench.kept.run())
        try:
            await work(bench)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            for pipe in bench.pipes:
                os.close(pipe)
        return bench

    return asyncio.run(run())


def test_it_is_brought_back() -> None:
    """Its end is told, with its last words before it."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.began == 1)
        os.write(bench.pipes[0], b"one ")
        await soon(lambda: bench.output == b"one ")
        os.write(bench.pipes[0], b"last words")
        bench.processes[0].end(3)
        await soon(lambda: bench.began == 2)
        assert bench.kept.pid == 2
        assert bench.kept.restarts == 1

    bench = running(work)
    assert bench.output == b"one last words"
    assert bench.codes == [3]


def test_a_wanted_restart_is_no_failure() -> None:
    """It begins anew at once, and nobody is told of an end."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.began == 1)
        bench.kept.restart()
        await soon(lambda: bench.began == 2)

    bench = running(work)
    assert bench.processes[0].returncode == -9
    assert bench.codes == []


def test_what_changes_while_it_is_started_is_taken_up() -> None:
    """It would else go by what was wanted before, for as long as it runs."""
    other = Program(["a program"], b"other settings")

    async def work(bench: Bench) -> None:
        bench.wanted_next = other
        await soon(lambda: bench.began == 2)
        await asyncio.sleep(0.05)
        assert bench.given == [NAMED, other]

    assert running(work).codes == []


def test_one_that_is_not_there_is_tried_again() -> None:
    """It is said, and not waited for."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.began == 1)

    bench = running(work, fails=2)
    assert bench.said == ["a program cannot be started: No such file or directory; it is tried again"] * 2


def test_it_ends_with_its_keeper() -> None:
    """A keeper that is cancelled asks it to end."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.began == 1)

    assert running(work).processes[0].returncode == -15


@pytest.mark.parametrize("errors", [False, True], ids=["output", "errors"])
def test_a_real_program(errors: bool) -> None:
    """It reads what it is given from memory, and the pipe has what it says."""
    stream = "stderr" if errors else "stdout"
    command = [sys.executable, "-c", f"import sys; sys.{stream}.write(sys.stdin.read() * 2)"]
    program = Program(command, b"given ", errors=errors, hurried=True)
    heard: list[bytes] = []
    codes: list[int] = []

    async def run() -> None:
        kept = Kept(lambda: program, Heard(heard.append, ended=codes.append), lambda text: None, pauses=(60, 60))
        task = asyncio.create_task(kept.run())
        await soon(lambda: codes)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert b"".join(heard) == b"given given "
    assert codes == [0]
