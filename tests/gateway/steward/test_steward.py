"""The steward holds everything to what is in force, lets go when it is told to, and whatever refuses, it goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.core.engine import Engine
from agent.core.steering import Steering, plan
from agent.gateway.beats import Beat
from agent.gateway.steward.conntrack import UDP, Connection
from agent.gateway.steward.kept import Program
from agent.gateway.steward.meters import Meters
from agent.gateway.steward.steward import Orders, Places, Steward, Tools
from tests.core.build import BLOCK, at, engine, one_of, policy, rule

from .fakes import SETTINGS, FakeTable, soon

PORT = 8080
WAITS = Program([sys.executable, "-c", "import time; time.sleep(60)"])
BLOCKED = engine(policy(rule("r", BLOCK, one_of("service", "facebook"))))
MORE = engine(policy(rule("r", BLOCK, one_of("service", "facebook", "youtube"))))


def orders(whole: Engine, settings: Steering = SETTINGS) -> Orders:
    """The orders of an engine."""
    return Orders(whole, plan(whole, settings), settings)


class Flows:
    """A table of connections in memory."""

    def __init__(self) -> None:
        self.there: list[Connection] = []

    def open(self) -> Any:
        """A socket to it."""
        return self

    def close(self) -> None:
        """The socket is given back."""

    def to_port(self, protocol: int, port: int) -> Iterator[Connection]:
        """Those of QUIC."""
        assert (protocol, port) == (UDP, 443)
        return iter(list(self.there))

    def remove(self, connection: Connection) -> bool:
        """One less."""
        self.there.remove(connection)
        return True


class Bench:
    """A steward over things that only remember, and a worker that is well."""

    def __init__(self, folder: Path) -> None:
        self.table, self.flows = FakeTable(), Flows()
        self.said: list[str] = []
        self.off = folder / "steering.off"
        self.beat = Beat(folder / "steward.sock")
        self.kernel: Mapping[str, int] = {}
        tools = Tools(
            sense=lambda group: WAITS,
            decode=lambda line: {},
            now=lambda: at("2026-11-23T09:30"),
            say=self.said.append,
            table=lambda: self.table,
            conntrack=self.flows.open,
            resolver=lambda settings: WAITS,
            sweep_every=0.01,
        )
        self.steward = Steward(orders(BLOCKED), Places(folder / "steward.sock", self.off, (PORT,)), tools)
        self.meters = Meters(self.steward, lambda: self.kernel)

    async def well(self, worker: int) -> None:
        """Beat for a worker for ever."""
        while True:
            self.beat.send({"worker": 0, "pid": worker, "port": PORT})
            await asyncio.sleep(0.02)


def run(folder: Path, work: Callable[[Bench], Awaitable[None]], before: Callable[[Bench], None] | None = None) -> Bench:
    """Do something while a steward runs."""

    async def whole(worker: int) -> Bench:
        bench = Bench(folder)
        if before:
            before(bench)
        tasks = [asyncio.create_task(bench.steward.run()), asyncio.create_task(bench.well(worker))]
        try:
            await work(bench)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            bench.beat.close()
        return bench

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as worker:
        try:
            return asyncio.run(whole(worker.pid))
        finally:
            worker.kill()


def children(bench: Bench) -> tuple[int | None, bool]:
    """The resolver's process and whether *sense* has one."""
    return bench.steward.resolver.pid, bench.steward.watch._kept.pid is not None


def test_it_holds_and_lets_go(tmp_path: Path) -> None:
    """Rules, resolver and *sense*, while a worker is well; at the end the rules stay and steer nothing."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands)
        await soon(lambda: children(bench)[0] and children(bench)[1])
        assert bench.steward.holding

    bench = run(tmp_path, work)
    assert bench.table.there is not None
    assert not bench.table.stands
    assert children(bench) == (None, False)
    assert bench.said == []


def test_while_the_marker_stands_nothing_is_held(tmp_path: Path) -> None:
    """Everything goes within a moment, and comes back when it is gone."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands)
        bench.off.touch()
        await soon(lambda: bench.table.there is None)
        await soon(lambda: children(bench) == (None, False))
        before = len(bench.table.log)
        await asyncio.sleep(0.7)
        assert bench.table.log[before:] == []
        bench.off.unlink()
        await soon(lambda: bench.table.stands and children(bench)[0])

    assert run(tmp_path, work).said == []


def test_with_the_marker_there_it_does_not_begin(tmp_path: Path) -> None:
    """A restart is no `steering apply`."""

    async def work(bench: Bench) -> None:
        await asyncio.sleep(0.7)
        assert "apply" not in bench.table.log

    run(tmp_path, work, lambda bench: bench.off.touch())


