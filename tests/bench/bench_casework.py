"""How long a search within a case takes beside five million rows, and verifying a chain of a million entries.

`python -m tests.bench casework`; the rows are made first, which takes some minutes (BREAKTIME_BENCH_ROWS for fewer).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from agent.casework.decisions import Request, approve, open_case
from agent.casework.desk import Desk
from agent.casework.looks import look
from agent.core.audit import EMPTY, Entry, Head, Tag
from agent.core.cases import LegalBasis, Scope
from agent.core.offices import Office, Officer
from agent.core.search import Filter
from agent.core.tally import Counts, MinuteKey
from agent.store import Store
from agent.store.auditlog import AuditLog, check_chain
from agent.store.casefiles import CaseFiles
from agent.store.signing import SigningKey
from tests.bench.bench_store import LONDON, day_of_minutes
from tests.bench.figures import Mark, Result, Row

ROWS = int(os.environ.get("BREAKTIME_BENCH_ROWS", "5000000"))
ENTRIES = 1_000_000
DAYS = 20
ROUNDS = 9
NOW = datetime(2026, 12, 18, 16, tzinfo=UTC)
FIRST = date(2026, 11, 23)
SITE = "example"
HEAD, INVESTIGATOR = Officer("head-1", Office.HEADTEACHER), Officer("investigator-1", Office.INVESTIGATOR)
SCOPE = Scope("teacher-007", "teacher", FIRST, FIRST + timedelta(days=27))


def casework() -> Result:
    """The two figures that the case work is to keep."""
    with tempfile.TemporaryDirectory() as folder:
        searches, beside = _searches(Path(folder))
        checks = _checks(Path(folder) / "chain.jsonl")
    rows = (
        Row(f"search of four weeks of one person, {ROWS:,} rows", "SQLite", "ms", searches, mark=Mark(100, at_most=True)),
        Row("the same beside everybody else's days", "SQLite", "ms", beside),
        Row(f"verify a chain of {ENTRIES:,} entries", "one core", "s", checks, mark=Mark(10, at_most=True)),
    )
    return Result("casework", "case work: search and audit chain", rows)


def _searches(data: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    _fill(data)
    desk = Desk(data, SITE, LONDON, AuditLog.open(data / "audit", SITE, NOW), lambda: NOW, CaseFiles(data))
    case = open_case(desk, INVESTIGATOR, Request(SCOPE, "a", "b", "c", LegalBasis.PUBLIC_TASK)).id
    approve(desk, HEAD, case, 7)
    wanted = Filter(services=frozenset({"service-1", "service-2"}), periods=frozenset({"lesson"}))
    searches = tuple(_milliseconds(desk, case, wanted, False) for _ in range(ROUNDS))
    return searches, tuple(_milliseconds(desk, case, wanted, True) for _ in range(3))


def _milliseconds(desk: Desk, case: str, wanted: Filter, compare: bool) -> float:
    """One search with its audit entry, from the officer's asking to the lines."""
    began = time.perf_counter()
    answer = look(desk, INVESTIGATOR, case, wanted, compare)
    took = (time.perf_counter() - began) * 1000
    assert len(answer.found.minutes) == DAYS
    return took


def _fill(data: Path) -> None:
    """Twenty school days of 100 people at five services, so many minutes a day as make up the rows."""
    a_day = ROWS // DAYS
    with Store.open(data, SITE, LONDON) as store:
        for day in range(DAYS):
            later = 1440 * (day + day // 5 * 2)
            keys = (key._replace(minute=key.minute + later) for key in islice(day_of_minutes(100, 5), a_day))
            for batch in _batches(keys):
                store.write({key: Counts(3, 2_000, 90_000) for key in batch})


def _batches(keys: Iterator[MinuteKey]) -> Iterator[list[MinuteKey]]:
    while batch := list(islice(keys, 20_000)):
        yield batch


def _checks(path: Path) -> tuple[float, ...]:
    key = SigningKey.make(path.with_name("bench.key"))
    with path.open("wb") as file:
        file.writelines(_chain(key))
    times = []
    for _ in range(3):
        began = time.perf_counter()
        found = check_chain(path, key.public)
        times.append(time.perf_counter() - began)
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
