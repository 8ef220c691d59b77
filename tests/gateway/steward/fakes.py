"""A kernel that only remembers, and what else a steward needs to be tried without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.core.clients import network
from agent.core.steering import Plan, PrivateDns, QuicClass, Steering
from agent.gateway.steering.nft import NftError
from agent.gateway.steering.ruleset import Rules

PLAN = Plan(
    domains={"facebook.com": (), "youtube.com": (2,)},
    left_out=0,
    clients=(network("10.0.0.0/8"), network("fd00::/8")),
    classes=(QuicClass(1, frozenset({"facebook", "youtube"}), full=True), QuicClass(2, frozenset({"youtube"}))),
    ranges=((network("10.1.0.0/16"), 1), (network("10.2.0.0/16"), 2), (network("fd00:1::/32"), 1)),
    closed=(),
)
SETTINGS = Steering(
    ("192.0.2.53", "2001:db8::53"),
    private=PrivateDns(("dns.example",), (), ("canary.example",), ("relay.example",)),
)


@dataclass
class FakeTable:
    """Our table as a few dictionaries; `refuses` makes it refuse everything."""

    sets: dict[str, set[str]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    there: int | None = None
    stands: bool = False
    shared: tuple[int, ...] = ()
    refuses: str = ""

    def _do(self, what: str) -> None:
        if self.refuses:
            raise NftError(self.refuses, "")
        self.log.append(what)

    def apply(self, *attempts: Rules) -> Rules:
        self._do("apply")
        self.there = attempts[0].revision
        return attempts[0]

    def remove(self) -> None:
        self._do("remove")
        self.there, self.stands = None, False
        self.sets.clear()

    def revision(self) -> int | None:
        self._do("revision")
        return self.there

    def stand(self, seconds: int = 3) -> None:
        self._do("stand")
        self.stands = True

    def step_aside(self) -> None:
        self._do("step_aside")
        self.stands = False

    def share(self, ports: Sequence[int], healthy: Iterable[int]) -> None:
        self._do("share")
        self.shared = tuple(healthy)

    def add(self, number: int, addresses: Iterable[str]) -> None:
        self._do(f"add {number}")
        self.sets.setdefault(str(number), set()).update(addresses)

    def delete(self, number: int, addresses: Iterable[str]) -> None:
        self._do(f"delete {number}")
        self.sets.setdefault(str(number), set()).difference_update(addresses)

    def refill(self, wanted: Mapping[int, Iterable[str]]) -> None:
        self._do("refill")
        self.sets.update({str(number): set(addresses) for number, addresses in wanted.items()})

    def looked_at(self, address: str) -> None:
        self._do("looked_at")
        self.sets.setdefault("seen", set()).add(address)

    def elements(self, name: str) -> list[str]:
        self._do("elements")
        return sorted(self.sets.get(name, ()))


class FakeProcess:
    """A process that ends when it is told to; `stubborn` ones only when they are killed."""

    def __init__(self, pid: int = 1, stubborn: bool = False) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._stubborn = stubborn
        self._ended = asyncio.Event()

    def end(self, code: int) -> None:
        """End with a code."""
        self.returncode = code
        self._ended.set()

    def kill(self) -> None:
        self.end(-9)

    def terminate(self) -> None:
        if not self._stubborn:
            self.end(-15)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode


async def soon(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)
