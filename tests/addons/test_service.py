"""A worker's end of the link: nobody's traffic waits for it, and a worker does not live on without it."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from select import select
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from addons.beat import WorkerBeat
from addons.service import Service
from agent.app.folder import read_folder
from agent.gateway import link
from agent.gateway.beats import BEATS_VARIABLE, WORKER_VARIABLE, listen

from .build import CONFIG


def service(end: socket.socket, rest: bytes, left: list[int], beat: WorkerBeat | None = None) -> Service:
    """A service on the shipped configuration that notes its end in `left`."""
    files, _ = read_folder(CONFIG)
    message = {"config": {path: text.decode() for path, text in files.items()}, "openable": []}
    master: Any = SimpleNamespace(shutdown=lambda: left.append(-1))
    return Service(master, end, message, rest, CollectorRegistry(), left.append, beat)


@pytest.mark.parametrize("line", [b"no message\n", b'{"config": {"site.yaml": "secret"}, "openable": []}\n'])
def test_a_failed_link_ends_the_worker(line: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be taken up ends the worker, and the log says where but not what."""
    ours, theirs = socket.socketpair()
    left: list[int] = []
    with ours, theirs:
        theirs.setblocking(False)
        made = service(theirs, line, left)
        asyncio.run(made._listen())
    assert left == [1]
    assert "the link to the supervisor failed" in caplog.text
    assert "secret" not in caplog.text


def test_a_supervisor_that_does_not_read_holds_nothing_up() -> None:
    """What the socket does not take is sent as soon as it does, whole and in order."""
    ours, theirs = socket.socketpair()
    messages = [{"text": letter * 900_000} for letter in "abc"]

    async def run() -> bytes:
        made = service(theirs, b"", [])
        ours.setblocking(False)
        theirs.setblocking(False)
        for message in messages:
            made._send(message)
        received = b""
        while received.count(b"\n") < len(messages):
            received += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(ours, 1 << 20), 5)
        return received

    with ours, theirs:
        assert [link.decode(line) for line in asyncio.run(run()).splitlines()] == messages


@pytest.mark.parametrize(("broken", "beats"), [(False, True), (True, False)], ids=["sound", "broken"])
def test_a_worker_whose_tick_fails_does_not_beat(tmp_path: Path, broken: bool, beats: bool) -> None:
    """It no longer judges what it holds, so the steward is to give its clients to others."""
    ours, theirs = socket.socketpair()
    path = tmp_path / "steward.sock"
    loop = asyncio.new_event_loop()
    with ours, theirs, listen(path) as listening:
        beat = WorkerBeat({BEATS_VARIABLE: str(path), WORKER_VARIABLE: "0 8080"})
        made = service(theirs, b"", [], beat)
        if broken:
            made.worker.clock = None  # type: ignore[assignment]
        made._tick(loop)
        assert bool(select([listening], [], [], 0)[0]) is beats
        beat.close()
    loop.close()


def test_whom_cases_concern_changes_nothing_else() -> None:
    """The engine in force goes on with other subjects: same revision, nothing built anew."""
    ours, theirs = socket.socketpair()
    line = link.encode({"subjects": ["teacher-01"]})

    async def run() -> None:
        made = service(theirs, b"", [])
        theirs.setblocking(False)
        before = made.worker.engine
        await made._take(link.decode(line))
        assert made.worker.engine.subjects == {"teacher-01"}
        assert made.worker.engine.policies is before.policies
        await made._take(link.decode(link.encode({"subjects": []})))
        assert made.worker.engine.subjects == frozenset()

    with ours, theirs:
        asyncio.run(run())
