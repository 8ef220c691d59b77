"""A worker's ties to the world: the link to the supervisor, the tick, the log that names nobody."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from mitmproxy.master import Master
from prometheus_client import REGISTRY, CollectorRegistry

from addons import held
from addons.beat import WorkerBeat
from addons.relay import Relays
from addons.worker import Worker
from agent.app.handed import engine_of, informed
from agent.clock import Clock
from agent.core.access import Asking, Permits
from agent.gateway import link
from agent.metrics import WorkerMetrics

TICK = 0.25
FLUSH_EVERY = 0.5
"""Seconds; with the tick and the supervisor's commit a count is on disk within a second."""
LAST_WORDS = 2.0
"""Seconds that a worker which ends waits for the supervisor to read."""

log = logging.getLogger("breaktime")


class QuietHandler(logging.Handler):
    """Writes our own messages; of anybody else's errors only where they came from, for they may name a site."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line to standard error."""
        text = record.getMessage() if record.name == "breaktime" else place_of(record)
        os.write(2, f"worker {os.getpid()}: {text}\n".encode())


def place_of(record: logging.LogRecord) -> str:
    """Where somebody else's error came from and of what kind it is, without a word of its text."""
    failure = record.exc_info[1] if record.exc_info else None
    return held.place_of(failure) if failure else f"an error was reported by {record.module}:{record.lineno}"


class Service:
    """Runs beside the addon: takes configurations, gives minutes."""

    def __init__(
        self,
        master: Master,
        connection: socket.socket,
        message: link.Message,
        rest: bytes,
        registry: CollectorRegistry = REGISTRY,
        leave: Callable[[int], object] = os._exit,
        beat: WorkerBeat | None = None,
    ) -> None:
        self.master = master
        self._socket = connection
        self._rest = rest
        self._waiting = bytearray()
        self._writing = False
        self._leave = leave
        self._flushed = time.monotonic()
        self._due = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.relays = Relays()
        self._beat = beat or WorkerBeat()
        self.worker = Worker(engine_of(message), Clock.inherited(), WorkerMetrics(registry), self._cut)
        self.worker.permits = Permits.of_message(message)

    @classmethod
    def from_environment(cls, master: Master) -> Service:
        """Take over the link that the supervisor opened for us, and wait for the first configuration."""
        connection = socket.socket(fileno=int(os.environ[link.FD_VARIABLE]))
        message, rest = link.first(connection)
        return cls(master, connection, message, rest)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to listen and to tick."""
        quiet_logging()
        self._socket.setblocking(False)
        task = loop.create_task(self._listen())
        self._tasks.add(task)
        self._send({"taken": self.worker.engine.revision})
        self._due = loop.time() + TICK
        loop.call_at(self._due, self._tick, loop)

    def flush(self) -> None:
        """Send what was counted since the last time."""
        minutes, used = self.worker.tally.take(), self.worker.newly_used
        self.worker.newly_used = []
        if minutes:
            self._send({"minutes": link.pack(minutes)})
        if used:
            self._send({"used": used})

    def acknowledged(self, device: str, notice: str) -> None:
        """The user of a device has acknowledged a notice: both by their ids."""
        self._send({"acknowledged": [device, notice]})

    def asked(self, asking: Asking) -> None:
        """Somebody asks for access on the gateway's page."""
        self._send({"asked": asdict(asking)})

    def end(self, code: int = 0) -> None:
        """End this process once the supervisor has what was sent; nothing else of it is left to be kept."""
        with suppress(OSError):
            self._socket.settimeout(LAST_WORDS)
            self._socket.sendall(self._waiting)
        self._leave(code)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.worker.metrics.loop_lag.set(max(0.0, loop.time() - self._due))
        ticked = self._went_well(self.worker.tick)
        self._went_well(self._flush_if_due)
        if ticked:  # one that no longer judges what it holds must not be given more
            self._went_well(self._beat)
        self._due = loop.time() + TICK
        loop.call_at(self._due, self._tick, loop)

    def _went_well(self, part: Callable[[], None]) -> bool:
        """Do a part of the tick; the others do not wait for it to succeed."""
        try:
            part()
        except Exception as failure:
            log.error("engine error in tick: %s", held.place_of(failure))
            self.worker.metrics.engine_errors.labels("tick").inc()
            return False
        return True

    def _flush_if_due(self) -> None:
        if time.monotonic() - self._flushed >= FLUSH_EVERY:
            self._flushed = time.monotonic()
            self.flush()

    async def _listen(self) -> None:
        """Listen; a worker that no longer can would rule by an old configuration for ever, so it ends."""
        try:
            await self._hear()
        except Exception as failure:
            log.error("the link to the supervisor failed: %s", held.place_of(failure))
            try:
                self.flush()
            finally:
                self.end(1)

    async def _hear(self) -> None:
        loop, buffer = asyncio.get_running_loop(), bytearray(self._rest)
        while True:
            while (end := buffer.find(b"\n")) >= 0:
                line = bytes(buffer[:end])
                del buffer[: end + 1]
                await self._take(link.decode(line))
            data = await loop.sock_recv(self._socket, 1 << 20)
            if not data:
                self.master.shutdown()  # the supervisor has gone, and nobody would keep what we count
                return
            buffer += data

    async def _take(self, message: link.Message) -> None:
        if "config" in message:
            engine = await asyncio.to_thread(engine_of, message)
            self.worker.take_up(engine)
            self._send({"taken": engine.revision})
        elif "subjects" in message:
            self.worker.take_up(replace(self.worker.engine, subjects=frozenset(message["subjects"])))
        elif "permits" in message:
            self.worker.take_up(informed(self.worker.engine, message))
        elif "held" in message or "declared" in message:
            self._inform(message)
        if "permits" in message:
            self.worker.permits = Permits.of_message(message)
        now = self.worker.clock.now().astimezone(self.worker.engine.timetable.calendar.zone)
        for person, minutes in message.get("used", {}).items():
            self.worker.usage.set(person, now, minutes)

    def _inform(self, message: link.Message) -> None:
        """Who has which address, and where pupils are about, has changed since the configuration came."""
        engine = informed(self.worker.engine, message)
        if "declared" in message:
            self.worker.take_up(engine)
        else:
            self.worker.know(engine, message["held"].keys())

    def _send(self, message: link.Message) -> None:
        self._waiting += link.encode(message)
        self._write()

    def _write(self) -> None:
        """Write what the socket takes; the rest when it takes more, for nobody's traffic waits for the supervisor."""
        try:
            while self._waiting:
                del self._waiting[: self._socket.send(self._waiting)]
        except BlockingIOError:
            if not self._writing:
                self._writing = True
                asyncio.get_running_loop().add_writer(self._socket, self._write)
            return
        except OSError:
            self._waiting.clear()
            self.master.shutdown()
        if self._writing:
            self._writing = False
            asyncio.get_running_loop().remove_writer(self._socket)

    def _cut(self, client: str) -> None:
        """End a client's connection, and with it what it has open upstream."""
        if self.relays.cut(client):
            return
        handler: Any = getattr(self.master.addons.get("proxyserver"), "connections", {}).get(client)
        if handler is not None and handler.client in handler.transports:
            handler.close_connection(handler.client)


def quiet_logging() -> None:
    """Let nothing of mitmproxy's into the log but the place of its errors."""
    root = logging.getLogger()
    root.handlers = [QuietHandler()]
    root.setLevel(logging.ERROR)
