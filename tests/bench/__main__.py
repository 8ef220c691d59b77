"""`python -m tests.bench [NAME ...] [--json FILE]`: measure, print a table, say which marks are kept.

`gateway` and `unsteered` are run by name alone, as they need other filters installed (`make bench-gateway`); so are
`record`, `casework` and `pages`, which take two gigabytes and five minutes each.
`opened`, `passed` and `bulk` need root and Debian's wrk, curl, nginx and nftables; they make network
namespaces of their own and take them away. Rounds and seconds: BREAKTIME_BENCH_ROUNDS, BREAKTIME_BENCH_SECONDS.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.bench_bulk import bulk
from tests.bench.bench_casework import casework
from tests.bench.bench_categorise import categorise
from tests.bench.bench_console import console
from tests.bench.bench_decide import decide
from tests.bench.bench_directory import directory
from tests.bench.bench_explain import explain
from tests.bench.bench_gateway import gateway
from tests.bench.bench_listed import listed
from tests.bench.bench_lookup import lookup
from tests.bench.bench_metrics import metrics
from tests.bench.bench_opened import opened
from tests.bench.bench_pages import pages
from tests.bench.bench_passed import passed
from tests.bench.bench_postgres import forwarding, weeks
from tests.bench.bench_record import record
from tests.bench.bench_reload import reload
from tests.bench.bench_report import report
from tests.bench.bench_sense import sense
from tests.bench.bench_store import store
from tests.bench.bench_unsteered import unsteered
from tests.bench.figures import Result, table
from tests.bench.wire import NotHere

ALL: dict[str, Callable[[], Result]] = {
    "decide": decide, "lookup": lookup, "listed": listed, "categorise": categorise, "directory": directory,
    "explain": explain, "reload": reload, "store": store, "report": report, "sense": sense, "opened": opened,
    "passed": passed, "bulk": bulk, "forwarding": forwarding, "console": console, "metrics": metrics,
}  # fmt: skip
AGAINST_OTHERS: dict[str, Callable[[], Result]] = {"gateway": gateway, "unsteered": unsteered}
LARGE: dict[str, Callable[[], Result]] = {
    "record": record,
    "record-postgres": weeks,
    "casework": casework,
    "pages": pages,
}
EVERY = ALL | AGAINST_OTHERS | LARGE


def main() -> int:
    """Exit code 1 if a benchmark could not run; a missed mark is said and is no failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(EVERY)}; by default all but the last six")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every raw value here")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in EVERY]:
        parser.error(f"there is no {unknown[0]!r}; there are {', '.join(EVERY)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is taken down on the way
    results, failed = _run(given.names or list(ALL))
    print(f"{machine()['versions']}\n{table(results)}")
    if given.json:
        content = {**machine(), "results": [result.as_json() for result in results]}
        given.json.write_text(json.dumps(content, indent=1) + "\n")
    return 1 if failed else 0


def machine() -> dict[str, str]:
    """When, on what, with what."""
    packages = ("mitmproxy", "cryptography", "uvloop", "SQLAlchemy")
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z",
        "cores": str(os.cpu_count()),
        "kernel": platform.release(),
        "versions": f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in packages),
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def _run(names: list[str]) -> tuple[list[Result], bool]:
    results, failed = [], False
    for name in names:
        print(f"{name} …", file=sys.stderr)
        try:
            results.append(EVERY[name]())
        except (NotHere, AssertionError, RuntimeError) as problem:
            print(f"{name}: not measured: {problem}", file=sys.stderr)
            failed = True
    return results, failed


if __name__ == "__main__":
    sys.exit(main())
