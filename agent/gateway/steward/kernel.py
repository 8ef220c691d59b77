"""What the steward says to the kernel's packet filter: one thing after another, on a thread of its own.

The kernel may take its time with many addresses, and the steward must go on hearing beats meanwhile. A refusal is
said once, counted each time, and whatever was wanted is tried again by whoever wanted it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from agent.gateway.steering.nft import NftError
from agent.gateway.steering.ruleset import Rules


class Table(Protocol):
    """Our table, as `steering.nft.Nft` has it."""

    def apply(self, *attempts: Rules) -> Rules:
        """Load the first of these that the kernel takes."""

    def remove(self) -> None:
        """Take it all away."""

    def revision(self) -> int | None:
        """Which rules are loaded."""

    def stand(self, seconds: int = 3) -> None:
        """Steer for so long."""

    def step_aside(self) -> None:
        """Steer no more."""

    def share(self, ports: Sequence[int], healthy: Iterable[int]) -> None:
        """Deal the clients out."""

    def add(self, number: int, addresses: Iterable[str]) -> None:
        """Put addresses into a set."""

    def delete(self, number: int, addresses: Iterable[str]) -> None:
        """Take addresses out of a set."""

    def refill(self, wanted: Mapping[int, Iterable[str]]) -> None:
        """Make sets hold just this."""

    def looked_at(self, address: str) -> None:
        """The name behind an address is none of our business."""

    def elements(self, name: str) -> list[str]:
        """What a set holds."""


class Kernel:
    """`do` carries something out; `refusals` counts what could not be."""

    def __init__(self, table: Callable[[], Table], say: Callable[[str], None]) -> None:
        self._make = table
        self._say = say
        self._table: Table | None = None
        self._thread = ThreadPoolExecutor(1, "kernel")
        self._said = ""
        self.refusals = 0

    async def do(self, what: Callable[[Table], object]) -> bool:
        """Carry it out; False if the kernel refused."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._with, what)
        except (NftError, OSError) as refused:
            self._refused(str(refused))
            return False
        return True

    def close(self) -> None:
        """Wait for what is under way, and let go."""
        self._thread.shutdown()

    def well(self) -> None:
        """Everything wanted is in force: the next refusal is news."""
        self._said = ""

    def _with(self, what: Callable[[Table], object]) -> None:
        if self._table is None:
            self._table = self._make()
        what(self._table)

    def _refused(self, why: str) -> None:
        self.refusals += 1
        if why != self._said:
            self._said = why
            self._say(f"steering: {why}")
