"""Who is well takes clients, at once; who is not takes none; and without anybody nothing is steered."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.gateway.beats import Beat
from agent.gateway.steward.guard import Guard
from agent.gateway.steward.health import HANGS, SILENCE
from agent.gateway.steward.kernel import Kernel

from .fakes import FakeTable, soon

PORTS = (8080, 8081)


class Bench:
    """A guard over a table that only remembers."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.table = FakeTable()
        self.said: list[str] = []
        self.path = folder / "run" / "steward.sock"
        self.kernel = Kernel(lambda: self.table, self.said.append)
        self.guard = Guard(self.kernel, self.path, PORTS, self.said.append, lambda: self.now)
        self.beat = Beat(self.path)

    def shared(self) -> tuple[int, ...]:
        """Whom the kernel deals the clients out to."""
        return self.table.shared

    def hear(self, number: int, pid: int) -> None:
        """A worker beats."""
        assert self.beat.send({"worker": number, "pid": pid, "port": PORTS[number]})


@contextmanager
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until it is killed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as made:
        try:
            yield made
        finally:
            made.kill()


def run(folder: Path, work: Callable[[Bench], Awaitable[None]], ready: bool = True) -> Bench:
    """Do something with a bench."""

    async def whole() -> Bench:
        if ready:
            (folder / "run").mkdir()
        bench = Bench(folder)
        try:
            await work(bench)
        finally:
            bench.beat.close()
            bench.guard.close()
            bench.kernel.close()
        return bench

    return asyncio.run(whole())


def test_clients_go_to_who_is_well(tmp_path: Path) -> None:
    """A worker's first beat is news; while it beats its share stands, and is told the kernel once."""

    async def work(bench: Bench) -> None:
        assert bench.guard.listen()
        with process() as one, process() as two:
            bench.hear(0, one.pid)
            await asyncio.wait_for(bench.guard.news.wait(), 5)
            assert await bench.guard.tick()
            assert bench.shared() == (8080,)
            assert bench.guard.shares() == {0: 1.0, 1: 0.0}
            bench.hear(1, two.pid)
            await asyncio.wait_for(bench.guard.news.wait(), 5)
            assert await bench.guard.tick()
            assert await bench.guard.tick()
        assert bench.shared() == PORTS
        assert bench.guard.shares() == {0: 0.5, 1: 0.5}

    assert run(tmp_path, work).table.log == ["share", "stand", "share", "stand", "stand"]


def test_the_end_of_a_worker_is_known_at_once(tmp_path: Path) -> None:
    """No silence need be waited for."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        with process() as one, process() as two:
            for number, each in enumerate((one, two)):
                bench.hear(number, each.pid)
            await soon(lambda: len(bench.guard.healthy) == 2)
            await bench.guard.tick()
            one.kill()
            await asyncio.wait_for(bench.guard.news.wait(), 5)
            await bench.guard.tick()
            assert bench.shared() == (8081,)
            two.kill()
            await asyncio.wait_for(bench.guard.news.wait(), 5)
            await bench.guard.tick()
            assert not bench.table.stands
            assert not bench.guard.standing

    run(tmp_path, work)


def test_silence_is_an_end_too(tmp_path: Path) -> None:
    """A worker that hangs gets nobody, and everybody back when it goes on."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        with process() as one:
            bench.hear(0, one.pid)
            await soon(lambda: bench.guard.healthy)
            await bench.guard.tick()
            bench.now += SILENCE + 0.1
            await bench.guard.tick()
            assert not bench.table.stands
            bench.hear(0, one.pid)
            await asyncio.wait_for(bench.guard.news.wait(), 5)
            await bench.guard.tick()
            assert bench.table.stands

    run(tmp_path, work)


def test_a_worker_that_hangs_is_ended(tmp_path: Path) -> None:
    """Long after its clients went to the others, so that what is open there does not hang for ever."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        with process() as one:
            bench.hear(0, one.pid)
            await soon(lambda: bench.guard.healthy)
            bench.now += HANGS
            await bench.guard.tick()
            assert one.poll() is None
            bench.now += 1
            await bench.guard.tick()
            await asyncio.wait_for(bench.guard.news.wait(), 5)
            assert one.wait(5) == -9

    assert len(run(tmp_path, work).said) == 1


def test_one_that_has_just_begun_lets_what_stands_stand(tmp_path: Path) -> None:
    """Another steward's word holds to its end while the first beats are on their way."""

    async def work(bench: Bench) -> None:
        bench.table.stands = True
        assert await bench.guard.tick()

    bench = run(tmp_path, work)
    assert bench.table.stands
    assert bench.table.log == []


def test_after_a_new_load_clients_are_dealt_out_anew(tmp_path: Path) -> None:
    """The rules came with shares of their own."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        with process() as one:
            bench.hear(0, one.pid)
            await soon(lambda: bench.guard.healthy)
            await bench.guard.tick()
            bench.guard.forget_shares()
            await bench.guard.tick()

    assert run(tmp_path, work).table.log.count("share") == 2


def test_a_refusal_is_told(tmp_path: Path) -> None:
    """Then nothing is known to stand."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        with process() as one:
            bench.hear(0, one.pid)
            await soon(lambda: bench.guard.healthy)
            bench.table.refuses = "no such table"
            assert not await bench.guard.tick()
            assert not bench.guard.standing

    run(tmp_path, work)


def test_a_folder_that_is_not_there_is_said_once_and_tried_again(tmp_path: Path) -> None:
    """The disk may be full, or not mounted yet."""

    async def work(bench: Bench) -> None:
        assert not bench.guard.listen()
        assert not bench.guard.listen()
        (tmp_path / "run").mkdir()
        assert bench.guard.listen()

    said = run(tmp_path, work, ready=False).said
    why = "workers cannot be heard (No such file or directory); nothing is steered meanwhile"
    assert said == [f"{tmp_path / 'run' / 'steward.sock'}: {why}"]


def test_a_socket_that_was_tidied_away_is_made_anew(tmp_path: Path) -> None:
    """Workers find it again, also when the whole folder was."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        assert bench.beat.send({"store": False})
        bench.path.unlink()
        bench.path.parent.rmdir()
        assert not bench.beat.send({"store": True})
        bench.path.parent.mkdir()
        assert bench.guard.listen()
        assert bench.beat.send({"store": True})
        await soon(lambda: bench.guard.store_well)

    run(tmp_path, work)


@pytest.mark.parametrize("pid", [2**22, 2**31 - 1])
def test_a_process_that_is_not_there_gets_nobody(tmp_path: Path, pid: int) -> None:
    """What beats in its name is passed over."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        bench.hear(0, pid)
        await asyncio.sleep(0.05)
        assert bench.guard.healthy == ()

    run(tmp_path, work)


def test_the_store_is_heard(tmp_path: Path) -> None:
    """From the recorder, in the same way."""

    async def work(bench: Bench) -> None:
        bench.guard.listen()
        bench.beat.send({"store": True})
        await soon(lambda: bench.guard.store_well)

    run(tmp_path, work)
