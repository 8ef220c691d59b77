"""A worker's addon with a real engine and a real mitmproxy master, but no process and no socket around it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from mitmproxy.addonmanager import AddonManager
from mitmproxy.master import Master
from mitmproxy.options import Options
from prometheus_client import CollectorRegistry

from addons.desk import Desk
from addons.gateway import Gateway
from addons.worker import Worker
from agent.app.build import build
from agent.app.folder import read_folder
from agent.clock import Clock
from agent.core.engine import Engine
from agent.metrics import WorkerMetrics

CONFIG = Path(__file__).parents[2] / "config"


@cache
def shipped_engine() -> Engine:
    """The engine of the shipped configuration."""
    files, problems = read_folder(CONFIG)
    built = build(files, None)
    assert not problems
    assert built.engine is not None, built.problems
    return built.engine


@contextmanager
def gateway(engine: Engine | None = None, clock: Clock | None = None) -> Iterator[tuple[Gateway, AddonManager]]:
    """The addon, and the real dispatcher that mitmproxy calls it through."""
    loop = asyncio.new_event_loop()
    addon = Gateway()
    cuts: list[str] = []
    worker = Worker(engine or shipped_engine(), clock or Clock(), WorkerMetrics(CollectorRegistry()), cuts.append)
    addon.worker = worker
    addon.service = SimpleNamespace(flush=lambda: None)  # type: ignore[assignment]
    addon.desk = Desk(
        SimpleNamespace(worker=worker, acknowledged=lambda device, notice: None, asked=lambda asking: None)
    )
    master = Master(Options(), event_loop=loop)
    master.addons.chain.append(addon)
    try:
        yield addon, master.addons
    finally:
        loop.close()
