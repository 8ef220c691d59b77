"""Contenders against each other on the laboratory's wire, in alternated rounds of one run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.contenders import Contender, missing
from tests.bench.load import Sample, issuer
from tests.bench.origin import Origin
from tests.system import lab as laboratory
from tests.system import places
from tests.system.lab import Lab

NEEDED = ("ip", "nft", "ss", "nginx", "wrk", "curl", "taskset", "prlimit")
ROUNDS = int(os.environ.get("BREAKTIME_BENCH_ROUNDS", "7"))
SECONDS = int(os.environ.get("BREAKTIME_BENCH_SECONDS", "2"))
SIGNED_BY_ORIGIN = "CN=Laboratory public authority"


class NotHere(Exception):
    """This machine or environment cannot run the benchmark; the text says why."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The laboratory, up, with its origin."""

    lab: Lab
    origin: Origin


@contextmanager
def wire() -> Iterator[Wire]:
    """The laboratory for one benchmark. Raises NotHere. Nothing stays, whatever happens inside."""
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if os.geteuid() or absent:
        raise NotHere(f"needs root and {', '.join(absent or NEEDED)}")
    if reason := missing():
        raise NotHere(reason)
    laboratory.sweep()
    with tempfile.TemporaryDirectory(prefix="breaktime-bench-") as folder:
        lab = Lab(Path(folder))
        lab.up()
        try:
            _many_connections(lab)
            origin = Origin(lab)
            origin.start()
            yield Wire(lab, origin)
        finally:
            lab.down()


def alternate[T](
    on: Wire, contenders: Sequence[Contender], measure: Callable[[Contender], T], warm: Callable[[], object]
) -> dict[str, list[T]]:
    """All stand side by side; in each round the traffic is turned to one after the other, every other backwards."""
    found: dict[str, list[T]] = {contender.name: [] for contender in contenders}
    with ExitStack() as stack:
        for contender in contenders:
            stack.enter_context(running(contender))
            with on.lab.redirect(contender.port):
                warm()
        for turn, contender in turns(contenders):
            with on.lab.redirect(contender.port):
                found[contender.name].append(measure(contender))
            print(f"  round {turn} {contender.name}: {found[contender.name][-1]}", file=sys.stderr)
    return found


def turns(contenders: Sequence[Contender], rounds: int = ROUNDS) -> Iterator[tuple[int, Contender]]:
    """Every contender in every round, every other round backwards."""
    for turn in range(rounds):
        for contender in contenders if turn % 2 == 0 else tuple(reversed(contenders)):
            yield turn + 1, contender


@contextmanager
def running(contender: Contender) -> Iterator[None]:
    """A contender that is started, and ended whatever happens."""
    try:
        contender.start()
        yield
    finally:
        contender.stop()


def proves(on: Wire, site: places.Origin, opened: bool) -> None:
    """Raise unless the site's connections are opened, or passed, as the benchmark says."""
    found = issuer(on.lab, site)
    if (found != SIGNED_BY_ORIGIN) is not opened:
        raise RuntimeError(f"{site.name} should be {'opened' if opened else 'passed'}: signed by {found}")


def column(samples: Mapping[str, list[Mapping[str, Sample]]], who: str, work: str, of: str) -> tuple[float, ...]:
    """One contender's `rate` or `cost` of one kind of work, by round."""
    return tuple(getattr(sample[work], of) for sample in samples[who])


def _many_connections(lab: Lab) -> None:
    """A closed test network: short-lived connections may use every port, and use it again soon."""
    for place in places.NAMESPACES:
        for setting in ("ip_local_port_range=10000 65000", "tcp_tw_reuse=1", "tcp_max_syn_backlog=8192"):
            lab.run(place, "sysctl", "-qw", f"net.ipv4.{setting}")
