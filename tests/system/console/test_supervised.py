"""The console beside a running gateway: started with it, brought back when it ends, gone with it."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from .. import places, sites
from ..conftest import World
from ..gateway import Gateway, until


def console_of(world: World) -> int | None:
    """The process id of whoever listens on the console's port; None if nobody does."""
    found = re.search(r"pid=(\d+)", world.lab.run(places.GATEWAY, "ss", "-Hltnp", "sport = :8090"))
    return int(found[1]) if found else None


def supervisor(world: World) -> int:
    """The process id of `breaktime run` in the gateway's namespace."""
    for pid in world.lab.pids(places.GATEWAY):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"run" in words and any(word.endswith(b"/breaktime") for word in words):
            return pid
    raise AssertionError("no gateway runs")


def answered(world: World, path: str) -> str:
    """The console's answer, or "" while there is none."""
    try:
        with world.lab.connect(places.GATEWAY, ("127.0.0.1", 8090)) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:8090\r\n\r\n".encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    except OSError:
        return ""


def first_link(gateway: Gateway) -> str | None:
    """The path of the link that the first start prints."""
    found = re.search(r"http://127\.0\.0\.1:8090(/invitation/\S+)", gateway.output())
    return found[1] if found else None


def test_with_the_gateway(world: World) -> None:
    """The first start prints a one-time link that works; a console that ends is brought back; none outlives the run."""
    with world.run(world.prepare(sites.Site.as_shipped, sites.LESSON)) as gateway:
        link = until("the link is printed", lambda: first_link(gateway), 60)
        until("the link works", lambda: "You were asked in as" in answered(world, link), 60)
        pid = until("the console listens", lambda: console_of(world), 60)
        os.kill(pid, signal.SIGKILL)
        again = until("another takes its place", lambda: (new := console_of(world)) and new != pid and new, 60)
        until("the same link works", lambda: "You were asked in as" in answered(world, link), 60)
        assert gateway.worker() is not None
        assert again != pid


def test_killed_gateway(world: World) -> None:
    """However the gateway goes, the console goes too: it is not left listening for nobody."""
    with world.run(world.prepare(sites.Site.as_shipped, sites.LESSON)) as gateway:
        until("the console listens", lambda: console_of(world), 60)
        os.kill(supervisor(world), signal.SIGKILL)
        until("the console has ended", lambda: console_of(world) is None, 60)
        gateway.kill()
        gateway.start()
