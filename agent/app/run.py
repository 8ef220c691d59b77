"""`breaktime run`: the whole gateway in the foreground, on the embedded store."""

from __future__ import annotations

import asyncio
import fcntl
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from agent.app import accounts, errands
from agent.app.casewatch import CaseWatch
from agent.app.keeper import Keeper
from agent.app.live import Configuration, Reloader, read
from agent.app.paths import DataFolder
from agent.app.ports import taken
from agent.app.records import Recorder
from agent.app.steered import CANNOT_STEER, Steered, may_steer, told
from agent.app.welcome import welcome
from agent.clock import Clock
from agent.gateway import ca
from agent.gateway.child import WorkerSettings
from agent.gateway.supervisor import Events, Supervisor
from agent.metrics import FOLDER_VARIABLE, GatewayMetrics, SteeringMetrics, counting_folder, leave
from agent.problems import Problem
from agent.store.errors import StoreError
from agent.store.memory import shield
from agent.store.writer import Store

PATIENCE = 5.0
"""Seconds that workers have to hand over what they counted when the gateway ends."""
RELOAD_PATIENCE = 30.0
"""Seconds that workers have to take a changed configuration up."""


class CannotRun(Exception):
    """The gateway cannot start; the text says what, where and what to do."""


@dataclass(slots=True)
class Gateway:
    """Everything that was made ready before the first worker starts."""

    config: Configuration
    folder: Path
    data: DataFolder
    clock: Clock
    authority: ca.Authority
    metrics: GatewayMetrics
    store: Store
    lock: TextIO


def prepare(folder: Path, data: DataFolder, clock: Clock) -> Gateway:
    """Check and open everything. Raises CannotRun, with nothing left half made."""
    config = _configuration(folder)
    if config.built.steering is not None and not may_steer():
        raise CannotRun(CANNOT_STEER)
    try:
        data.prepare()
    except OSError as problem:
        raise CannotRun(
            f"{data.root}: cannot be written ({problem.strerror}); name another folder in BREAKTIME_DATA"
        ) from None
    lock = _lock(data)
    authority = _authority(config, data)
    config = _keyed(config.under(authority.names), data)
    if trouble := taken(config.built.gateway, config.built.metrics.listen, config.built.metrics.port):
        raise CannotRun(trouble)
    shield()
    store = _store(config, data)
    metrics = GatewayMetrics(counting_folder(data.root))
    return Gateway(config, folder, data, clock, authority, metrics, store, lock)


async def run(gateway: Gateway) -> None:
    """Run until SIGINT or SIGTERM; on return every worker has ended and every count is committed."""
    metrics, config = gateway.metrics, gateway.config
    settings = config.built.metrics
    server, _ = metrics.serve(settings.listen, settings.port)
    recorder = Recorder(gateway.store.write, metrics)
    steered = _steered(gateway)
    cases = CaseWatch(config, gateway.data, lambda fresh: _concern(supervisor, steered, fresh), _say)
    config = gateway.config = cases.adopt(config)
    supervisor = _supervisor(gateway, recorder, steered)
    reloader = Reloader(
        gateway.folder,
        config,
        gateway.authority.names,
        lambda fresh: _hand_out(gateway, supervisor, steered, cases.adopt(fresh)),
        lambda good: _report_reload(gateway, good),
    )
    _report_start(gateway)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    courier = errands.courier(lambda: reloader.in_force, gateway.data, _say)
    tasks = [asyncio.create_task(part.run()) for part in (supervisor, recorder, reloader, cases, courier)]
    steering = _steering(steered, recorder)
    tasks += [*steering, *_keeping(gateway, reloader)]
    greet = asyncio.create_task(_greet(gateway, supervisor, steered))
    try:
        await _first_of(stop, tasks)
        if steered is not None:  # first, so that nobody is sent to workers that are ending
            steered.companion.stop()
            await asyncio.wait(steering[:1], timeout=PATIENCE)
        supervisor.stop()
        await asyncio.wait(tasks[:1], timeout=PATIENCE)
    finally:
        for task in (greet, *tasks):
            task.cancel()
        await asyncio.gather(greet, *tasks, return_exceptions=True)
        server.shutdown()
        server.server_close()
        leave(metrics.folder)
        recorder.commit()
        gateway.store.close()
        gateway.lock.close()


