"""The account of addresses and the kernel's sets, kept alike.

The resolver itself puts an address into the sets before it answers. The ledger hears of each answer a moment later:
it puts in what is missing after all, and takes out what nothing has named for long enough. What the kernel refused
is tried again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial

from agent.core.steering import KEEP, SOCIAL, Addresses, Plan
from agent.gateway.steering.names import set_of
from agent.gateway.steward.kernel import Kernel, Table

Barring = Callable[[str], bool]


def nobody(address: str) -> bool:
    """No address is barred."""
    return False


class Ledger:
    """Knows which addresses stand for social media, by the plan in force. `open` while the kernel has our table.

    `barred` tells addresses that are never to be steered.
    """

    def __init__(
        self,
        kernel: Kernel,
        plan: Plan,
        keep: float = KEEP,
        clock: Callable[[], float] = time.monotonic,
        barred: Barring = nobody,
    ) -> None:
        self._kernel = kernel
        self._keep = keep
        self._clock = clock
        self._numbers = plan.numbers
        self._barred = barred
        self._missing: dict[int, set[str]] = {}
        self._gone: dict[int, set[str]] = {}
        self._passed_by: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._refills = 0
        self.addresses = Addresses()
        self.open = False
        self.swept = 0

    def follow(self, plan: Plan, barred: Barring = nobody) -> None:
        """Another plan is in force."""
        self._numbers, self._barred = plan.numbers, barred
        self.addresses.leave_out(barred)

    def answered(self, address: str, domain: str) -> None:
        """An address was answered for a name under this domain."""
        if self._may(address) and self.addresses.answered(address, self._clock(), domain):
            self._put(address)

    def found(self, address: str, service: str) -> None:
        """A name of this service was read behind an address."""
        if self._may(address) and self.addresses.found(address, self._clock(), service):
            self._put(address)
            self._take(self.addresses.crowded_out(self._numbers))

    def passed_by(self, address: str) -> None:
        """What stands behind an address is none of our business: it is not looked at again for a while."""
        if self.open:
            self._passed_by.add(address)
            self._soon()

    def lost(self) -> None:
        """Answers were missed: nothing is swept that one of them may have named."""
        self.addresses.postpone(self._clock(), self._keep)

    def now(self) -> dict[int, set[str]]:
        """What the sets hold."""
        return self.addresses.elements(self._numbers)

    def again(self) -> None:
        """Try again what the kernel refused."""
        if self._missing or self._gone:
            self._soon()

    async def adopt(self) -> bool:
        """Count what an earlier steward left in the sets as answered now; True if its table stands there."""
        found: list[str] = []
        there: list[bool] = []

        def read(table: Table) -> None:
            if table.revision():
                there.append(True)
                found.extend(one for version in (4, 6) for one in table.elements(set_of(SOCIAL, version)))

        await self._kernel.do(read)
        self.addresses.adopt((one for one in found if not self._barred(one)), self._clock())
        return bool(there)

    async def refill(self, plan: Plan) -> bool:
        """Make the sets hold what the account says, for a table that was just made or a plan just taken up."""
        self._missing.clear()
        self._gone.clear()
        self._refills += 1
        wanted = {number: set[str]() for number in (SOCIAL, *(one.number for one in plan.own_sets))} | self.now()
        return await self._kernel.do(lambda table: table.refill(wanted))

    async def sweep(self) -> None:
        """Take out of the sets what nothing has named for long enough."""
        before = len(self.addresses)
        gone = self.addresses.sweep(self._numbers, self._clock(), self._keep)
        self.swept += before - len(self.addresses)
        if gone and self.open:
            _join(self._gone, gone)
            await self._tell()

    def _may(self, address: str) -> bool:
        """False for an address that is barred; the resolver may have put it into the sets all the same."""
        if address in self.addresses or not self._barred(address):
            return True
        every = {SOCIAL, *(number for numbers in self._numbers.values() for number in numbers)}
        self._take({number: {address} for number in every})
        return False

    def _put(self, address: str) -> None:
        if self.open:
            _join(self._missing, {number: {address} for number in self.addresses.sets_of(address, self._numbers)})
            self._soon()

    def _take(self, gone: Mapping[int, set[str]]) -> None:
        if gone and self.open:
            _join(self._gone, gone)
            self._soon()

    def _soon(self) -> None:
        """Tell the kernel at once, of all that comes together in one go."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        while (self._missing or self._gone or self._passed_by) and self.open:
            missing, self._missing = self._still(self._missing, True), {}
            gone, self._gone = self._still(self._gone, False), {}
            passed_by, self._passed_by = self._passed_by, set()
            refills = self._refills
            if await self._kernel.do(partial(_tell, missing, gone, passed_by)):
                continue
            if refills == self._refills:  # a table that was filled meanwhile has it all
                _join(self._missing, missing)
                _join(self._gone, gone)
            return

    def _still(self, elements: Mapping[int, set[str]], wanted: bool) -> dict[int, set[str]]:
        """Those that by now are still wanted in these sets, or still not."""
        found = {
            number: {one for one in them if (number in self.addresses.sets_of(one, self._numbers)) is wanted}
            for number, them in elements.items()
        }
        return {number: them for number, them in found.items() if them}


def _join(to: dict[int, set[str]], more: Mapping[int, set[str]]) -> None:
    for number, addresses in more.items():
        to.setdefault(number, set()).update(addresses)


def _tell(missing: Mapping[int, set[str]], gone: Mapping[int, set[str]], passed_by: set[str], table: Table) -> None:
    for number, addresses in missing.items():
        table.add(number, addresses)
    for number, addresses in gone.items():
        table.delete(number, addresses)
    for address in passed_by:
        table.looked_at(address)
