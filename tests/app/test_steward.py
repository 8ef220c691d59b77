"""The steward's main program goes on whatever part of it fails, and says nothing but where."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from agent.app.live import Configuration, read
from agent.app.steward import Main
from agent.gateway import link
from agent.gateway.companion import DATA_VARIABLE, PORTS_VARIABLE
from agent.gateway.steward.steward import Places
from agent.gateway.steward.trouble import Trouble

CONFIG = Path(__file__).parents[2] / "config"


def config() -> link.Message:
    """The example's, which does not steer."""
    found = read(CONFIG)
    assert isinstance(found, Configuration)
    return found.message


def test_meters_that_cannot_be_read(tmp_path: Path) -> None:
    """It is counted, and the steward goes on."""
    said: list[str] = []
    # A steward without anything that meters read.
    broken: Any = SimpleNamespace(trouble=Trouble(said.append))

    async def run() -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            main = Main(ours, config(), b"", Places(tmp_path / "s", tmp_path / "off", (8080,)))
            with suppress(TimeoutError):
                await asyncio.wait_for(main._measure(broken), 0.1)

    asyncio.run(run())
    assert [text.split(" at ")[0] for text in said] == ["steward: AttributeError"]


def test_a_real_one(tmp_path: Path) -> None:
    """It leaves no dump, hands its limit on, and ends with its supervisor."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        environment = {DATA_VARIABLE: str(tmp_path), PORTS_VARIABLE: "8080", link.FD_VARIABLE: str(theirs.fileno())}
        command = [sys.executable, "-P", "-m", "agent.app.steward"]
        with subprocess.Popen(command, pass_fds=[theirs.fileno()], env=os.environ | environment) as process:
            theirs.close()
            ours.settimeout(60)
            ours.sendall(link.encode(config()))
            assert b"{" in ours.recv(1000)
            assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
            ours.close()
            assert process.wait(20) == 0


def test_a_callback_that_fails(tmp_path: Path) -> None:
    """The event loop's own words would hold what was being read."""
    heard: list[Any] = []

    async def run() -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            main = Main(ours, config(), b"", Places(tmp_path / "s", tmp_path / "off", (8080,)))
            main._trouble = Trouble(heard.append)
            task = asyncio.create_task(main.run())
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().call_soon(int, "a secret")
            await asyncio.sleep(0.05)
            theirs.close()
            await asyncio.wait_for(task, 5)

    asyncio.run(run())
    assert [text.split(" at ")[0] for text in heard] == ["steward: ValueError"]
