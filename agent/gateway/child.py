"""One worker process as its parent sees it: how it is started, and the messages that come and go."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.clock import OFFSET_VARIABLE
from agent.gateway import ca, link
from agent.gateway.beats import BEATS_VARIABLE, WORKER_VARIABLE

STREAM_ABOVE = "1m"
PAGE_HOST = "page.breaktime.internal"
"""Where what comes to the page's own port is bound for; nothing is ever sent there."""
PROXY_VARIABLE = "BREAKTIME_PROXY_PORTS"
"""The ports of all workers, where browsers are told of them."""
PATIENCE = 30.0
"""Seconds in which a worker reads what it is sent; one that does not is ended."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What every worker is started with; `mode` is `explicit` or `transparent`."""

    mode: str
    listen: str
    port: int
    ca_folder: Path
    metrics_folder: Path
    metrics_variable: str
    clock_offset: float
    upstream_ca: Path | None = None
    number: int = 0
    beats: Path | None = None
    """Where signs of life are sent; None where nothing is steered."""
    proxy_ports: tuple[int, ...] = ()
    """Every worker's port, where browsers are told of the proxy."""
    page_port: int = 0
    """Where the first worker serves the gateway's page and the proxy's settings; 0: nowhere."""


class Child:
    """A running worker."""

    def __init__(
        self, process: asyncio.subprocess.Process, connection: socket.socket, patience: float = PATIENCE
    ) -> None:
        self.process = process
        self._patience = patience
        self._sending = asyncio.Lock()  # two at a time would take each other's place on the socket
        self._connection = connection
        self._buffer = bytearray()

    @classmethod
    async def start(cls, settings: WorkerSettings) -> Child:
        """Start a worker with a fresh link; it waits there for its configuration.

        Raises CaError if the CA has gone: mitmproxy would make one of its own that may sign for everything.
        """
        ca.load(settings.ca_folder)
        return await cls.begin(_command(settings), _environment(settings))

    @classmethod
    async def begin(cls, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start a program of ours with a fresh link, whose end it finds by `FD_VARIABLE`."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **environment, link.FD_VARIABLE: str(theirs.fileno())},
                process_group=0,  # a Ctrl-C in the terminal is the supervisor's to pass on
            )
        return cls(process, ours)

    async def send(self, message: link.Message) -> None:
        """Give the worker a message; one that is going down is not waited for, one that does not read is ended."""
        try:
            async with asyncio.timeout(self._patience), self._sending:
                await asyncio.get_running_loop().sock_sendall(self._connection, link.encode(message))
        except TimeoutError:
            if self.process.returncode is None:
                self.process.kill()
        except OSError:
            return

    async def messages(self) -> AsyncIterator[link.Message]:
        """Everything the worker says until it ends."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                data = await loop.sock_recv(self._connection, 1 << 20)
            except OSError:
                return
            if not data:
                return
            self._buffer += data
            while (end := self._buffer.find(b"\n")) >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                yield link.decode(line)

    def ask_to_end(self) -> None:
        """Ask the worker to end; it sends what it has counted first."""
        if self.process.returncode is None:
            self.process.terminate()

    async def end(self, patience: float = 3.0) -> None:
        """Ask the worker to end, and end it."""
        self.ask_to_end()
        try:
            await asyncio.wait_for(self.process.wait(), patience)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def close(self) -> None:
        """Give the link back."""
        self._connection.close()


def _command(settings: WorkerSettings) -> list[str]:
    mode = "steered" if settings.mode == "transparent" else "regular"  # addons/front.py has the first
    options = {
        "confdir": str(settings.ca_folder),
        "listen_host": "" if settings.listen == "::" else settings.listen,  # "::" is meant for both families
        "listen_port": str(settings.port),
        "connection_strategy": "lazy",  # a blocked visit leaves no contact with the site
        "upstream_cert": "false",
        "block_global": "false",
        "stream_large_bodies": STREAM_ABOVE,
        "rawtcp": "false",
        "showhost": "false",
        "keep_host_header": "true",  # the page answers at its own names alone: addons/desk.py
    }
    if settings.upstream_ca:
        options["ssl_verify_upstream_trusted_ca"] = str(settings.upstream_ca)
    # -P: the working directory is not where our own modules come from.
    command = [sys.executable, "-P", "-m", "addons.launch", "-q", "--mode", mode]
    if settings.page_port and settings.number == 0:
        command += ["--mode", f"reverse:http://{PAGE_HOST}@{settings.page_port}"]  # answered by addons/desk.py
    return command + [word for name, value in options.items() for word in ("--set", f"{name}={value}")]


def _environment(settings: WorkerSettings) -> Mapping[str, str]:
    found = {
        OFFSET_VARIABLE: repr(settings.clock_offset),
        settings.metrics_variable: str(settings.metrics_folder),
        PROXY_VARIABLE: " ".join(map(str, settings.proxy_ports)),
    }
    if settings.beats is not None:
        found |= {BEATS_VARIABLE: str(settings.beats), WORKER_VARIABLE: f"{settings.number} {settings.port}"}
    return found
