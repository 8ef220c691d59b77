"""Traffic that is no business of Breaktime's, with its rules in the kernel and without, a moment apart.

Load, origin and the forwarding between them share one core. How much of it a request takes tells more than how many
went through in a second: on a machine that is not alone, others take of the core what they like.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from tests.bench.bench_gateway import BULK, KEPT, NEW, Figures, school
from tests.bench.figures import Mark, Result, Row
from tests.bench.load import Wrk, download, visits
from tests.bench.origin import BODIES
from tests.bench.pins import ended_seconds, whole_seconds
from tests.bench.steered import ELEMENTS, Steered
from tests.bench.wire import Wire, proves, running
from tests.system import places

PLAIN, TRACKED, OURS = "plain forwarding", "the same, connections tracked", "breaktime"
ORDER = (PLAIN, TRACKED, OURS)
ROUNDS = int(os.environ.get("BREAKTIME_BENCH_ROUNDS", "10"))
AT_LEAST, NO_MORE = Mark(0.97), Mark(1.05, at_most=True)
SITE = f"{places.BBC.v4}={places.BBC.name}"
TIMES = 8
PACED = (("kept", "a request", "200"), ("paced", "a new connection", "50"))
OF_THE_CORE = "a second of the core"

TABLE = "bench_tracked"
TRACKING = f"""table inet {TABLE} {{
  chain forwarded {{
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
  }}
}}"""
"""What every gateway has that translates addresses or keeps strangers out."""

Load = Callable[[], tuple[int, float]]


def unsteered() -> Result:
    """The same gateway forwards; `steering remove` takes its rules away for every other measurement."""
    samples: dict[str, list[Figures]] = {who: [] for who in ORDER}
    with school() as on:
        breaktime = Steered(OURS, 8080, on.lab, on.origin.ca)
        with running(breaktime):
            proves(on, places.FACEBOOK, opened=True)
            for turn in range(ROUNDS):
                for who in ORDER if turn % 2 == 0 else ORDER[::-1]:
                    with _forwarding(on, breaktime, who):
                        samples[who].append(_measure(on))
                    print(f"  round {turn + 1} {who}: {samples[who][-1]}", file=sys.stderr)
    return Result("unsteered", f"a site that is no social media, {ELEMENTS:,} addresses steered", tuple(_rows(samples)))


@contextmanager
def _forwarding(on: Wire, breaktime: Steered, who: str) -> Iterator[None]:
    if who == OURS:
        yield
        return
    with breaktime.standing_aside():
        if who == PLAIN:
            yield
            return
        on.lab.nft(places.GATEWAY, TRACKING)
        try:
            yield
        finally:
            on.lab.run(places.GATEWAY, "nft", "delete", "table", "inet", TABLE)


def _measure(on: Wire) -> Figures:
    Wrk(places.BBC)(on.lab, 1)  # the first after a change is not counted
    found: dict[str, float] = {}
    for what, load in _loads(on).items():
        found |= _cost(on, what, load)
    for kind, what, rate in PACED:
        told = visits(on.lab, kind, "3", rate, SITE)
        found |= {f"{what}, p50, ms": told.p50, f"{what}, p99, ms": told.p99}
    return found


def _loads(on: Wire) -> dict[str, Load]:
    return {
        KEPT: partial(Wrk(places.BBC), on.lab, 1),
        NEW: partial(Wrk(places.BBC, connections=8, close=True), on.lab, 1),
        BULK: lambda: (TIMES, download(on.lab, places.BBC, "50m", TIMES, BODIES["50m"], 60)),
    }


def _cost(on: Wire, what: str, load: Load) -> Figures:
    """How many a second of the clock, and a second of the core."""
    origin = on.lab.pids(places.INTERNET)
    before = whole_seconds(origin) + ended_seconds()
    count, took = load()
    used = whole_seconds(origin) + ended_seconds() - before
    return {f"{what}, {OF_THE_CORE}": count / used, f"{what}, a second": count / took}


def _rows(samples: dict[str, list[Figures]]) -> Iterator[Row]:
    for told in samples[PLAIN][0]:
        plain, tracked, ours = (tuple(round(one[told], 5) for one in samples[who]) for who in ORDER)
        what, _, unit = told.rpartition(", ")
        mark = AT_LEAST if unit == OF_THE_CORE else NO_MORE if what.endswith("p50") else None
        yield Row(what, PLAIN, unit, plain)
        yield Row(what, TRACKED, unit, tracked, plain)
        yield Row(what, OURS, unit, ours, plain, mark, note=f"against {PLAIN}")
        yield Row(what, OURS, unit, ours, tracked, note=f"against {TRACKED}")
