"""The steward: holds rules, resolver and *sense* to what is in force, and lets go of them when it is told to.

Everything happens on one event loop; the kernel is spoken to on a thread beside it (`kernel`):

    each half second   who is well, `standing` renewed, slips that could be over judged again
    each minute        addresses that nothing has named for an hour leave the sets, slips that have ended are forgotten
    at once            a worker's end, an answer that the sets lack, what *sense* read, another plan
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from agent.core.engine import Engine
from agent.core.steering import KEEP, Plan, Steering
from agent.gateway.steering.nft import Nft
from agent.gateway.steering.ruleset import Rules, ruleset
from agent.gateway.steward import dnsmasq, quic
from agent.gateway.steward.answers import Answers
from agent.gateway.steward.barred import Barred
from agent.gateway.steward.conntrack import Conntrack, ended
from agent.gateway.steward.cutter import Cutter
from agent.gateway.steward.guard import Guard
from agent.gateway.steward.kept import Program
from agent.gateway.steward.kernel import Kernel, Table
from agent.gateway.steward.learning import Learning
from agent.gateway.steward.ledger import Ledger
from agent.gateway.steward.resolver import Resolver
from agent.gateway.steward.slips import Hands, Slips
from agent.gateway.steward.trouble import Trouble
from agent.gateway.steward.watch import Said, Watch

TICK = 0.5
RETRY = 2.0
"""Seconds between two tries to load rules that the kernel refused."""


@dataclass(frozen=True, slots=True)
class Orders:
    """A configuration that steers: its engine, the plan that follows from it, and its settings."""

    engine: Engine
    plan: Plan
    settings: Steering


@dataclass(frozen=True, slots=True)
class Places:
    """Where workers beat; the file that stands while all is let go of; the workers' ports."""

    socket: Path
    off: Path
    ports: tuple[int, ...]


Attempts = Callable[[Plan, Steering, Sequence[int], Iterable[int] | None], Sequence[Rules]]


