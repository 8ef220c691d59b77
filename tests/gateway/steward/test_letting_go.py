"""However far the steward had come, letting go leaves no table and no child; and it forgets what has ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.core.steering import Addresses
from agent.gateway.steward.conntrack import TCP, Connection

from .fakes import soon
from .test_steward import Bench, children, run

SLIPPED = Connection(TCP, "10.20.10.21", 1, "192.0.2.1", 443)


def gone(bench: Bench) -> bool:
    """Nothing of the steward's is left."""
    return bench.table.there is None and children(bench) == (None, False)


def test_a_table_taken_away_before_the_marker_is_seen(tmp_path: Path) -> None:
    """`steering remove` writes the marker and takes the table; a tick in between finds a kernel that refuses."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands and all(children(bench)))
        bench.table.refuses = "no such table"
        await soon(lambda: not bench.steward.holding)
        assert all(children(bench))
        bench.off.touch()
        await soon(lambda: children(bench) == (None, False))
        bench.table.refuses = ""
        await soon(lambda: gone(bench))

    run(tmp_path, work)


def test_a_site_that_steers_no_more_after_a_load_was_refused(tmp_path: Path) -> None:
    """The table of the load before stands, and the children run: they go with it."""

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands and all(children(bench)))
        bench.table.refuses = "too much"
        await bench.steward.take_up(bench.steward.orders)
        await bench.steward.take_up(None)
        bench.table.refuses = ""
        await soon(lambda: gone(bench))

    run(tmp_path, work)


def test_what_an_earlier_steward_left_goes(tmp_path: Path) -> None:
    """It ended before it could let go."""

    async def work(bench: Bench) -> None:
        await soon(lambda: gone(bench))
        assert bench.table.log == ["revision", "elements", "elements", "remove"]

    def before(bench: Bench) -> None:
        bench.table.there = 7
        bench.off.touch()

    run(tmp_path, work, before)


def test_an_account_that_cannot_be_adopted(tmp_path: Path) -> None:
    """It is said, and the steward steers all the same."""

    class Failing(Addresses):
        def adopt(self, *given: Any) -> None:
            raise KeyError("a secret")

    async def work(bench: Bench) -> None:
        await soon(lambda: bench.table.stands)

    def before(bench: Bench) -> None:
        bench.steward.ledger.addresses = Failing()

    (said,) = run(tmp_path, work, before).said
    assert said.startswith("steward: KeyError at test_letting_go.py:")


def test_slips_that_have_ended_are_forgotten(tmp_path: Path) -> None:
    """With every sweep, by the kernel's own table."""

    def to_port(protocol: int, port: int) -> Iterator[Connection]:
        assert (protocol, port) == (TCP, 443)
        return iter([SLIPPED])

    async def work(bench: Bench) -> None:
        bench.flows.to_port = to_port  # type: ignore[method-assign]
        ended = Connection(TCP, "10.20.10.21", 2, "192.0.2.1", 443)
        bench.steward.slips._passed |= dict.fromkeys((SLIPPED, ended), ("www.facebook.com", 1e12))
        await soon(lambda: bench.steward.slips.held() == {SLIPPED})

    assert run(tmp_path, work).said == []