async def _first_of(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the signal to stop; a part that fails is everybody's failure."""
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done:
        task.result()


def _steered(gateway: Gateway) -> Steered | None:
    """The steward, where the site has one."""
    config = gateway.config
    if config.built.steering is None:
        return None
    metrics = SteeringMetrics(gateway.metrics.registry)
    return Steered(config, gateway.data, gateway.clock.offset, metrics, _say)


def _steering(steered: Steered | None, recorder: Recorder) -> list[asyncio.Task[None]]:
    """What runs beside the workers where something is steered: the steward first."""
    if steered is None:
        return []
    parts = (steered.companion.run(), steered.beat(lambda: recorder.well))
    return [asyncio.create_task(part) for part in parts]


def _keeping(gateway: Gateway, reloader: Reloader) -> list[asyncio.Task[None]]:
    """What forgets in time; nothing in a rehearsal, which is about another."""
    if gateway.clock.rehearsing:
        return []
    engine, let_go = (lambda: reloader.in_force.engine), gateway.store.let_go
    return [asyncio.create_task(Keeper(engine, gateway.data.root, gateway.metrics.registry, _say, let_go).run())]


async def _greet(gateway: Gateway, supervisor: Supervisor, steered: Steered | None) -> None:
    engine = gateway.config.engine
    await supervisor.all_taken(engine.revision)
    settings = gateway.config.built
    where = {
        "gateway": _url(settings.gateway.listen, settings.gateway.port),
        "metrics": _url(settings.metrics.listen, settings.metrics.port) + "/metrics",
    }
    if steered is not None:
        where["steering"] = steered.said
    text = welcome(engine, gateway.clock.now(), where, gateway.authority.path, gateway.clock.rehearsing)
    print(text, flush=True)


def _supervisor(gateway: Gateway, recorder: Recorder, steered: Steered | None) -> Supervisor:
    config, settings = gateway.config, gateway.config.built.gateway
    worker = WorkerSettings(
        mode=settings.mode,
        listen=settings.listen,
        port=settings.port,
        ca_folder=gateway.data.ca.absolute(),
        metrics_folder=gateway.metrics.folder,
        metrics_variable=FOLDER_VARIABLE,
        clock_offset=gateway.clock.offset,
        upstream_ca=Path(settings.upstream_ca) if settings.upstream_ca else None,
        beats=steered.beats if steered else None,
    )
    events = Events(recorder.add, gateway.metrics.workers.set, lambda pid, code: _worker_gone(gateway, pid, code))
    zone = config.engine.timetable.calendar.zone
    weekly, now = config.engine.weekly, gateway.clock.now
    return Supervisor(worker, settings.workers, config.message, weekly, zone, now, events)


def _worker_gone(gateway: Gateway, pid: int, code: int) -> None:
    gateway.metrics.restarts.inc()
    gateway.metrics.worker_gone(pid)
    _say(f"worker {pid} ended ({code}); another takes its place")


async def _hand_out(
    gateway: Gateway, supervisor: Supervisor, steered: Steered | None, fresh: Configuration
) -> list[int]:
    """Give the workers a configuration; the ports of those that have not taken it up in time."""
    if fresh.built.gateway != gateway.config.built.gateway or fresh.built.metrics != gateway.config.built.metrics:
        _say("changed `gateway` or `metrics` settings need a restart")
    try:
        fresh = _keyed(fresh, gateway.data)
    except CannotRun as problem:
        _say(f"{problem}; no account is the school's until that is mended")
    if steered is None and fresh.built.steering is not None:
        _say("a new `steering` section needs a restart")
    engine = fresh.engine
    async with asyncio.TaskGroup() as group:
        if steered is not None:
            group.create_task(steered.reload(fresh, RELOAD_PATIENCE))
        await supervisor.reload(fresh.message, engine.weekly, engine.timetable.calendar.zone)
        return await supervisor.taken_within(engine.revision, RELOAD_PATIENCE)


async def _concern(supervisor: Supervisor, steered: Steered | None, config: Configuration) -> None:
    """Tell workers and steward whom approved cases concern now."""
    await supervisor.concern(config.engine.subjects)
    if steered is not None:  # what is steered for whom turns on it too
        await steered.companion.reload(told(config))


def _report_start(gateway: Gateway) -> None:
    gateway.metrics.ca_expiry.set(gateway.authority.expires.timestamp())
    gateway.metrics.rehearsal.set(gateway.clock.rehearsing)
    _report_reload(gateway, True)


def _report_reload(gateway: Gateway, good: bool) -> None:
    gateway.metrics.reload_success.set(good)
    if good:
        gateway.metrics.reload_time.set(gateway.clock.now().timestamp())


def _configuration(folder: Path) -> Configuration:
    config = read(folder)
    if isinstance(config, list):
        raise CannotRun(_as_text(config, folder))
    return config


def _as_text(problems: list[Problem], folder: Path) -> str:
    lines = [str(problem) for problem in problems]
    return "\n".join([*lines, f"{len(problems)} problem(s) in {folder}; nothing was started"])


def _authority(config: Configuration, data: DataFolder) -> ca.Authority:
    site = config.engine.site
    try:
        # By the machine's own clock, also in a rehearsal: browsers will look at their own.
        return ca.ensure(data.ca, site.name, sorted(site.openable), Clock().now())
    except ca.CaError as problem:
        raise CannotRun(str(problem)) from None


def _keyed(config: Configuration, data: DataFolder) -> Configuration:
    """The configuration with the site's secret for its own accounts, where it has any."""
    if not config.engine.official_accounts.hashes:
        return config
    try:
        key = accounts.read_key(data.account_key)
    except accounts.AccountError as problem:
        raise CannotRun(str(problem)) from None
    if not key:
        _say(f"{data.account_key} is missing: no account is the school's; add the accounts anew")
    return config.keyed(key)


def _store(config: Configuration, data: DataFolder) -> Store:
    engine = config.engine
    try:
        return Store.open(data.root, engine.site.id, engine.timetable.calendar.zone, report=_say, thorough=True)
    except StoreError as problem:
        raise CannotRun(str(problem)) from None


def _say(text: str) -> None:
    print(f"breaktime: {text}", file=sys.stderr, flush=True)


def _lock(data: DataFolder) -> TextIO:
    """One gateway a data folder: two would count the same minutes into the same rows."""
    handle = data.lock.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise CannotRun(f"{data.root}: another gateway is running on this data folder; stop it first") from None
    return handle


def _url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
