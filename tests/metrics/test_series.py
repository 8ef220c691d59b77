"""A school's day in the metrics: few series, whatever happens, and nobody in any label."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from addons.rulings import Rulings
from addons.worker import Worker
from agent.app.build import build
from agent.app.folder import read_folder
from agent.clock import Clock
from agent.core.engine import Engine
from agent.core.flow import Flow
from agent.metrics import WorkerMetrics
from tests.addons.build import CONFIG
from tests.metrics.test_guide import everything

MOST = 5_000
PERSONS = ("teacher-01", "teacher-02", "teacher-03", "leader-01", "head-01", "office-01")
NETWORKS = range(10, 80, 10)
"""The third parts of the addresses of the example site's seven zones."""
HOUR, EVERY, TIMES = 8, timedelta(minutes=60), 10


def site() -> Engine:
    """The example school, with a laptop of everybody's in every zone."""
    files, _ = read_folder(CONFIG)
    rows = [
        f"laptop-{net}-{number},school,laptop,{person},yes,2026-09-01,10.20.{net}.{number}"
        for net in NETWORKS
        for number, person in enumerate(PERSONS, 21)
    ]
    header = "device,owner,kind,person,inspectable,told,addresses"
    files["devices.csv"] = "\n".join([header, *rows, ""]).encode()
    made = build(files, None)
    assert made.engine is not None, made.problems
    return made.engine


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All metrics after a day on which everybody, and a stranger, went everywhere, to a service of every category."""
    engine, registry = site(), everything(tmp_path_factory.mktemp("metrics"))
    metrics = registry._names_to_collectors["breaktime_rulings_total"]
    worker = Worker(engine, Clock(), WorkerMetrics(CollectorRegistry()), lambda client: None)
    rulings = Rulings(WorkerMetrics(CollectorRegistry()))
    rulings._metrics.rulings = metrics  # type: ignore[assignment]
    services = {one.category: one for one in engine.catalogue.services.values() if one.hosts}  # one of each category
    hosts = [next(iter(one.hosts.values()))[0].name for one in services.values()]
    start = datetime(2026, 11, 23, HOUR, tzinfo=engine.timetable.calendar.zone)
    for at in (start + EVERY * number for number in range(TIMES)):
        for address in (f"10.20.{net}.{last}" for net in NETWORKS for last in (*range(21, 27), 200)):
            for host in hosts:
                rulings.count(engine, worker.rule(Flow(address, (host,), at)))
    return generate_latest(registry).decode()


def test_a_day_makes_few_series(page: str) -> None:
    """Everybody, everywhere, at a service of every category, all day: less than the 5,000 that a gateway may offer."""
    series = [line for line in page.splitlines() if not line.startswith("#")]
    assert sum(line.startswith("breaktime_rulings_total{") for line in series) > 50
    assert len(series) < MOST


def test_nobody_stands_in_a_label(page: str) -> None:
    """No person, device, address or host."""
    labels = re.findall(r'="([^"]*)"', page)
    assert not [
        one for one in labels if re.search(r"(teacher|leader|head|office)-\d|laptop|\d+\.\d+\.\d+|\.com|::", one)
    ]
