"""A scrape of a gateway whose workers have counted a week: `python -m tests.bench metrics`.

Two workers count what the example site rules on everybody, and on a stranger, in every zone, every hour of five days,
at a service of every category: more than a real week. Beside them is what the gateway itself shows, but for what
it tells of each worker, source or certificate by name. It is asked as Prometheus asks: over HTTP, compressed.
Marks: a scrape at most 50 ms, at most 5,000 series.
"""

from __future__ import annotations

import gzip
import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from agent.metrics import FOLDER_VARIABLE, GatewayMetrics
from tests.bench.figures import Mark, Result, Row
from tests.metrics.test_guide import PARTS

WORKERS, ROUNDS = 2, 30


def metrics() -> Result:
    """Milliseconds of a scrape, waited and of the processor, and its series."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        for _ in range(WORKERS):
            _count_a_week(folder)
        gateway = GatewayMetrics(folder)
        for part in PARTS:
            part(gateway.registry)
        server, thread = gateway.serve("127.0.0.1", 0)
        waited, used, page = [], [], b""
        for _ in range(ROUNDS):
            began, busy = time.perf_counter(), time.process_time()
            page = _scraped(server.server_port)
            waited.append((time.perf_counter() - began) * 1_000)
            used.append((time.process_time() - busy) * 1_000)
        server.shutdown()
        server.server_close()
        thread.join()
    series = sum(not line.startswith(b"#") for line in page.splitlines())
    return Result(
        "metrics",
        f"a scrape after a week at {WORKERS} workers",
        (
            Row("a scrape", "waited", "milliseconds", tuple(waited), mark=Mark(50, at_most=True)),
            Row("a scrape", "processor", "milliseconds", tuple(used), mark=Mark(50, at_most=True)),
            Row("a scrape", "offered", "series", (float(series),), mark=Mark(5_000, at_most=True)),
        ),
    )


def _count_a_week(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.bench.week"], env={**os.environ, FOLDER_VARIABLE: str(folder)}, check=True
    )


def _scraped(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
