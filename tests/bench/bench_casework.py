"""How long a search within a case takes beside five million rows, and verifying a chain of a million entries.

`python -m tests.bench casework` lays the record of `bench_record` down first; BREAKTIME_BENCH_MINUTES as there.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.casework.decisions import Request, approve, open_case
from agent.casework.desk import Desk
from agent.casework.looks import look
from agent.core.audit import EMPTY, Entry, Head, Tag
from agent.core.cases import LegalBasis, Scope
from agent.core.offices import Office, Officer
from agent.core.search import Filter
from agent.store.auditlog import AuditLog, check_chain
from agent.store.casefiles import CaseFiles
from agent.store.signing import SigningKey
from tests.bench.bench_record import DAYS, FIRST, MINUTES_A_DAY, PEOPLE, SITE, lay_down
from tests.bench.bench_store import LONDON
from tests.bench.figures import Mark, Result, Row

ENTRIES = 1_000_000
ROUNDS = 9
NOW = datetime(2026, 12, 21, 16, tzinfo=UTC)
HEAD, INVESTIGATOR = Officer("head-1", Office.HEADTEACHER), Officer("investigator-1", Office.INVESTIGATOR)
SCOPE = Scope("teacher-007", "teacher", FIRST, FIRST + timedelta(days=DAYS))


def casework() -> Result:
    """The two figures that the case work is to keep."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BREAKTIME_BENCH_FOLDER")) as folder:
        waited, used, beside = _searches(Path(folder))
        checks = _checks(Path(folder) / "chain.jsonl")
    of = f"{MINUTES_A_DAY * DAYS:,} of {MINUTES_A_DAY * DAYS * PEOPLE:,} rows"
    note = f"load {os.getloadavg()[0]:.1f}"
    rows = (
        Row("a search of four weeks, with its audit entry", of, "ms of the core", used, mark=Mark(100, at_most=True)),
        Row("the same, waited for on this machine", of, "ms", waited, note=note),
        Row("the same, and everybody else's days beside it", of, "s of the core", beside),
        Row("a chain verified", f"{ENTRIES:,} entries", "s of the core", checks, mark=Mark(10, at_most=True)),
    )
    return Result("casework", "case work: search and audit chain", rows)


def _searches(data: Path) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Milliseconds waited and of the processor for a search, and seconds of it with the comparison."""
    lay_down(data)
    desk = Desk(data, SITE, LONDON, AuditLog.open(data / "audit", SITE, NOW), lambda: NOW, CaseFiles(data))
    case = open_case(desk, INVESTIGATOR, Request(SCOPE, "a", "b", "c", LegalBasis.PUBLIC_TASK)).id
    approve(desk, HEAD, case, 7)
    waited, used = zip(*(_search(desk, case, False) for _ in range(ROUNDS)), strict=True)
    beside = tuple(_search(desk, case, True)[1] / 1e3 for _ in range(3))
    return waited, used, beside


def _search(desk: Desk, case: str, compare: bool) -> tuple[float, float]:
    """One search with its entry, from the officer's asking to the lines: milliseconds waited, and of the processor."""
    wanted = Filter(services=frozenset({"service-0"}), periods=frozenset({"lesson"}))
    began, used = time.perf_counter(), time.process_time()
    answer = look(desk, INVESTIGATOR, case, wanted, compare)
    took = (time.perf_counter() - began) * 1e3, (time.process_time() - used) * 1e3
    assert len(answer.found.minutes) == DAYS
    return took


def _checks(path: Path) -> tuple[float, ...]:
    key = SigningKey.make(path.with_name("bench.key"))
    with path.open("wb") as file:
        file.writelines(_chain(key))
    times = []
    for _ in range(3):
        used = time.process_time()
        found = check_chain(path, key.public)
        times.append(time.process_time() - used)
        assert (found.whole, found.entries) == (True, ENTRIES)
    return tuple(times)


def _chain(key: SigningKey) -> Iterator[bytes]:
    head = EMPTY
    for seq in range(1, ENTRIES + 1):
        tag, detail = Tag.CASE_SEARCH, {"services": "facebook", "periods": "lesson"}
        if seq == 1:
            tag, detail = Tag.CHAIN_BEGIN, {"key": key.public.fingerprint, "site": SITE}
        entry = Entry(seq, NOW, tag, "investigator-1", "C2026-QK4T", detail, head.hash)
        line = entry.line()
        head = Head(seq, line[:64].decode())
        yield line
