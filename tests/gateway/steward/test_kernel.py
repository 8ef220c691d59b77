"""What the kernel refuses is said once, counted each time, and never an end."""

from __future__ import annotations

import asyncio

from agent.gateway.steering.nft import NftError
from agent.gateway.steward.kernel import Kernel, Table

from .fakes import FakeTable


def test_a_refusal_is_said_once() -> None:
    """Until all is well again, or another reason is given."""
    table, said = FakeTable(refuses="no right"), list[str]()

    async def run() -> int:
        kernel = Kernel(lambda: table, said.append)
        for why in ("no right", "no right", "no room", "no right"):
            table.refuses = why
            assert not await kernel.do(lambda table: table.step_aside())
        kernel.well()
        assert not await kernel.do(lambda table: table.step_aside())
        table.refuses = ""
        assert await kernel.do(lambda table: table.step_aside())
        kernel.close()
        return kernel.refusals

    assert asyncio.run(run()) == 5
    assert said == [f"steering: {why}" for why in ("no right", "no room", "no right", "no right")]


def test_a_library_that_is_missing_is_tried_again() -> None:
    """It may be installed while we run."""
    tables: list[Table] = []

    def make() -> Table:
        if not tables:
            raise NftError("the library is missing", "install it")
        return tables[0]

    async def run() -> list[bool]:
        kernel = Kernel(make, lambda text: None)
        first = await kernel.do(lambda table: table.stand())
        tables.append(FakeTable())
        second = await kernel.do(lambda table: table.stand())
        kernel.close()
        return [first, second]

    assert asyncio.run(run()) == [False, True]
