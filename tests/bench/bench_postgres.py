"""The record in PostgreSQL: forwarding against the spool's own rate, and one person's four weeks among five million.

    python -m tests.bench forwarding            into a server of its own on this disk, with every commit forced to it
    python -m tests.bench record-postgres        builds five million rows first: a few minutes

Both start a PostgreSQL of their own as the system's account for it and take it away again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from hashlib import md5
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from agent.core.tally import Minutes
from agent.store import Store
from agent.store.database import DATABASE
from agent.store.forwarder import Forwarder
from agent.store.postgres import reader
from agent.store.postgres.server import Session
from tests.bench.bench_store import LONDON, batches, day_of_minutes
from tests.bench.figures import Mark, Result, Row
from tests.bench.wire import NotHere
from tests.system.postgres.cluster import Cluster, programs, temporary
from tests.system.postgres.schools import School

SITE = "oak"
ROWS = int(os.environ.get("BREAKTIME_BENCH_ROWS", "100000"))
MILLIONS = float(os.environ.get("BREAKTIME_BENCH_MILLIONS", "5"))
PEOPLE, SERVICES, COMMIT, ROUNDS = 100, 5, 5_000, 5
FIRST, DAYS, MINUTES_A_DAY = date(2026, 11, 2), 28, 60
OPEN = 0
"""No minute is being counted."""


@contextmanager
def school() -> Iterator[School]:
    """A site with a database that is ready, on a server whose commits reach the disk."""
    try:
        programs()
    except FileNotFoundError as missing:
        raise NotHere(str(missing)) from None
    folder = Path(tempfile.mkdtemp(prefix="breaktime-bench-"))
    try:
        with temporary("fsync = on\nmax_wal_size = 2GB\nshared_buffers = 512MB\n") as cluster:
            made = School(cluster, cluster.new_database("bench"), folder, SITE)
            made.admit()
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cost(NamedTuple):
    """Rows a second by the clock, and microseconds of a core a row: of this process, and of the server's for us."""

    rate: float
    here: float
    there: float = 0.0


def forwarding() -> Result:
    """Rows into the spool and out of it, in turn: by the clock, and by the processor."""
    given = list(batches(list(islice(day_of_minutes(PEOPLE, SERVICES), ROWS)), COMMIT))
    written, sent, again = [], [], []
    for _ in range(ROUNDS):
        with school() as made:
            written.append(_write(made, given))
            sent.append(_send(made))
            _write(made, given)
            again.append(_send(made))
            assert made.there() == made.here()
    rate, here = tuple(one.rate for one in written), tuple(one.here for one in written)
    title = f"{ROWS:,} rows, {PEOPLE * SERVICES} a minute, durable on both sides"
    rows = (
        Row("into the spool, 5,000 a commit", "SQLite", "rows a second", rate),
        Row("forwarded, new", "PostgreSQL", "rows a second", tuple(one.rate for one in sent), rate, Mark(1)),
        Row("forwarded, minutes that are there", "PostgreSQL", "rows a second", tuple(one.rate for one in again), rate),
        Row("into the spool", "SQLite", "µs of a core a row", here),
        Row(
            "forwarded, here", "the gateway", "µs of a core a row", tuple(one.here for one in sent), here, Mark(1, True)
        ),
        Row("forwarded, there", "the server", "µs of a core a row", tuple(one.there for one in sent), here),
    )
    return Result("forwarding", title, rows)


def _write(made: School, given: list[Minutes]) -> Cost:
    with Store.open(made.folder, SITE, LONDON) as store:
        began, used = time.perf_counter(), time.process_time()
        for batch in given:
            store.write(batch)
        used, took = time.process_time() - used, time.perf_counter() - began
    return Cost(ROWS / took, used / ROWS * 1e6)


