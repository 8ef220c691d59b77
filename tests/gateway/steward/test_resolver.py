"""The resolver is asked each second, ended when it hangs, begun anew when its settings change, and missed by nobody."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable

import pytest

from agent.gateway.steward.answers import Answers
from agent.gateway.steward.kept import Program
from agent.gateway.steward.resolver import Liveness, Resolver, command

from .fakes import PLAN, soon

ANSWERS = """
import socket, sys
port, answers = int(sys.argv[1]), sys.stdin.read()
waiting = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
waiting.bind(("127.0.0.1", port))
while True:
    asked, whom = waiting.recvfrom(512)
    if answers != "hangs":
        waiting.sendto(asked, whom)
"""
"""A resolver that answers everything by the question, or hangs, as its settings say."""
FAILS = "import sys; sys.stderr.write('dnsmasq: the port is taken\\n'); sys.exit(2)"


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Bench:
    """A resolver that is a program of ours."""

    def __init__(self, settings: bytes, source: str = ANSWERS) -> None:
        port = free_port()
        self.said: list[str] = []
        answers = Answers(PLAN.domain_of, lambda address, domain: None, lambda: None, {})
        self.resolver = Resolver(
            settings, port, answers, self.said.append, lambda given: program(source, port, given), every=0.05
        )


def program(source: str, port: int, settings: bytes) -> Program:
    """A Python program in the place of dnsmasq."""
    return Program([sys.executable, "-c", source, str(port)], settings, errors=True, hurried=True)


def run(bench: Bench, work: Callable[[Bench], Awaitable[None]]) -> list[str]:
    """Do something while a resolver is kept; what was said."""

    async def whole() -> None:
        task = asyncio.create_task(bench.resolver.run())
        try:
            await work(bench)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert bench.resolver.pid is None
        assert not bench.resolver.up

    asyncio.run(whole())
    return bench.said


def test_it_is_up_while_it_answers() -> None:
    """And its end is said, with what it means."""

    async def work(bench: Bench) -> None:
        resolver = bench.resolver
        await soon(lambda: resolver.up)
        first = resolver.pid
        assert first is not None
        os.kill(first, 9)
        await soon(lambda: not resolver.up)
        await soon(lambda: resolver.up)
        assert resolver.pid != first

    assert run(Bench(b"answers"), work) == ["the resolver ended (-9); names come from upstream until it is back"]


def test_one_that_hangs_is_ended() -> None:
    """It does not answer though it lives."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.resolver.restarts, 20)

    assert run(Bench(b"hangs"), work)[0] == "the resolver does not answer; it is ended and begins anew"


def test_other_settings_are_taken_up_at_once() -> None:
    """The same ones change nothing."""

    async def work(bench: Bench) -> None:
        resolver = bench.resolver
        await soon(lambda: resolver.up)
        first = resolver.pid
        assert not resolver.take_up(b"answers")
        assert resolver.take_up(b"answers otherwise")
        await soon(lambda: resolver.up and resolver.pid != first)

    assert run(Bench(b"answers"), work) == []


def test_why_it_cannot_begin_is_said_once() -> None:
    """It is tried again and again all the same."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.resolver.restarts >= 2)

    said = run(Bench(b"", FAILS), work)
    why = "dnsmasq: the port is taken"
    assert said == [f"the resolver cannot begin ({why}); names come from upstream, and it is tried again"]


def test_nobody_there_is_no_answer() -> None:
    """Nor is one in time the answer to an earlier question."""

    async def ask() -> tuple[bool, int]:
        liveness = Liveness(free_port())
        alive = await liveness.ask(0.05)
        return alive, liveness.unanswered

    assert asyncio.run(ask()) == (False, 1)


@pytest.mark.parametrize(("root", "dropped"), [(True, True), (False, False)])
def test_as_root_it_becomes_somebody_else(root: bool, dropped: bool) -> None:
    """With the two rights that it needs and no others, and it ends with us in either case."""
    line = command(root, ("nobody",))
    assert ("--reuid=nobody" in line) is dropped
    assert ("--bounding-set=-all,+net_admin,+net_bind_service" in line) is dropped
    assert {"--pdeathsig=KILL", "--no-new-privs", "--conf-file=-"} < set(line)
