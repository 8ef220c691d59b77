"""Hears the workers' beats and tells the kernel who of them takes clients; without any it steers nothing.

The kernel holds what it is told for three seconds. Should the steward itself stop, the rules fall aside by themselves.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent.gateway import beats
from agent.gateway.steering.elements import slots
from agent.gateway.steward.health import Health
from agent.gateway.steward.kernel import Kernel, Table

STANDS = 3
"""Seconds that the kernel goes on steering without hearing of us."""
AT_ONCE = 256
"""Beats that are read in a row."""


class Guard:
    """Holds the socket that beats arrive at, and a handle on each worker's process."""

    def __init__(
        self,
        kernel: Kernel,
        path: Path,
        ports: tuple[int, ...],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ports = ports
        self.news = asyncio.Event()
        self.standing = False
        self.health = Health(frozenset(ports), self._watch)
        self._kernel = kernel
        self._path = path
        self._say = say
        self._clock = clock
        self._socket: socket.socket | None = None
        self._said = False
        self._handles: dict[int, int] = {}
        self._shared: tuple[int, ...] | None = None

    @property
    def healthy(self) -> tuple[int, ...]:
        """The ports of the healthy workers."""
        return self.health.ports(self._clock())

    @property
    def store_well(self) -> bool:
        """True if the store takes what is counted."""
        return self.health.store(self._clock())

    def shares(self) -> dict[int, float]:
        """The part of the clients that each worker has now, by the worker's number."""
        chosen = slots(self.ports, self.healthy) if self.standing else ()
        return {number: chosen.count(port) / len(chosen) if chosen else 0.0 for number, port in enumerate(self.ports)}

    def listen(self) -> bool:
        """Begin to hear beats; False if the socket cannot be made yet, which is said once."""
        if self._socket is not None:
            if self._path.is_socket():
                return True
            self._close_socket()  # somebody has tidied up: nobody finds us any more
        try:
            self._socket = beats.listen(self._path)
        except OSError as problem:
            if not self._said:
                self._said = True
                self._say(f"{self._path}: workers cannot be heard ({problem.strerror}); nothing is steered meanwhile")
            return False
        self._said = False
        asyncio.get_running_loop().add_reader(self._socket, self._hear, self._socket)
        return True

    def forget_shares(self) -> None:
        """The rules were loaded anew: the next tick deals the clients out."""
        self._shared = None

    async def tick(self) -> bool:
        """Tell the kernel who is well; False if it refused."""
        self.listen()
        self.news.clear()
        self._end_hung()
        healthy, ports = self.healthy, self.ports
        if not healthy:
            # A steward that has just begun leaves what stands to its end: beats are on their way.
            return await self.step_aside() if self.health.heard else True

        def tell(table: Table) -> None:
            if healthy != self._shared:
                table.share(ports, healthy)
            table.stand(STANDS)

        self.standing = await self._kernel.do(tell)
        self._shared = healthy if self.standing else None
        return self.standing

    async def step_aside(self) -> bool:
        """Steer nothing, from now on; False if the kernel refused."""
        if not self.standing and self._shared == ():
            return True
        done = await self._kernel.do(lambda table: table.step_aside())
        self.standing, self._shared = False, () if done else None
        return done

    def close(self) -> None:
        """Hear no more."""
        loop = asyncio.get_running_loop()
        self._close_socket()
        for handle in self._handles.values():
            loop.remove_reader(handle)
            os.close(handle)
        self._handles.clear()

    def _close_socket(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _hear(self, listening: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                datagram = listening.recv(4096)
            except OSError:
                return
            if self.health.hear(datagram, self._clock()):
                self.news.set()

    def _watch(self, pid: int) -> bool:
        """Take a handle on a process that has begun to beat; False if it has ended."""
        if pid in self._handles:
            return True
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            return False
        self._handles[pid] = handle
        asyncio.get_running_loop().add_reader(handle, self._gone, pid)
        return True

    def _end_hung(self) -> None:
        """A worker that hangs holds what is open there; its end frees its port for another."""
        for pid in self.health.hung(self._clock()):
            self._say(f"worker {pid} has been silent for too long; it is ended")
            with suppress(OSError):
                signal.pidfd_send_signal(self._handles[pid], signal.SIGKILL)

    def _gone(self, pid: int) -> None:
        """The process has ended: its clients go to the others at once."""
        handle = self._handles.pop(pid)
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
        if self.health.gone(pid):
            self.news.set()