def test_a_kernel_that_refuses_is_tried_again(tmp_path: Path) -> None:
    """It is said once, and all is well as soon as the kernel is."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.said)
        bench.table.refuses = ""
        await soon(lambda: bench.table.stands)

    def refuse(bench: Bench) -> None:
        bench.table.refuses = "no right"

    assert run(tmp_path, work, refuse).said == ["steering: no right"]


def test_a_table_that_somebody_took_away_is_made_anew(tmp_path: Path) -> None:
    """With all the addresses of the account in it."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands)
        bench.steward.ledger.answered("192.0.2.1", "facebook.com")
        await soon(lambda: bench.table.sets.get("0"))
        bench.table.sets.clear()
        bench.table.refuses = "no such table"
        await soon(lambda: bench.said)
        bench.table.refuses = ""
        await soon(lambda: bench.table.stands and bench.table.sets.get("0") == {"192.0.2.1"})

    run(tmp_path, work)


def test_another_plan_is_taken_up_whole(tmp_path: Path) -> None:
    """Rules, sets, and QUIC that it concerns; the resolver begins anew only because its settings are others."""
    mine, other = (Connection(UDP, "10.20.10.21", 1, address, 443) for address in ("192.0.2.1", "192.0.2.9"))

    async def work(bench: Bench) -> None:
        steward = bench.steward
        await soon(lambda: bench.table.stands and children(bench)[0])
        steward.ledger.answered("192.0.2.1", "youtube.com")
        bench.flows.there += [mine, other]
        first, loads = children(bench)[0], bench.table.log.count("apply")
        await steward.take_up(steward.orders)
        assert children(bench)[0] == first
        await steward.take_up(orders(MORE))
        assert bench.table.log.count("apply") == loads + 2
        await soon(lambda: children(bench)[0] not in (None, first))
        assert other in bench.flows.there

    assert run(tmp_path, work).said == []


def test_a_site_that_steers_no_more_is_let_go_of(tmp_path: Path) -> None:
    """As with the marker; and taken up again."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands)
        await bench.steward.take_up(None)
        await soon(lambda: bench.table.there is None and children(bench) == (None, False))
        await bench.steward.take_up(orders(BLOCKED))
        await soon(lambda: bench.table.stands)

    run(tmp_path, work)


def test_a_failure_of_our_own_is_said_and_it_goes_on(tmp_path: Path) -> None:
    """One part that fails takes no other along."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands)
        bench.steward.ledger.addresses = None  # type: ignore[assignment]
        await soon(lambda: bench.steward.trouble.count > 3)
        stood = bench.table.log.count("stand")
        await soon(lambda: bench.table.log.count("stand") > stood)

    said = run(tmp_path, work).said
    assert len(said) == 1
    assert said[0].startswith("steward: AttributeError at ledger.py:") or said[0].startswith("steward: TypeError")


def test_meters(tmp_path: Path) -> None:
    """States, and counts since the last time, also over a table that was made anew."""

    async def work(bench: Bench) -> None:
        steward = bench.steward
        await soon(lambda: bench.table.stands)
        bench.kernel = {"quic": 400}  # of a run before: the table was left as it stood
        bench.meters.read()
        bench.kernel = {"quic": 405}
        steward.ledger.answered("192.0.2.1", "facebook.com")
        steward.ledger.answered("2001:db8::1", "facebook.com")
        steward.watch.counts.update({"flows": 2, "unheard of": 1})
        steward.counts["slips/tcp/cut"] += 1
        told = bench.meters.read()
        now = {"addresses/ipv4": 1, "addresses/ipv6": 1, "standing": True, "loaded": True, "share/0": 1.0}
        assert told["now"] | now == told["now"]
        assert told["more"] == {
            "tries/quic": 5, "kernel/refuse": 5, "sensed/flows": 2, "sensed/other": 1, "slips/tcp/cut": 1,
        }  # fmt: skip
        bench.kernel = {"quic": 407}
        assert bench.meters.read()["more"] == {"tries/quic": 2, "kernel/refuse": 2}
        bench.kernel = {"quic": 3}
        assert bench.meters.read()["more"] == {"tries/quic": 3, "kernel/refuse": 3}

    run(tmp_path, work)


@pytest.mark.parametrize("group", [5, 6])
def test_sense_begins_anew_for_another_group(tmp_path: Path, group: int) -> None:
    """And only then."""

    async def work(bench: Bench) -> None:
        steward = bench.steward
        await soon(lambda: children(bench)[1])
        first = steward.watch._kept.pid
        await steward.take_up(orders(BLOCKED, replace(SETTINGS, log_group=group)))
        if group == SETTINGS.log_group:
            assert steward.watch._kept.pid == first
        else:
            await soon(lambda: steward.watch._kept.pid not in (None, first))

    run(tmp_path, work)
