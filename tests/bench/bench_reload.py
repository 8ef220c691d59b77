"""A changed configuration: from its texts to a whole engine, as every worker does at a reload."""

from __future__ import annotations

from functools import partial

from agent.app.build import build
from tests.bench.clocks import each, medians
from tests.bench.figures import Mark, Result, Row
from tests.packs.bad import shipped

UNDER_HALF_A_SECOND = Mark(500_000, at_most=True)


def reload() -> Result:
    """The shipped configuration, every policy and the whole catalogue of it."""
    rounds = each([partial(build, shipped(), None)], 1)
    row = Row("build", "the shipped configuration", "µs", medians(rounds), mark=UNDER_HALF_A_SECOND)
    return Result("reload", "a configuration from texts to engine", (row,))
