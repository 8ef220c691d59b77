"""A worker that counts a school's week and ends: a part of `python -m tests.bench metrics`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry

from addons.rulings import Rulings
from addons.worker import Worker
from agent.app.build import build
from agent.app.folder import read_folder
from agent.clock import Clock
from agent.core.engine import Engine
from agent.core.flow import Flow
from agent.metrics import WorkerMetrics

PERSONS = ("teacher-01", "teacher-02", "teacher-03", "leader-01", "head-01", "office-01")
NETWORKS = range(10, 80, 10)
"""The third parts of the addresses of the example site's seven zones."""
DAYS, FROM, UNTIL = 5, 8, 18


def site() -> Engine:
    """The example site, with a laptop of everybody's in every zone."""
    files, _ = read_folder(Path("config"))
    rows = [
        f"laptop-{net}-{number},school,laptop,{person},yes,2026-09-01,10.20.{net}.{number}"
        for net in NETWORKS
        for number, person in enumerate(PERSONS, 21)
    ]
    files["devices.csv"] = "\n".join(["device,owner,kind,person,inspectable,told,addresses", *rows, ""]).encode()
    made = build(files, None)
    assert made.engine is not None, made.problems
    return made.engine


def main() -> None:
    """Everybody, and a stranger, everywhere, at a service of every category, every hour."""
    engine = site()
    counted = WorkerMetrics(CollectorRegistry())
    worker, rulings = Worker(engine, Clock(), counted, lambda client: None), Rulings(counted)
    services = {one.category: one for one in engine.catalogue.services.values() if one.hosts}
    hosts = [next(iter(one.hosts.values()))[0].name for one in services.values()]
    start = datetime(2026, 11, 23, FROM, tzinfo=engine.timetable.calendar.zone)
    hours = [start + timedelta(days=day, hours=hour) for day in range(DAYS) for hour in range(UNTIL - FROM)]
    for at in hours:
        for address in (f"10.20.{net}.{last}" for net in NETWORKS for last in (*range(21, 27), 200)):
            for host in hosts:
                rulings.count(engine, worker.rule(Flow(address, (host,), at)))


if __name__ == "__main__":
    main()
