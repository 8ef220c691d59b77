"""The forwarder in the supervisor: a thread of its own, so that no slow database ever holds the gateway up.

It sends round by round: at once while much waits, else every ten seconds; while the database will not take anything it
tries again, less and less often. Trouble is said once, when it begins and when it ends; the metrics go on counting.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from typing import Protocol

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.retention import outlived
from agent.clock import Clock, sources
from agent.core.engine import Engine
from agent.metrics import ForwardingMetrics, GatewayMetrics
from agent.packs.store import StoreSettings
from agent.store.errors import StoreError
from agent.store.forwarder import Forwarder, Round
from agent.store.postgres.errors import AwayError
from agent.store.postgres.server import Server
from agent.store.retention import forgotten_days
from agent.store.writer import DATABASE

PAUSE = 10.0
"""Seconds between two rounds while nothing much waits."""
RETRY, SLOWEST_RETRY = 2.0, 60.0
PATIENCE = 5.0
"""Seconds that a round has to fail when the gateway ends."""


def server_of(settings: StoreSettings, data: DataFolder) -> Server:
    """How the site comes into its database; without a password file by libpq's own ways (`~/.pgpass`, the account)."""
    file = settings.password_file
    if file is None and data.database_password.exists():
        file = data.database_password
    return Server(settings.address, settings.login, file)


def forwarder_of(settings: StoreSettings, data: DataFolder, engine: Engine) -> Forwarder:
    """What sends the record of the data folder."""
    return Forwarder(
        data.root / DATABASE,
        engine.site.id,
        server_of(settings, data).connect,
        str(settings.address),
        lambda: forgotten_days(data.root),
        lambda days: outlived(engine, data.root, sources, days),
    )


class Site(Protocol):
    """What a forwarding asks of the gateway that it is part of."""

    config: Configuration
    data: DataFolder
    clock: Clock
    metrics: GatewayMetrics


def forwarding(gateway: Site, say: Callable[[str], None]) -> list[asyncio.Task[None]]:
    """The forwarding that a site's configuration asks for, begun; nothing where its record stays.

    Nor in a rehearsal: what happens at a time that is not so is nothing for the trust's database.
    """
    settings, engine = gateway.config.built.store, gateway.config.engine
    if settings is None or gateway.clock.rehearsing:
        return []
    metrics = ForwardingMetrics(gateway.metrics.registry)
    made = Forwarding(forwarder_of(settings, gateway.data, engine), metrics, gateway.clock.now, say)
    return [asyncio.create_task(made.run())]


class Sender(Protocol):
    """What sends, as the thread sees it: `store.forwarder.Forwarder`."""

    def round(self, minute: int) -> Round:
        """Send the oldest of what waits, but for `minute`."""

    def waiting(self) -> tuple[int, int | None]:
        """How many minutes wait, and the oldest."""

    def abandon(self) -> None:
        """Have a round that waits fail at once; from another thread."""

    def close(self) -> None:
        """Let go of everything."""


class Forwarding:
    """The thread, from `start` to `stop`."""

    def __init__(
        self,
        forwarder: Sender,
        metrics: ForwardingMetrics,
        now: Callable[[], datetime],
        say: Callable[[str], None],
        pause: float = PAUSE,
    ) -> None:
        self._forwarder, self._metrics, self._now, self._say = forwarder, metrics, now, say
        self._pause, self._retry = pause, min(pause, RETRY)
        self._wait = self._retry
        self._trouble = ""
        self._stop = Event()
        # A daemon: should the database keep it for longer than our patience, the gateway ends all the same.
        self._thread = Thread(target=self._run, name="forwarding", daemon=True)

    async def run(self) -> None:
        """Forward until cancelled; what was not sent by then is sent by the next run."""
        self._thread.start()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._stop.set()
            self._forwarder.abandon()
            await asyncio.to_thread(self._thread.join, PATIENCE)

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            wait = self.once()
        self._forwarder.close()

    def once(self) -> float:
        """One round; the seconds until the next."""
        minute = int(self._now().timestamp()) // 60
        try:
            done = self._forwarder.round(minute)
            self._show_waiting(minute)
        except StoreError as error:
            away = isinstance(error, AwayError)  # its words change with the way in which it goes, and say no more
            return self._failed("away" if away else error.what, str(error))
        except Exception as error:  # a fault of ours must not end the forwarding for good
            name = type(error).__name__
            return self._failed(name, f"the forwarder failed ({name}); report it")
        self._metrics.rows.inc(done.rows)
        self._metrics.forgotten.inc(len(done.forgotten))
        self._well()
        if done.set_back:
            self._say("the database was set back; everything that is held is sent to it again")
        return 0.0 if done.more else self._pause

    def _show_waiting(self, minute: int) -> None:
        count, oldest = self._forwarder.waiting()
        self._metrics.backlog.set(count)
        self._metrics.lag.set(max(0, minute - oldest) * 60 if oldest is not None else 0)

    def _well(self) -> None:
        self._metrics.up.set(1)
        self._wait = self._retry
        if self._trouble:
            self._trouble = ""
            self._say("the database takes the record again; what waited is sent")

    def _failed(self, what: str, text: str) -> float:
        self._metrics.up.set(0)
        self._metrics.errors.inc()
        try:
            self._show_waiting(int(self._now().timestamp()) // 60)
        except StoreError as error:
            print(f"breaktime: {error}", file=sys.stderr)
        if what != self._trouble and not self._stop.is_set():
            self._trouble = what
            self._say(f"the record waits to be forwarded: {text}")
        wait, self._wait = self._wait, min(self._wait * 2, SLOWEST_RETRY)
        return wait
