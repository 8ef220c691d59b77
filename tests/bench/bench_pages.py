"""Each page of the console on a school's term with five million rows beside it: `python -m tests.bench pages`.

The demonstration's term is made by the real engine, store and desks; then BREAKTIME_BENCH_MINUTES (5,000,000) active
minutes of four weeks are laid down in the same file. A real process serves it; every page that somebody of each office
can open is asked for, again and again. The time is from asking to the page's last byte, on this machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from statistics import median

import httpx2

from agent.app.admission import Wanted
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.shown import demo_config, demonstration
from agent.console.register import PAGES
from agent.core.callers import Capacity
from agent.core.offices import Office, Officer
from agent.core.tally import Counts
from agent.store import Store
from agent.store.credentials import Credentials, new_totp
from tests.bench.bench_console import EXAMPLE, PASSWORD, UNDER_100_MS, Console, page, served, signed_in
from tests.bench.bench_store import MORNING, day_of_minutes
from tests.bench.figures import Result, Row

MINUTES = int(os.environ.get("BREAKTIME_BENCH_MINUTES", "5000000"))
DAYS, MINUTES_A_DAY, ROUNDS = 28, 60, 15
PEOPLE = max(60, MINUTES // DAYS // MINUTES_A_DAY)
_DAY = 24 * 60


def pages() -> Result:
    """Milliseconds of every page, by who opens it."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BREAKTIME_BENCH_FOLDER")) as name:
        data = _demonstration(Path(name))
        with served(demo_config(DataFolder(Path(name) / "data")), data) as console:
            _lay_down(data, console.config, _last(Path(name)))
            clients = {capacity: _user(console, capacity) for capacity in Capacity}
            rows = tuple(_row(capacity, client, console) for capacity, client in clients.items())
            for client in clients.values():
                client.close()
    held = PEOPLE * MINUTES_A_DAY * DAYS
    return Result("pages", f"the console on a term, {held:,} rows of {PEOPLE:,} people beside it", rows)


def _row(capacity: Capacity, client: httpx2.Client, console: Console) -> Row:
    took = {path: [page(client, path) for _ in range(ROUNDS)] for path in _paths(capacity, console)}
    slowest = max(took, key=lambda path: median(took[path]))
    usual = median(one for found in took.values() for one in found)
    note = f"of {len(took)}, {usual:.1f} ms the median of all; load {os.getloadavg()[0]:.1f}"
    return Row(f"slowest page of the {capacity}", slowest, "ms", tuple(took[slowest]), mark=UNDER_100_MS, note=note)


def _paths(capacity: Capacity, console: Console) -> Iterator[str]:
    """What somebody of that office can open; of a case, the first of the demonstration's."""
    case = console.admission.log  # the demonstration's cases have entries in the chain
    cases = sorted({entry.case for entry in case.entries() if entry.case})
    for found in PAGES:
        if found.method == "GET" and found.who and capacity in found.who:
            path = found.path.replace("{case}", cases[0])
            if "{" not in path:
                yield path


def _user(console: Console, capacity: Capacity) -> httpx2.Client:
    """Somebody of that office, signed in."""
    id, technician, staff = f"{capacity}-9", capacity is Capacity.TECHNICIAN, capacity is Capacity.STAFF
    office, person = "" if technician or staff else capacity.value, "teacher-01" if staff else ""
    totp = new_totp()
    link, _ = console.admission.invite(Wanted(id, person, "", office, technician))
    console.admission.accept(link, PASSWORD, Credentials(totp=totp))
    if office:
        console.admission.officers.add(Officer(id, Office(office), person), "a secret of the bench", datetime.now(UTC))
    return signed_in(console.url, id, totp)


def _demonstration(folder: Path) -> DataFolder:
    """The made-up term; its folder is then a school's own."""
    argv = [str(Path(sys.executable).parent / "breaktime"), "demo", "--config", str(EXAMPLE)]
    environment = {**os.environ, "BREAKTIME_DATA": str(folder / "data")}
    subprocess.run(argv, env=environment, check=True, stdout=subprocess.DEVNULL)
    return DataFolder(folder / "data").demo


def _last(folder: Path) -> date:
    found = demonstration(DataFolder(folder / "data"))
    assert found is not None
    return found.last


def _lay_down(data: DataFolder, config: Configuration, last: date) -> None:
    """Four weeks of active minutes of many people at one service, up to the term's last day, beside the term's own."""
    first = (datetime(last.year, last.month, last.day, 9, tzinfo=UTC).timestamp() // 60) - (DAYS - 1) * _DAY
    calendar = config.engine.timetable.calendar
    with Store.open(data.root, config.engine.site.id, calendar.zone) as store:
        for day in range(DAYS):
            by = int(first) + day * _DAY - MORNING
            minutes = (key._replace(minute=key.minute + by) for key in day_of_minutes(PEOPLE, 1))
            whole = islice(minutes, PEOPLE * MINUTES_A_DAY)
            while batch := {key: Counts(3, 2_000, 90_000) for key in islice(whole, 20_000)}:
                store.write(batch)
