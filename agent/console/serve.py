"""Builds the house on a site and serves it until the process is asked to end, or the gateway behind it is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from agent.app.admission import admission_of
from agent.app.live import Configuration, Reloader, read
from agent.app.paths import DataFolder
from agent.app.shown import shown
from agent.clock import Clock
from agent.console.application import application
from agent.console.house import House, Shown
from agent.console.keyring import Keyring
from agent.console.line import PATIENCE, Line
from agent.console.look import Look
from agent.console.pages import Page
from agent.console.refusals import Refusals
from agent.console.register import PAGES
from agent.console.signin.school import Tries
from agent.console.turnstile import Turnstile
from agent.gateway import link
from agent.packs.console import ConsoleSettings
from agent.store.credentials import Passwords

GRACE = 2
"""Seconds that answers under way have when the console ends."""


def house_of(
    config: Configuration,
    data: DataFolder,
    clock: Clock,
    pages: Sequence[Page] = PAGES,
    passwords: Passwords | None = None,
    shows: Shown | None = None,
    seconds: Callable[[], float] = time.monotonic,
) -> House:
    """The house of a site. Raises StoreError."""
    real = Clock()  # sessions, codes and the chain go by the machine's own time, in a rehearsal too
    admission = admission_of(config, data, passwords)
    house = House(
        lambda: config,
        data,
        clock,
        admission,
        Keyring(seconds),
        Turnstile(seconds),
        Refusals(admission.log, real.now, seconds),
        Look(pages),
        Tries(seconds),
        bool(config.built.console.certificate),
    )
    if shows is not None:
        house.shows = shows
    return house


def hosts_of(settings: ConsoleSettings) -> tuple[str, ...]:
    """The names and addresses that the console answers to."""
    return (settings.listen, "localhost", "127.0.0.1", *settings.names)


async def serve(folder: Path, data: DataFolder, clock: Clock, line: Line) -> int:
    """Serve until asked to end; the exit code. Says on standard error what keeps it from beginning."""
    config = read(folder, data)
    if isinstance(config, list):
        print(f"breaktime: console: {len(config)} problem(s) in {folder}: breaktime check", file=sys.stderr)
        return 1
    house = house_of(config, data, clock, shows=shown)
    house.folder, house.line = folder, line
    reloader = Reloader(folder, config, config.engine.site.openable, _nobody_told, lambda good: None, data)
    house.in_force = lambda: reloader.in_force
    settings = config.built.console
    server = uvicorn.Server(_settings(application(house, PAGES, hosts_of(settings)), settings))
    following = asyncio.create_task(reloader.run())
    try:
        await server.serve()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    return 0 if server.started else 1


def _settings(app: Starlette, settings: ConsoleSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.listen,
        port=settings.port,
        ssl_certfile=settings.certificate or None,
        ssl_keyfile=settings.key or None,
        log_level="warning",
        access_log=False,  # an address of a page can name a case
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=32 * 1024,
        limit_concurrency=1000,
        http="h11",
        ws="none",
        lifespan="off",
    )


async def _nobody_told(fresh: Configuration) -> list[int]:
    return []


def end_with_parent(patience: float = PATIENCE) -> Line:
    """The line to the gateway that started this process; it ends when that has gone, however it went."""
    number = os.environ.get(link.FD_VARIABLE)
    if number is None:
        return Line()
    line = Line(socket.socket(fileno=int(number)), patience)

    def watch() -> None:
        try:
            line.listen()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    return line
