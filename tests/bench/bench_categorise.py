"""Hosts a second that `breaktime categorise` names, and requests of a trace that `breaktime visits` reads."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from random import Random

from agent.core.activity import Request
from agent.core.hosts import host_of
from agent.core.visits import Exchange, visits
from tests.bench import cases
from tests.bench.bench_lookup import BEFORE, MISSES
from tests.bench.clocks import one_core
from tests.bench.figures import Result, Row

ROUNDS = 5
HOSTS = 200_000
EXCHANGES = 20_000
BREAKTIME = Path(sys.executable).parent / "breaktime"


def categorise() -> Result:
    """The function with the name read from its text, the command with its start, and a browser trace."""
    catalogue, names = cases.engine().catalogue, hosts(HOSTS)
    trace = exchanges(EXCHANGES)
    rows = []
    with one_core():
        rates = [_rate(HOSTS, lambda: [catalogue.match(host_of(name)) for name in names]) for _ in range(ROUNDS)]
        rows.append(Row("text to match", "one core", "a second", tuple(rates), note=f"{HOSTS:,} hosts, mixed"))
        if BREAKTIME.exists():
            lines = "\n".join(names).encode()
            whole = tuple(_rate(HOSTS, lambda: _command(lines)) for _ in range(3))
            rows.append(Row("categorise", "with its start", "a second", whole))
        traced = tuple(_rate(EXCHANGES, lambda: visits(trace, catalogue)) for _ in range(ROUNDS))
        rows.append(Row("visits", "requests of a trace", "a second", traced))
    return Result("categorise", "hosts named and traces read", tuple(rows))


def hosts(count: int) -> list[str]:
    """`count` names, as many of them social media as not, few of them twice; the same every time."""
    random = Random(7)
    services = cases.engine().catalogue.services.values()
    known = [host.name for service in services for host, _ in service.entries()]
    return [
        f"{random.choice(BEFORE)}{random.choice(known)}" if random.random() < 0.5 else f"h{n}.{random.choice(MISSES)}"
        for n in range(count)
    ]


def exchanges(count: int) -> list[Exchange]:
    """A long trace: a page of a service, its calls and pictures, then a news page with widgets, again and again."""
    page = Request("GET", "/home", mode="navigate", dest="document", site="none", browser=True)
    call = Request("POST", "/api/feed", site="same-origin", dest="empty", source="www.facebook.com", browser=True)
    picture = Request("GET", "/a.jpg", site="cross-site", dest="image", source="www.facebook.com", browser=True)
    widget = Request("GET", "/plugins/like.php", site="cross-site", dest="iframe", source="news.example", browser=True)
    asked = (("www.facebook.com", page), ("www.facebook.com", call), ("scontent.xx.fbcdn.net", picture),
             ("news.example", page), ("www.facebook.com", widget), ("cdn.example", picture))  # fmt: skip
    return [Exchange(float(n), host, request) for n, (host, request) in enumerate(islice(cycle(asked), count))]


def _rate(count: int, work: object) -> float:
    assert callable(work)
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def _command(lines: bytes) -> None:
    subprocess.run([BREAKTIME, "categorise"], input=lines, stdout=subprocess.DEVNULL, check=True)
