"""A program that is kept running: started, its output read from a pipe, brought back when it ends.

The steward's own children are kept so: dnsmasq and *sense*.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

F_SETPIPE_SZ = 1031
PIPE_SIZE = 1 << 20
SHORT_LIFE = 2.0
"""Seconds; what ends sooner is brought back ever more slowly."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
PATIENCE = 3.0


class Process(Protocol):
    """What a started program is to us."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def terminate(self) -> None:
        """Ask it to end."""
        ...

    async def wait(self) -> int:
        """Wait for its end."""
        ...


@dataclass(frozen=True, slots=True)
class Program:
    """What to start. `reads` is its standard input; the pipe takes its standard error if `errors`, else its output.

    A program that must never wait for its reader gets a pipe that does not block it: `hurried`.
    """

    command: Sequence[str]
    reads: bytes = b""
    errors: bool = False
    hurried: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What whoever keeps a program is told: bytes of its output, that it began, that it ended (with its code)."""

    output: Callable[[bytes], None]
    began: Callable[[], None] = field(default=lambda: None)
    ended: Callable[[int], None] = field(default=lambda code: None)


async def start(program: Program, pipe: int) -> Process:
    """Start a program whose output goes into the pipe. Raises OSError if there is no such program."""
    null = asyncio.subprocess.DEVNULL
    given = _file_with(program.reads) if program.reads else os.open(os.devnull, os.O_RDONLY)
    try:
        return await asyncio.create_subprocess_exec(
            *program.command,
            stdin=given,
            stdout=null if program.errors else pipe,
            stderr=pipe if program.errors else None,
            process_group=0,  # a Ctrl-C in the terminal is the supervisor's to pass on
        )
    finally:
        os.close(given)


class Kept:
    """Keeps one program running until it is cancelled."""

    def __init__(
        self,
        program: Callable[[], Program],
        heard: Heard,
        say: Callable[[str], None],
        starting: Callable[[Program, int], Awaitable[Process]] = start,
        pauses: tuple[float, float] = (FIRST_PAUSE, LONGEST_PAUSE),
    ) -> None:
        self._program = program
        self._heard = heard
        self._say = say
        self._starting = starting
        self._pauses = pauses
        self._process: Process | None = None
        self._wanted = True
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def restart(self) -> None:
        """End it at once; it is brought back at once, by what the program is then."""
        if self._process is not None and self._process.returncode is None:
            self._wanted = True
            self._process.kill()

    async def run(self) -> None:
        """Run until cancelled; then it has ended."""
        loop, pause = asyncio.get_running_loop(), self._pauses[0]
        while True:
            started, self._wanted = loop.time(), False
            code = await self._live()
            if code is not None and not self._wanted:
                self._heard.ended(code)
            short = loop.time() - started < SHORT_LIFE and not self._wanted
            await asyncio.sleep(0 if self._wanted else pause)
            pause = min(pause * 2, self._pauses[1]) if short else self._pauses[0]
            self.restarts += 1

    async def _live(self) -> int | None:
        """One life; its exit code, or None if it could not begin."""
        program = self._program()
        ours, theirs = _pipe(program.hurried)
        try:
            try:
                self._process = await self._starting(program, theirs)
            finally:
                os.close(theirs)
        except OSError as problem:
            os.close(ours)
            self._say(f"{program.command[0]} cannot be started: {problem.strerror or problem}; it is tried again")
            return None
        return await self._read(program, self._process, ours)

    async def _read(self, program: Program, process: Process, pipe: int) -> int:
        loop = asyncio.get_running_loop()
        loop.add_reader(pipe, self._take, pipe)
        self._heard.began()
        if self._program() != program:
            self.restart()  # it was wanted otherwise while it was being started
        try:
            code = await process.wait()
            self._drain(pipe)
            return code
        finally:
            await _end(process)
            loop.remove_reader(pipe)
            os.close(pipe)
            self._process = None

    def _take(self, pipe: int) -> bool:
        """Hand on what has come; False if there was nothing."""
        try:
            data = os.read(pipe, PIPE_SIZE)
        except BlockingIOError:
            return False
        if not data:
            asyncio.get_running_loop().remove_reader(pipe)
            return False
        self._heard.output(data)
        return True

    def _drain(self, pipe: int) -> None:
        """Its last words; a child that it left behind may go on for ever, so not all that could come."""
        for _ in range(4):
            if not self._take(pipe):
                return


async def _end(process: Process) -> None:
    """Ask it to end, and end it; also when we are cancelled."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _pipe(hurried: bool) -> tuple[int, int]:
    """A pipe with much room; our end never blocks, theirs does not if they are in a hurry."""
    ours, theirs = os.pipe2(os.O_CLOEXEC)
    with suppress(OSError):  # a limit of the system's for those who are not root
        fcntl.fcntl(ours, F_SETPIPE_SZ, PIPE_SIZE)
    os.set_blocking(ours, False)
    os.set_blocking(theirs, not hurried)
    return ours, theirs


def _file_with(content: bytes) -> int:
    """A file in memory, to be read from its beginning."""
    handle = os.memfd_create("given")
    with open(os.dup(handle), "wb") as file:
        file.write(content)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