def _send(made: School) -> Cost:
    with ExitStack() as stack:
        sessions: list[Session] = []

        def connect() -> Session:
            sessions.append(made.server.connect())
            return sessions[-1]

        forwarder = Forwarder(made.folder / DATABASE, SITE, connect, "bench", set, lambda days: ())
        stack.callback(forwarder.close)
        assert forwarder.waiting()[0] > 0
        began, used = time.perf_counter(), time.process_time()
        rows = _all(forwarder)
        used, took = time.process_time() - used, time.perf_counter() - began
        there = server_seconds(sessions[0])
    assert rows == ROWS
    return Cost(rows / took, used / rows * 1e6, there / rows * 1e6)


def server_seconds(session: Session) -> float:
    """Processor seconds of the server's process that answers the session, since it began."""
    fields = Path(f"/proc/{session.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _all(forwarder: Forwarder) -> int:
    rows = 0
    while (done := forwarder.round(OPEN)).rows:
        rows += done.rows
    return rows


def weeks() -> Result:
    """Milliseconds of the question for one person's four weeks, asked by the school's own role."""
    with school() as made:
        total = _build(made.cluster, made.database)
        with made.session() as session:
            people = [{day: pseudonym(person, day) for day in _days()} for person in range(30)]
            waited, used, found = _asked(session, people)
    spread = tuple(sorted(waited))
    quick = Mark(50, at_most=True)
    slowest = spread[int(len(spread) * 0.99) :][:1]
    title = f"four weeks of one person by the school's own role, {DAYS * MINUTES_A_DAY:,} of {total:,} rows"
    rows = (
        Row(
            "one person's four weeks, both sides", f"{found:,} rows", "ms of a core", used, mark=Mark(50, at_most=True)
        ),
        Row("the same, waited for", "PostgreSQL", "ms", spread, mark=quick),
        Row("the same, the 99th of 100", "PostgreSQL", "ms", slowest),
    )
    return Result("record-postgres", title, rows)


def _asked(session: Session, people: list[dict[date, bytes]]) -> tuple[list[float], tuple[float, ...], int]:
    """Milliseconds that each question took, what each cost both sides on average of a round, and the rows of one."""
    waited, used, found = [], [], 0
    for _ in range(3):
        before = _processor(session)
        for one in people:
            began = time.perf_counter()
            found = len(reader.minutes_of_person(session, "bench", SITE, one))
            waited.append((time.perf_counter() - began) * 1000)
            assert found == DAYS * MINUTES_A_DAY
        used.append((_processor(session) - before) * 1000 / len(people))
    return waited, tuple(used), found


def _processor(session: Session) -> float:
    return time.process_time() + server_seconds(session)


def pseudonym(person: int, day: date) -> bytes:
    """Some pseudonym of that person on that day."""
    return md5(f"{day}{person}".encode(), usedforsecurity=False).digest()


def _days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(DAYS)]


_FILL = """
INSERT INTO breaktime.minutes
SELECT %(site)s, %(day)s, %(first)s + n / %(each)s, decode(md5(n::text), 'hex'),
  decode(md5(%(day)s::date::text || n %% %(people)s), 'hex'), NULL, 'classroom', 'teacher', 'school',
  'laptop', 'present', 'service-' || n %% 7, 'social-network', 'visit', 'visit', 'unknown', 'block', 'enforce',
  'directed-time', '8.6.2', '', 'lesson', 'breaks-without-pupils', '3f6a1c2b9d04', true, 3, 2000, 90000
FROM generate_series(0, %(rows)s - 1) n
"""


def _build(cluster: Cluster, database: str) -> int:
    """Days of as many rows, half of them another school's; the number of rows."""
    people = int(MILLIONS * 1_000_000 / DAYS / 2 / MINUTES_A_DAY)
    rows = people * MINUTES_A_DAY
    with cluster.admin(database) as session:
        session.execute("SET statement_timeout = 0")
        for number, day in enumerate(_days()):
            session.execute("SELECT breaktime.begin_day(%s)", (day,))
            for site in (SITE, "elm"):
                first = 29_900_000 + number * 1440
                given = {
                    "site": site,
                    "day": day,
                    "first": first,
                    "each": rows // 500 + 1,
                    "people": people,
                    "rows": rows,
                }
                session.execute(_FILL, given)
        session.execute("VACUUM ANALYZE breaktime.minutes")
    return rows * DAYS * 2
