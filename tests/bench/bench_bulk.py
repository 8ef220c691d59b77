"""Large bodies through an opened connection: how fast, and what they do to the memory of the process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.contenders import Breaktime, Contender, Mitmdump
from tests.bench.figures import Mark, Result, Row
from tests.bench.load import download
from tests.bench.origin import BODIES
from tests.bench.wire import Wire, proves, running, turns, wire
from tests.system import places

PLAIN, OURS = "plain mitmdump", "breaktime"
ROUNDS = 3
TIMES = 8
FLAT = Mark(64, at_most=True)
"""MiB that the memory of a gateway may rise by: what is on the way at one time, not what has passed."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One contender in one round: Gbit/s, MiB of memory before, MiB that its peak rose."""

    rate: float
    before: float
    rise: float


def bulk() -> Result:
    """50 MiB bodies, two at a time, in alternated rounds; then one of 2 GiB through the gateway alone."""
    with wire() as on:
        ours = Breaktime(OURS, 8082, on.lab, on.origin.ca)
        contenders = [Mitmdump(PLAIN, 8081, on.lab, on.origin.ca), ours]
        samples: dict[str, list[Flow]] = {PLAIN: [], OURS: []}
        for turn, contender in turns(contenders, ROUNDS):
            samples[contender.name].append(_measure(on, contender, "50m", TIMES))
            print(f"  round {turn} {contender.name}: {samples[contender.name][-1]}", file=sys.stderr)
        large = _measure(on, ours, "2g", 1)
    rows = [*_rows(samples), Row("memory, 2 GiB", OURS, "MiB rise", (large.rise,), mark=FLAT)]
    return Result("bulk", "large bodies through opened connections", tuple(rows))


def _measure(on: Wire, contender: Contender, body: str, times: int) -> Flow:
    """One contender, started afresh so that its memory is its own doing."""
    with running(contender), on.lab.redirect(contender.port):
        proves(on, places.FACEBOOK, opened=True)
        download(on.lab, places.FACEBOOK, "1k", 10, BODIES["1k"], 30)
        contender.forget_peak()
        before = contender.memory()
        took = download(on.lab, places.FACEBOOK, body, times, BODIES[body], 90)
        return Flow(BODIES[body] * times * 8e-9 / took, before, contender.memory("VmHWM") - before)


def _rows(samples: dict[str, list[Flow]]) -> Iterator[Row]:
    plain, ours = (tuple(flow.rate for flow in samples[who]) for who in (PLAIN, OURS))
    yield Row("50 MiB bodies", PLAIN, "Gbit/s", plain)
    yield Row("50 MiB bodies", OURS, "Gbit/s", ours, plain)
    for who, mark in ((PLAIN, None), (OURS, FLAT)):
        yield Row("memory, 50 MiB bodies", who, "MiB before", tuple(flow.before for flow in samples[who]))
        rises = tuple(flow.rise for flow in samples[who])
        yield Row("memory, 50 MiB bodies", who, "MiB rise", rises, mark=mark)
