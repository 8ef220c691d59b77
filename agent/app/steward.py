"""The steward's main program: takes configurations over the link, makes plans of them, tells how it goes.

Started by the supervisor, never by hand. What it does is in agent/gateway/steward.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agent.app.handed import built_of, informed
from agent.app.paths import DataFolder
from agent.app.steering import cards
from agent.clock import Clock
from agent.core.steering import Plan, Steering, plan
from agent.gateway import link
from agent.gateway.companion import DATA_VARIABLE, PORTS_VARIABLE
from agent.gateway.steering.ruleset import Rules, ruleset
from agent.gateway.steward.counters import Counters
from agent.gateway.steward.kept import Program
from agent.gateway.steward.meters import Meters
from agent.gateway.steward.steward import Orders, Places, Steward, Tools
from agent.gateway.steward.trouble import Trouble
from agent.gateway.steward.watch import Said
from agent.limits import leave_no_dump
from agent.sense import lines

METER_EVERY = 5.0
WORD_EVERY = 0.5
"""The supervisor ends a steward that says nothing for two seconds."""


class SupervisorGone(Exception):
    """Nobody is left who wants anything of us."""


class Main:
    """A steward at one end of the link."""

    def __init__(self, connection: socket.socket, message: link.Message, rest: bytes, places: Places) -> None:
        orders, self._revision = orders_of(message)
        self._socket = connection
        self._rest = rest
        self._waiting = bytearray()
        self._steward: Steward | None = None
        self._trouble = Trouble(say)
        self._places = places
        self._orders = orders

    async def run(self) -> None:
        """Run until SIGTERM, or until the supervisor has gone."""
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        asyncio.get_running_loop().set_exception_handler(self._trouble.heard)
        self._socket.setblocking(False)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(group))
                self._begin(group, self._orders)
                group.create_task(self._live())
                await self._say({"taken": self._revision})
        except* SupervisorGone:
            pass

    def _begin(self, group: asyncio.TaskGroup, orders: Orders | None) -> None:
        """Begin to steer with the first configuration that wants it."""
        if orders is not None and self._steward is None:
            clock = Clock.inherited()
            tools = Tools(sense=sensing, decode=decode, now=clock.now, say=say, attempts=attempts)
            self._steward = Steward(orders, self._places, tools)
            asyncio.get_running_loop().set_exception_handler(self._steward.trouble.heard)
            group.create_task(self._steward.run())
            group.create_task(self._measure(self._steward))

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        loop, buffer = asyncio.get_running_loop(), bytearray(self._rest)
        while True:
            while (end := buffer.find(b"\n")) >= 0:
                line = bytes(buffer[:end])
                del buffer[: end + 1]
                await self._take(group, link.decode(line))
            try:
                data = await loop.sock_recv(self._socket, 1 << 20)
            except OSError:  # it ended without reading what we said last
                raise SupervisorGone from None
            if not data:
                raise SupervisorGone
            buffer += data

    async def _take(self, group: asyncio.TaskGroup, message: link.Message) -> None:
        if "config" not in message:
            await self._inform(message)
            return
        orders, revision = await asyncio.to_thread(orders_of, message)
        self._orders = orders
        if self._steward is None:
            self._begin(group, orders)
        else:
            await self._steward.take_up(orders)
        await self._say({"taken": revision})

    async def _inform(self, message: link.Message) -> None:
        """Who has which address, and where pupils are about, has changed since the configuration came."""
        orders, steward = self._orders, self._steward
        if orders is None or steward is None:
            return
        engine = informed(orders.engine, message)
        if "declared" in message:  # what concerns whom may be another
            made = await asyncio.to_thread(plan, engine, orders.settings)
            self._orders = replace(orders, engine=engine, plan=made)
            await steward.take_up(self._orders)
        elif "held" in message:
            self._orders = replace(orders, engine=engine)
            steward.know(engine, message["held"].keys())

    async def _live(self) -> None:
        """Say that we live."""
        while True:
            await self._say({})
            await asyncio.sleep(WORD_EVERY)

    async def _measure(self, steward: Steward) -> None:
        meters, suggested = Meters(steward, _counters), list[dict[str, str | int]]()
        while True:
            try:
                told: link.Message = {"meters": meters.read()}
                if (fresh := steward.learning.told()) != suggested:
                    told["suggested"] = suggested = fresh
            except Exception as failure:  # nothing stops because it cannot be counted
                steward.trouble.of(failure)
            else:
                await self._say(told)
            await asyncio.sleep(METER_EVERY)

    async def _say(self, message: link.Message) -> None:
        """Tell the supervisor, unless it still has to read much of what it was told."""
        self._waiting += link.encode(message)
        try:
            while self._waiting:
                del self._waiting[: self._socket.send(self._waiting)]
        except BlockingIOError:
            return  # the rest goes with the next
        except OSError:
            raise SupervisorGone from None


def orders_of(message: link.Message) -> tuple[Orders | None, str]:
    """What a configuration asks of the steward, None if nothing; and its revision."""
    built = built_of(message)
    engine, settings = built.engine, built.steering
    assert engine is not None, "the supervisor sends only what loads"
    if settings is None:
        return None, engine.revision
    return Orders(engine, plan(engine, settings), settings), engine.revision


def attempts(made: Plan, settings: Steering, ports: Sequence[int], healthy: Iterable[int] | None) -> list[Rules]:
    """The rules with a flowtable between all network cards, for kernels that have one; and without."""
    well = None if healthy is None else list(healthy)
    found = cards()
    fast = [ruleset(made, settings, ports, well, devices=found)] if found else []
    return [*fast, ruleset(made, settings, ports, well)]


def sensing(group: int) -> Program:
    """*sense*, reading what the rules show to a log group."""
    return Program([sys.executable, "-P", "-m", "agent.sense", "live", "--group", str(group)])


def decode(line: bytes) -> Said:
    """A line of *sense* as the steward knows it. Raises ValueError."""
    said = lines.decode(line)
    if isinstance(said, lines.Meters):
        return said.counts
    return said.text if isinstance(said, lines.Trouble) else said


def say(text: str) -> None:
    """A line on standard error."""
    print(f"breaktime: {text}", file=sys.stderr, flush=True)


def _counters() -> Mapping[str, int]:
    counters = Counters()
    try:
        return counters.read()
    finally:
        counters.close()


def main() -> None:
    """Run the steward; its children leave no dump either."""
    leave_no_dump()
    os.umask(0o077)
    data = DataFolder(Path(os.environ[DATA_VARIABLE]))
    ports = tuple(map(int, os.environ[PORTS_VARIABLE].split()))
    connection = socket.socket(fileno=int(os.environ[link.FD_VARIABLE]))
    places = Places(data.steward_socket, data.steering_off, ports)
    try:
        asyncio.run(Main(connection, *link.first(connection), places).run())
    except* (EOFError, asyncio.CancelledError, KeyboardInterrupt):
        pass
    except* Exception as failures:
        for failure in _each(failures):
            Trouble(say).of(failure)
        sys.exit(1)


def _each(failures: BaseExceptionGroup[Exception]) -> Iterator[Exception]:
    for failure in failures.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            yield from _each(failure)
        else:
            yield failure


if __name__ == "__main__":
    main()