def plain(plan: Plan, settings: Steering, ports: Sequence[int], healthy: Iterable[int] | None) -> Sequence[Rules]:
    """The rules of a plan, for a kernel of any kind."""
    return [ruleset(plan, settings, ports, healthy)]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the steward works with. `sense` makes its program for a log group; `resolver` None is dnsmasq.

    `attempts` are the rules of a plan in the forms that a kernel might take, the best first.
    """

    sense: Callable[[int], Program]
    decode: Callable[[bytes], Said]
    now: Callable[[], datetime]
    say: Callable[[str], None]
    attempts: Attempts = plain
    table: Callable[[], Table] = Nft
    conntrack: Callable[[], Conntrack] = Conntrack
    resolver: Callable[[bytes], Program] | None = None
    port: int = 53
    keep: float = KEEP
    sweep_every: float = 60.0


@dataclass(slots=True)
class Steward:
    """`take_up` gives it orders, None for a site that steers nothing (any more); `run` carries them out."""

    orders: Orders
    places: Places
    tools: Tools
    kernel: Kernel = field(init=False)
    guard: Guard = field(init=False)
    ledger: Ledger = field(init=False)
    answers: Answers = field(init=False)
    resolver: Resolver = field(init=False)
    watch: Watch = field(init=False)
    slips: Slips = field(init=False)
    trouble: Trouble = field(init=False)
    learning: Learning = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    wanted: bool = True
    _loaded: bool = False
    _there: bool = False
    """True while a table of ours may stand in the kernel, whether all of it is in force or not."""
    _next_try: float = 0.0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _cutter: Cutter = field(init=False)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        orders, tools = self.orders, self.tools
        self.trouble = Trouble(tools.say)
        self.kernel = Kernel(tools.table, tools.say)
        self.guard = Guard(self.kernel, self.places.socket, self.places.ports, tools.say)
        self.ledger = ledger = Ledger(self.kernel, orders.plan, tools.keep, barred=_barred(orders))
        self.answers = Answers(orders.plan.domain_of, ledger.answered, ledger.lost, _metered(orders))
        self.learning = Learning(orders.engine, orders.settings, tools.now)
        self._hear()
        self.resolver = Resolver(self._resolving(), tools.port, self.answers, tools.say, tools.resolver)
        self._cutter = Cutter(tools.conntrack, self.trouble)
        hands = Hands(ledger.found, ledger.passed_by, self._cutter.cut, self._count_slip)
        self.slips = Slips(orders.engine, orders.plan, tools.now, hands)
        self.watch = Watch(self._sensing, tools.decode, self.slips.seen, tools.say)

    @property
    def holding(self) -> bool:
        """True while rules, resolver and *sense* are held to what is in force."""
        return self._loaded

    async def take_up(self, orders: Orders | None) -> None:
        """Go by other orders from now on; where the site steers nothing any more, let go."""
        async with self._changing:
            self.wanted = orders is not None
            if orders is None:
                return
            before, self.orders = self.orders, orders
            self.ledger.follow(orders.plan, _barred(orders))
            self.answers.follow(orders.plan.domain_of, _metered(orders))
            self.slips.take_up(orders.engine, orders.plan)
            self.learning.follow(orders.engine, orders.settings)
            self._hear()
            if self._loaded and await self._load():
                await self._end_quic()
            self.resolver.take_up(self._resolving())
            if orders.settings.log_group != before.settings.log_group:
                self.watch.restart()

    def know(self, engine: Engine, changed: Collection[str]) -> None:
        """Take an engine that differs in who has these addresses alone: the plan is the same."""
        self.orders = replace(self.orders, engine=engine)
        self.slips.know(engine, changed)
        self.learning.know(engine)

    async def run(self) -> None:
        """Run until cancelled; then the children have ended and nothing is steered, and the rules stay."""
        try:
            await self._adopt()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forever(self._tick, self._wait))
                group.create_task(self._forever(self._sweep, lambda: asyncio.sleep(self.tools.sweep_every)))
        finally:
            await self.guard.step_aside()
            await self._let_go_of_children()
            self.guard.close()
            self.kernel.close()

    # --- what is done again and again ---------------------------------------------------------------

    async def _forever(self, part: Callable[[], Awaitable[object]], wait: Callable[[], Awaitable[object]]) -> None:
        """Do it for ever; a failure of our own code in it is said once, and it is tried again."""
        while True:
            try:
                await part()
            except Exception as failure:
                self.trouble.of(failure)
            await wait()

    async def _adopt(self) -> None:
        try:
            self._there = await self.ledger.adopt()
        except Exception as failure:  # what an earlier steward left is not known, and goes
            self.trouble.of(failure)
            self._there = True

    async def _sweep(self) -> None:
        await self.ledger.sweep()
        if held := self.slips.held():
            self.slips.forget(await asyncio.to_thread(ended, held, self.tools.conntrack))

    async def _wait(self) -> None:
        """Until the next tick, or news of a worker."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.guard.news.wait(), TICK)

    async def _tick(self) -> None:
        async with self._changing:
            if not self.wanted or self.places.off.exists():
                await self._let_go()
                return
            if not self._loaded:
                await self._hold()
            if self._loaded and not await self.guard.tick():
                # Somebody may have taken our table away, with all others: it is made anew.
                self._loaded = self.ledger.open = False
        self.ledger.again()
        self._cutter.again()
        self.slips.tick()

    # --- holding and letting go --------------------------------------------------------------------

    async def _hold(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._next_try:
            return
        self._next_try = loop.time() + RETRY
        if not await self._load():
            return
        self.kernel.well()
        self.guard.listen()
        if not self._tasks:
            parts: list[Coroutine[object, object, None]] = [self.resolver.run(), self.watch.run()]
            self._tasks = [asyncio.create_task(part) for part in parts]

    async def _load(self) -> bool:
        """Give the kernel the rules of our orders and the addresses of our account."""
        healthy = self.guard.healthy or None
        orders = self.orders
        attempts = self.tools.attempts(orders.plan, orders.settings, self.places.ports, healthy)
        loaded = await self.kernel.do(lambda table: table.apply(*attempts))
        self._there |= loaded
        self.guard.forget_shares()
        self.ledger.open = loaded
        self._loaded = loaded and await self.ledger.refill(orders.plan)
        return self._loaded

    async def _let_go(self) -> None:
        """Leave nothing of ours in the kernel, and no child running, however far we had come."""
        self._loaded = self.ledger.open = False
        if self._tasks:
            await self._let_go_of_children()
        if self._there:
            self._there = not await self.kernel.do(lambda table: table.remove())
        self.guard.standing = False
        self._next_try = 0.0

    async def _let_go_of_children(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        for failure in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(failure, Exception):
                self.trouble.of(failure)

    # --- what is done about what came ---------------------------------------------------------------

    def _hear(self) -> None:
        """Who asks for what is looked at only where it is wanted."""
        self.answers.heard = self.learning.heard if self.learning.wanted else None

    def _resolving(self) -> bytes:
        return dnsmasq.text(self.orders.plan, self.orders.settings, self.tools.port)

    def _sensing(self) -> Program:
        return self.tools.sense(self.orders.settings.log_group)

    def _count_slip(self, protocol: str, done: str) -> None:
        self.counts[f"slips/{protocol}/{done}"] += 1

    async def _end_quic(self) -> None:
        refused = quic.Refused(self.orders.plan, self.ledger.now())
        try:
            self.counts["quic_ended"] += await asyncio.to_thread(quic.end, refused, self.tools.conntrack)
        except OSError as problem:
            self.trouble.of(problem)


def _barred(orders: Orders) -> Barred:
    return Barred(orders.plan, orders.settings)


def _metered(orders: Orders) -> dict[str, str]:
    """Names of no service whose being asked for is a try to go round the resolver."""
    private = orders.settings.private
    ways = (("doh_name", private.names), ("doh_canary", private.canaries), ("private_relay", private.relays))
    return {name: way for way, them in ways for name in them}
