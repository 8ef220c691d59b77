"""Connections that are passed on the name, through the gateway and through mitmproxy's own two ways to do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tests.bench.contenders import Breaktime, Contender, Mitmdump, pass_addon
from tests.bench.figures import Mark, Result, Row
from tests.bench.load import Sample, Wrk, sample
from tests.bench.wire import SECONDS, Wire, alternate, column, proves, wire
from tests.system import places

BY_ADDON, BY_OPTION, OURS = "mitmdump, tls_clienthello", "mitmdump, --ignore-hosts", "breaktime"
NEW, NEW_OTHER, KEPT = "new connections, Instagram", "new connections, BBC", "keep-alive requests, Instagram"
WORK = {
    NEW: Wrk(places.INSTAGRAM, connections=8, close=True),
    NEW_OTHER: Wrk(places.BBC, connections=8, close=True),
    KEPT: Wrk(places.INSTAGRAM),
}
MARKS = {NEW: Mark(1.2), NEW_OTHER: Mark(1.2)}

Samples = Mapping[str, list[Mapping[str, Sample]]]


def passed() -> Result:
    """A social site that is allowed in a break, and one that is none: full handshakes, no resumption."""
    with wire() as on:
        contenders: list[Contender] = [
            Mitmdump(BY_ADDON, 8081, on.lab, on.origin.ca, "-s", pass_addon(on.lab)),
            Mitmdump(BY_OPTION, 8082, on.lab, on.origin.ca, "--ignore-hosts", ".*"),
            Breaktime(OURS, 8083, on.lab, on.origin.ca),
        ]
        samples = alternate(on, contenders, partial(_measure, on), partial(_warm, on))
    rows = [row for work in WORK for row in _rows(samples, work)]
    return Result("passed", "passed on the name, transparent, 1 KB", tuple(rows))


def _warm(on: Wire) -> None:
    for site in (places.INSTAGRAM, places.BBC):
        proves(on, site, opened=False)
    WORK[NEW](on.lab, 1)


def _measure(on: Wire, contender: Contender) -> Mapping[str, Sample]:
    return {name: sample(contender.pids(), partial(work, on.lab, SECONDS)) for name, work in WORK.items()}


def _rows(samples: Samples, work: str) -> Iterator[Row]:
    for of, unit in (("rate", "a second"), ("cost", "ms CPU each")):
        addon, option, ours = (column(samples, who, work, of) for who in (BY_ADDON, BY_OPTION, OURS))
        yield Row(work, BY_ADDON, unit, addon)
        yield Row(work, BY_OPTION, unit, option, addon)
        mark = MARKS.get(work) if of == "rate" else None
        yield Row(work, OURS, unit, ours, addon, mark, note="against tls_clienthello")
        yield Row(work, OURS, unit, ours, option, note="against --ignore-hosts")
