"""The account and the sets are kept alike, whoever was faster, and nothing leaves that may still be in use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from agent.core.steering import Addresses, Plan
from agent.gateway.steward.kernel import Kernel
from agent.gateway.steward.ledger import Barring, Ledger, nobody

from .fakes import PLAN, FakeTable, soon

A, B = "192.0.2.1", "2001:db8::1"
KEEP = 100.0


class Bench:
    """A ledger over a table that only remembers, on a clock of its own."""

    def __init__(self, plan: Plan = PLAN, barred: Barring = nobody) -> None:
        self.now = 0.0
        self.table = FakeTable(there=7)
        self.said: list[str] = []
        self.kernel = Kernel(lambda: self.table, self.said.append)
        self.ledger = Ledger(self.kernel, plan, KEEP, lambda: self.now, barred)
        self.ledger.open = True

    @property
    def held(self) -> dict[str, set[str]]:
        """The sets that hold anything."""
        return {name: addresses for name, addresses in self.table.sets.items() if addresses}


def run(work: Callable[[Bench], Awaitable[None]], bench: Bench | None = None) -> Bench:
    """Do something with a bench."""

    async def whole() -> Bench:
        made = bench or Bench()
        try:
            await work(made)
        finally:
            made.kernel.close()
        return made

    return asyncio.run(whole())


def test_what_the_sets_lack_is_put_in() -> None:
    """An answer, of whatever origin, ends with the address in all sets of its name."""

    async def work(bench: Bench) -> None:
        bench.ledger.answered(A, "youtube.com")
        bench.ledger.answered(B, "facebook.com")
        await soon(lambda: len(bench.held) == 2 and len(bench.held["0"]) == 2)

    assert run(work).held == {"0": {A, B}, "2": {A}}


def test_an_answer_known_costs_the_kernel_nothing() -> None:
    """Busy names are answered all day long."""

    async def work(bench: Bench) -> None:
        for _ in range(5):
            bench.ledger.answered(A, "facebook.com")
            await asyncio.sleep(0.01)

    assert run(work).table.log == ["add 0"]


def test_one_still_answered_stays_and_any_other_goes() -> None:
    """Also after many times the time that an answer is kept."""

    async def work(bench: Bench) -> None:
        bench.ledger.answered(A, "youtube.com")
        bench.ledger.answered(B, "youtube.com")
        await soon(lambda: bench.held.get("2") == {A, B})
        for _ in range(20):
            bench.now += KEEP / 4
            bench.ledger.answered(A, "youtube.com")
            await bench.ledger.sweep()

    bench = run(work)
    assert bench.held == {"0": {A}, "2": {A}}
    assert bench.ledger.swept == 1


def test_lost_lines_postpone_the_sweep() -> None:
    """One of them may have named an address that would go."""

    async def work(bench: Bench) -> None:
        bench.ledger.answered(A, "facebook.com")
        bench.now = KEEP - 1
        bench.ledger.lost()
        bench.now += KEEP - 1
        await bench.ledger.sweep()
        assert A in bench.ledger.addresses
        bench.now += 2
        await bench.ledger.sweep()
        assert A not in bench.ledger.addresses

    run(work)


def test_what_an_earlier_steward_left_counts_as_answered_now() -> None:
    """For every class; it stays for the whole time, and the clock need not be the same."""

    async def work(bench: Bench) -> None:
        bench.table.sets |= {"social4": {A}, "social6": {B}}
        bench.now = 5000.0
        assert await bench.ledger.adopt()
        assert bench.ledger.now() == {0: {A, B}, 2: {A, B}}
        bench.now += KEEP
        await bench.ledger.sweep()
        assert bench.ledger.now() == {}

    run(work)


def test_without_a_table_nothing_is_adopted() -> None:
    """A kernel that never had our rules has nothing for us."""

    async def work(bench: Bench) -> None:
        bench.table.there = None
        assert not await bench.ledger.adopt()
        bench.table.refuses = "nothing may be read"
        assert not await bench.ledger.adopt()

    bench = run(work)
    assert bench.ledger.now() == {}
    assert bench.said == ["steering: nothing may be read"]


def test_a_new_plan_moves_addresses_to_its_sets() -> None:
    """The refill holds what each name's addresses belong in now."""

    async def work(bench: Bench) -> None:
        bench.ledger.answered(A, "youtube.com")
        bench.ledger.answered(B, "facebook.com")
        fresh = replace(PLAN, domains={"facebook.com": (2,), "youtube.com": ()})
        bench.ledger.follow(fresh)
        assert await bench.ledger.refill(fresh)

    assert run(work).held == {"0": {A, B}, "2": {B}}


def test_where_all_is_steered_there_is_one_set() -> None:
    """No class has sets of its own."""

    async def work(bench: Bench) -> None:
        bench.ledger.answered(A, "youtube.com")
        await soon(lambda: bench.held)

    assert run(work, Bench(replace(PLAN, everything=True))).held == {"0": {A}}


def test_nothing_is_told_to_a_kernel_without_our_table() -> None:
    """What is heard meanwhile is in the account, for when it is made."""

    async def work(bench: Bench) -> None:
        bench.ledger.open = False
        bench.ledger.answered(A, "facebook.com")
        bench.ledger.passed_by(B)
        await asyncio.sleep(0.02)
        assert bench.table.log == []
        assert await bench.ledger.refill(PLAN)

    assert run(work).held == {"0": {A}}


def test_what_is_none_of_our_business_is_not_looked_at_again() -> None:
    """For a while, which the kernel counts."""

    async def work(bench: Bench) -> None:
        bench.ledger.passed_by(A)
        await soon(lambda: bench.held)

    assert run(work).held == {"seen": {A}}


def test_what_was_read_counts_for_the_classes_of_its_service() -> None:
    """By whatever name, and only so many; the oldest leave the kernel too."""

    async def work(bench: Bench) -> None:
        bench.ledger.addresses = Addresses(most_found=1)
        bench.ledger.found(A, "youtube")
        await soon(lambda: bench.held == {"0": {A}, "2": {A}})
        bench.ledger.found(B, "facebook")
        await soon(lambda: bench.held == {"0": {B}})

    run(work)


def test_what_the_kernel_refused_is_tried_again() -> None:
    """What goes in as well as what goes out, as it is wanted by then."""

    async def work(bench: Bench) -> None:
        bench.ledger.answered(B, "facebook.com")
        await soon(lambda: bench.held)
        bench.table.refuses = "not now"
        bench.ledger.answered(A, "youtube.com")
        await soon(lambda: bench.said)
        bench.now = KEEP
        bench.ledger.answered(A, "youtube.com")
        await bench.ledger.sweep()
        bench.table.refuses = ""
        assert bench.held == {"0": {B}}
        bench.ledger.again()
        await soon(lambda: bench.held == {"0": {A}, "2": {A}})

    run(work)


def test_what_is_barred_never_stands() -> None:
    """Though the resolver has put it into the sets, and whoever says it."""

    async def work(bench: Bench) -> None:
        bench.table.sets |= {"0": {A, B}, "2": {A}, "social4": {A}, "social6": {B}}
        await bench.ledger.adopt()
        bench.ledger.answered(A, "youtube.com")
        bench.ledger.found(A, "youtube")
        await soon(lambda: bench.table.sets["0"] == {B} and not bench.table.sets["2"])
        assert bench.ledger.now() == {0: {B}, 2: {B}}
        bench.ledger.follow(PLAN, lambda address: True)
        assert bench.ledger.now() == {}

    run(work, Bench(barred=lambda address: address == A))
