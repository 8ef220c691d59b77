"""A worker's ties to the world: the link to the supervisor, the tick, the log that names nobody."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import traceback
from typing import Any

from mitmproxy.master import Master
from prometheus_client import REGISTRY

from addons.worker import Worker
from agent.app.build import build
from agent.clock import Clock
from agent.core.engine import Engine
from agent.gateway import link
from agent.metrics import WorkerMetrics

TICK = 0.25
FLUSH_EVERY = 0.5
"""Seconds; with the tick and the supervisor's commit a count is on disk within a second."""

log = logging.getLogger("breaktime")


class QuietHandler(logging.Handler):
    """Writes our own messages; of anybody else's errors only where they came from, for they may name a site."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line to standard error."""
        text = record.getMessage() if record.name == "breaktime" else place_of(record)
        os.write(2, f"worker {os.getpid()}: {text}\n".encode())


def place_of(record: logging.LogRecord) -> str:
    """Where somebody else's error came from and of what kind it is, without a word of its text."""
    kind, _, trace = record.exc_info or (None, None, None)
    if kind is None:
        return f"an error was reported by {record.module}:{record.lineno}"
    frames = traceback.extract_tb(trace)
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[:-4:-1])
    return f"{kind.__name__} at {where}"


class Service:
    """Runs beside the addon: takes configurations, gives minutes."""

    def __init__(self, master: Master, connection: socket.socket, message: link.Message, rest: bytes) -> None:
        self.master = master
        self._socket = connection
        self._rest = rest
        self._flushed = time.monotonic()
        self._due = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self.worker = Worker(engine_of(message), Clock.inherited(), WorkerMetrics(REGISTRY), self._cut)

    @classmethod
    def from_environment(cls, master: Master) -> Service:
        """Take over the link that the supervisor opened for us, and wait for the first configuration."""
        connection = socket.socket(fileno=int(os.environ[link.FD_VARIABLE]))
        message, rest = link.first(connection)
        return cls(master, connection, message, rest)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to listen and to tick."""
        quiet_logging()
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

    @staticmethod
    def end() -> None:
        """End this process at once; nothing of it is left to be kept."""
        os._exit(0)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.worker.metrics.loop_lag.set(max(0.0, loop.time() - self._due))
        try:
            self.worker.tick()
        except Exception as failure:
            log.error("engine error in tick: %s", type(failure).__name__)
            self.worker.metrics.engine_errors.labels("tick").inc()
        if time.monotonic() - self._flushed >= FLUSH_EVERY:
            self._flushed = time.monotonic()
            self.flush()
        self._due = loop.time() + TICK
        loop.call_at(self._due, self._tick, loop)

    async def _listen(self) -> None:
        self._socket.setblocking(False)
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
        now = self.worker.clock.now().astimezone(self.worker.engine.timetable.calendar.zone)
        for person, minutes in message.get("used", {}).items():
            self.worker.usage.set(person, now, minutes)

    def _send(self, message: link.Message) -> None:
        try:
            self._socket.setblocking(True)
            self._socket.sendall(link.encode(message))
        except OSError:
            self.master.shutdown()
        finally:
            self._socket.setblocking(False)

    def _cut(self, client: str) -> None:
        """End a client's connection, and with it what it has open upstream."""
        handler: Any = getattr(self.master.addons.get("proxyserver"), "connections", {}).get(client)
        if handler is not None and handler.client in handler.transports:
            handler.close_connection(handler.client)


def engine_of(message: link.Message) -> Engine:
    """The engine of a configuration that the supervisor has checked."""
    files = {path: text.encode() for path, text in message["config"].items()}
    key, subjects = bytes.fromhex(message.get("account_key", "")), frozenset(message.get("subjects", ()))
    built = build(files, frozenset(message["openable"]), key, subjects)
    assert built.engine is not None, "the supervisor sends only what loads"
    return built.engine


def quiet_logging() -> None:
    """Let nothing of mitmproxy's into the log but the place of its errors."""
    root = logging.getLogger()
    root.handlers = [QuietHandler()]
    root.setLevel(logging.ERROR)
