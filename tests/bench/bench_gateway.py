"""A school's gateway: its mix of connections through Breaktime, and through what else a school could take."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from tests.bench.contenders import Contender, Mitmdump
from tests.bench.figures import Mark, Result, Row
from tests.bench.load import Wrk, download, visits
from tests.bench.origin import BODIES
from tests.bench.peers import E2guardian, Squid, absent, rsa_authority
from tests.bench.pins import machine_seconds, whole_seconds
from tests.bench.steered import Steered, only_v4
from tests.bench.wire import NotHere, Wire, proves, running, turns, wire
from tests.system import places
from tests.system.processes import Process

KERNEL, OURS, MITMDUMP = "plain forwarding", "breaktime", "mitmdump, opens all"
SPLICE, BUMP, NAMES = "squid, splices all", "squid, bumps all", "e2guardian, names only"
ROUNDS = int(os.environ.get("BREAKTIME_BENCH_ROUNDS", "5"))
MIX = int(os.environ.get("BREAKTIME_BENCH_MIX", "2000"))
SHARES = ((places.BBC, 950), (places.INSTAGRAM, 30), (places.FACEBOOK, 20))
"""Of a thousand connections: sites that are no social media, social media ruled on the name, social media opened."""
SITES = tuple(site for site, _ in SHARES)
OPENS = {BUMP: SITES, MITMDUMP: SITES, OURS: (places.FACEBOOK,)}
MARKS = {SPLICE: Mark(0.4, at_most=True), BUMP: Mark(0.05, at_most=True), NAMES: Mark(1, at_most=True)}
COST, MACHINE = "processor seconds of its processes, 1,000", "processor seconds of the machine, 1,000"
KEPT, NEW, BULK = "other: keep-alive requests", "other: new connections", "other: 50 MiB bodies"
MIDDLE, SLOW = "other: a new connection, p50", "other: a new connection, p99"
UNITS = {COST: "s", MACHINE: "s", KEPT: "a second", NEW: "a second", BULK: "Gbit/s", MIDDLE: "ms", SLOW: "ms"}

Figures = Mapping[str, float]
Samples = Mapping[str, list[Figures]]


class Nobody(Contender):
    """The kernel alone."""

    def start(self) -> None:
        """There is nothing to start."""

    def stop(self) -> None:
        """And nothing to end."""

    def launch(self) -> Process:
        """See `Contender`."""
        raise NotImplementedError


def gateway() -> Result:
    """All contenders, each started afresh in each round, so that it has the machine to itself."""
    with school() as on:
        contenders = _contenders(on)
        samples: dict[str, list[Figures]] = {contender.name: [] for contender in contenders}
        for turn, contender in turns(contenders, ROUNDS):
            with running(contender), _traffic(on, contender):
                samples[contender.name].append(_measure(on, contender))
            print(f"  round {turn} {contender.name}: {_shown(samples[contender.name][-1])}", file=sys.stderr)
    title = f"{MIX:,} connections, full handshakes: 95 % other, 3 % social ruled on the name, 2 % social opened"
    return Result("gateway", title, tuple(_rows(samples)))


@contextmanager
def school() -> Iterator[Wire]:
    """The laboratory with sites that are known by IPv4 alone. Raises NotHere."""
    if lacking := absent():
        raise NotHere(f"needs {', '.join(lacking)}: deploy/bench-packages.sh")
    with wire() as on:
        only_v4(on.lab)
        yield on


def _contenders(on: Wire) -> Sequence[Contender]:
    lab, ca = on.lab, on.origin.ca
    authority = rsa_authority(lab.folder / "authority")
    return (
        Nobody(KERNEL, 0, lab, ca),
        Mitmdump(MITMDUMP, 8081, lab, ca),
        Squid(SPLICE, 8082, lab, ca, "splice", authority),
        Squid(BUMP, 8083, lab, ca, "bump", authority),
        E2guardian(NAMES, 8084, lab, ca, authority),
        Steered(OURS, 8080, lab, ca),
    )


def _traffic(on: Wire, contender: Contender) -> AbstractContextManager[None]:
    """Bring it everything; Breaktime brings itself what it wants, and the kernel has it all."""
    return nullcontext() if contender.name in (KERNEL, OURS) else on.lab.redirect(contender.port)


def _measure(on: Wire, contender: Contender) -> Figures:
    for site in SITES:
        proves(on, site, opened=site in OPENS.get(contender.name, ()))
    _visit(on, 200)
    pids = on.lab.pids(places.GATEWAY)
    before, machine = whole_seconds(pids), machine_seconds()
    _visit(on, MIX)
    machine = machine_seconds() - machine
    used = whole_seconds(on.lab.pids(places.GATEWAY)) - before
    return {COST: used / MIX * 1000, MACHINE: machine / MIX * 1000, **others(on), **delay(on)}


def _visit(on: Wire, count: int) -> None:
    visits(on.lab, "mix", str(count), *(f"{site.v4}={site.name}={share}" for site, share in SHARES))


def others(on: Wire, seconds: int = 1) -> Figures:
    """How much of a site that is no social media goes through."""
    kept, kept_took = Wrk(places.BBC)(on.lab, seconds)
    new, new_took = Wrk(places.BBC, connections=8, close=True)(on.lab, seconds)
    took = download(on.lab, places.BBC, "50m", 8, BODIES["50m"], 60)
    return {KEPT: kept / kept_took, NEW: new / new_took, BULK: BODIES["50m"] * 8 * 8e-9 / took}


def delay(on: Wire) -> Figures:
    """How long a new connection to such a site takes, 50 a second."""
    told = visits(on.lab, "paced", "3", "50", f"{places.BBC.v4}={places.BBC.name}")
    return {MIDDLE: told.p50, SLOW: told.p99}


def _rows(samples: Samples) -> Iterator[Row]:
    ours = _column(samples, OURS, COST)
    for who in samples:
        if who != KERNEL:
            yield Row(COST, who, UNITS[COST], _column(samples, who, COST))
    for who in (SPLICE, BUMP, NAMES, MITMDUMP):
        against = _column(samples, who, COST)
        yield Row(COST, OURS, UNITS[COST], ours, against, MARKS.get(who), note=f"against {who}")
    for what in (MACHINE, KEPT, NEW, BULK, MIDDLE, SLOW):
        plain = _column(samples, KERNEL, what)
        for who in samples:
            against = () if who == KERNEL else plain
            yield Row(what, who, UNITS[what], _column(samples, who, what), against)


def _column(samples: Samples, who: str, what: str) -> tuple[float, ...]:
    return tuple(round(figures[what], 5) for figures in samples[who])


def _shown(figures: Figures) -> str:
    return ", ".join(f"{what} {value:.4g}" for what, value in figures.items())
