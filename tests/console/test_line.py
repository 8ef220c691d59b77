"""The line to the gateway: what it is asked, what it answers, and what a page has where nobody answers."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from agent.app.attendant import Answers, Attendant
from agent.console.line import Line
from agent.gateway import link
from agent.gateway.child import Child

ASKS = """
from agent.console.serve import end_with_parent
import sys, time
line = end_with_parent(60)
print(line.used("teacher-01"), line.used("teacher-02"), line.acknowledged(), file=open(sys.argv[1], "w"))
time.sleep(300)
"""


def test_a_console_is_answered_by_its_gateway(tmp_path: Path) -> None:
    """Minutes are those of who is asked about; an acknowledgement makes the gateway read anew."""
    said, read = f"{tmp_path}/said", []

    async def reload() -> None:
        read.append(True)

    async def run() -> str:
        async def start() -> Child:
            return await Child.begin([sys.executable, "-c", ASKS, said], {})

        answers = Answers({"teacher-01": 7, "teacher-02": 0}.__getitem__, reload)
        task = asyncio.create_task(Attendant(start, lambda text: None, answers).run())
        try:
            async with asyncio.timeout(60):
                while not (found := await asyncio.to_thread(content, said)):
                    await asyncio.sleep(0.02)
            return found
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    assert asyncio.run(run()) == "7 0 True"
    assert read == [True]


def content(path: str) -> str:
    """What a file holds once a whole line of it is there, or nothing."""
    try:
        with open(path) as file:
            text = file.read()
    except FileNotFoundError:
        return ""
    return text.strip() if text.endswith("\n") else ""


def test_without_a_gateway_nothing_is_known() -> None:
    """A console that was started by itself has nobody to ask."""
    line = Line()
    line.listen()
    assert (line.used("teacher-01"), line.acknowledged()) == (None, False)


def test_a_gateway_that_says_nothing() -> None:
    """A page does not wait for ever; an answer that comes late is nobody's; one that has gone is no error."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Line(ours, patience=0.01)
        assert line.used("teacher-01") is None
        listening = Thread(target=line.listen)
        listening.start()
        theirs.sendall(link.encode({"number": 1, "used": 7}))
        theirs.close()
        listening.join(60)
        assert not listening.is_alive()
        assert line.acknowledged() is False


@pytest.mark.parametrize("message", [{"number": 1}, {"number": "x", "used": "a"}, {"used": "a"}])
def test_what_is_no_question(message: link.Message) -> None:
    """It raises, so that the gateway hears no more of it."""

    async def never() -> None:
        raise AssertionError

    with pytest.raises((KeyError, ValueError)):
        Answers(lambda person: 0, never)(message)
