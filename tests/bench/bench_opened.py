"""Requests over opened connections, through the whole gateway and through plain mitmdump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tests.bench.contenders import Breaktime, Contender, Mitmdump
from tests.bench.figures import Mark, Result, Row
from tests.bench.load import BROWSER, Sample, Wrk, sample
from tests.bench.wire import SECONDS, Wire, alternate, column, proves, wire
from tests.system import places

PLAIN, OURS = "plain mitmdump", "breaktime"
BARE, LIKE_A_BROWSER, NEW = "keep-alive requests", "the same, a browser's headers", "new connections"
WORK = {
    BARE: Wrk(places.FACEBOOK),
    LIKE_A_BROWSER: Wrk(places.FACEBOOK, headers=BROWSER),
    NEW: Wrk(places.FACEBOOK, connections=8, close=True),
}
MARKS = {BARE: Mark(1.4)}


def opened() -> Result:
    """1 KB at a time from Facebook in a break, under a rule that turns on the account."""
    with wire() as on:
        contenders: list[Contender] = [
            Mitmdump(PLAIN, 8081, on.lab, on.origin.ca),
            Breaktime(OURS, 8082, on.lab, on.origin.ca),
        ]
        samples = alternate(on, contenders, partial(_measure, on), partial(_warm, on))
    rows = [row for work in WORK for row in _rows(samples, work)]
    return Result("opened", "through opened connections, transparent, 1 KB", tuple(rows))


def _warm(on: Wire) -> None:
    proves(on, places.FACEBOOK, opened=True)
    WORK[BARE](on.lab, 1)


def _measure(on: Wire, contender: Contender) -> Mapping[str, Sample]:
    return {name: sample(contender.pids(), partial(work, on.lab, SECONDS)) for name, work in WORK.items()}


def _rows(samples: Mapping[str, list[Mapping[str, Sample]]], work: str) -> Iterator[Row]:
    plain, ours = (column(samples, who, work, "rate") for who in (PLAIN, OURS))
    yield Row(work, PLAIN, "a second", plain)
    yield Row(work, OURS, "a second", ours, plain, MARKS.get(work))
    plain, ours = (column(samples, who, work, "cost") for who in (PLAIN, OURS))
    yield Row(work, PLAIN, "ms CPU each", plain)
    yield Row(work, OURS, "ms CPU each", ours, plain)
