"""`breaktime run`: the whole gateway in the foreground, on the embedded store."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from agent.app import acknowledged, errands
from agent.app.admission import admission_of, first_link
from agent.app.attendant import Answers, Attendant, console_of
from agent.app.bell import Bell
from agent.app.casewatch import CaseWatch
from agent.app.coverage import CoverageBook
from agent.app.forwarding import forwarding
from agent.app.gauging import Gauging
from agent.app.inquiries import Inquiries
from agent.app.keeper import Keeper
from agent.app.live import Configuration, Reloader
from agent.app.permits import PermitWatch
from agent.app.ports import CannotRun
from agent.app.ready import Gateway, keyed
from agent.app.records import Recorder
from agent.app.shelf import pin, say
from agent.app.steered import Steered, told
from agent.app.welcome import welcome
from agent.clock import Clock
from agent.core.access import Asking, Permits
from agent.gateway.child import WorkerSettings
from agent.gateway.root import RootFolder
from agent.gateway.supervisor import Events, Supervisor
from agent.metrics import FOLDER_VARIABLE, BellMetrics, SteeringMetrics, leave
from agent.store.coverage import Coverage
from agent.store.errors import StoreError

PATIENCE = 5.0
"""Seconds that workers have to hand over what they counted when the gateway ends."""
RELOAD_PATIENCE = 30.0
"""Seconds that workers have to take a changed configuration up."""


async def run(gateway: Gateway) -> None:
    """Run until SIGINT or SIGTERM; on return every worker has ended and every count is committed."""
    metrics, config = gateway.metrics, gateway.config
    settings = config.built.metrics
    server, _ = metrics.serve(settings.listen, settings.port)
    recorder = Recorder(gateway.store.write, metrics)
    steered = _steered(gateway)
    permits = PermitWatch(
        lambda: reloader.in_force,
        gateway.data,
        lambda granted: _permit(supervisor, steered, cases.concerning(reloader.in_force), granted),
        say,
        timedelta(seconds=gateway.clock.offset),
    )
    cases = CaseWatch(config, gateway.data, lambda fresh: _concern(supervisor, steered, permits.adopt(fresh)), say)
    config = gateway.config = cases.adopt(config)
    supervisor = _supervisor(gateway, recorder, steered)
    inquiries = Inquiries(gateway.config, gateway.data, gateway.clock, metrics.registry, say)
    inquiries.tell(supervisor, steered.companion if steered else None)
    reloader = Reloader(
        gateway.folder,
        config,
        gateway.authority.names,
        lambda fresh: _hand_out(gateway, supervisor, steered, inquiries, permits.adopt(cases.adopt(fresh))),
        lambda good: _report_reload(gateway, reloader.in_force if good else None),
        gateway.data,
    )
    supervisor.on_acknowledged(lambda device, notice: _acknowledged(gateway, reloader, device, notice))
    supervisor.on_asked(lambda message: permits.asked(Asking(**message)))
    _report_start(gateway)
    stop = _stop()
    courier = errands.courier(lambda: reloader.in_force, gateway.data, say, gateway.clock.rehearsing)
    coverage = _coverage(gateway)
    gauging = Gauging(gateway, supervisor, cases.counted)
    bell = Bell(lambda: reloader.in_force.engine, gateway.clock, BellMetrics(metrics.registry))
    parts = (supervisor, recorder, reloader, cases, permits, courier, inquiries, coverage, gauging, bell)
    tasks = [asyncio.create_task(part.run()) for part in parts]
    steering = _steering(steered, recorder)
    tasks += [*steering, *_beside(gateway, supervisor, reloader)]
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
        coverage.once()
        leave(metrics.folder)
        recorder.commit()
        gateway.store.close()
        gateway.lock.close()


def _stop() -> asyncio.Event:
    """Set by the signals to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


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
    return Steered(config, gateway.data, gateway.clock.offset, metrics, say)


def _steering(steered: Steered | None, recorder: Recorder) -> list[asyncio.Task[None]]:
    """What runs beside the workers where something is steered: the steward first."""
    if steered is None:
        return []
    parts = (steered.companion.run(), steered.beat(lambda: recorder.well))
    return [asyncio.create_task(part) for part in parts]


def _coverage(gateway: Gateway) -> CoverageBook:
    zone, now = gateway.config.engine.timetable.calendar.zone, gateway.clock.now
    coverage = Coverage(gateway.data.root)
    return CoverageBook(gateway.metrics.registry, coverage, lambda: now().astimezone(zone).date(), say)


def _beside(gateway: Gateway, supervisor: Supervisor, reloader: Reloader) -> list[asyncio.Task[None]]:
    console = _console(gateway, supervisor, reloader)
    return [*_keeping(gateway, reloader), *forwarding(gateway, say), *console]


def _keeping(gateway: Gateway, reloader: Reloader) -> list[asyncio.Task[None]]:
    """What forgets in time; nothing in a rehearsal, which is about another."""
    if gateway.clock.rehearsing:
        return []
    engine, let_go = (lambda: reloader.in_force.engine), gateway.store.let_go
    return [asyncio.create_task(Keeper(engine, gateway.data.root, gateway.metrics.registry, say, let_go).run())]


def _console(gateway: Gateway, supervisor: Supervisor, reloader: Reloader) -> list[asyncio.Task[None]]:
    """What keeps the console running, where the site has one."""
    if not gateway.config.built.console.serve:
        return []
    start = console_of(gateway.folder, gateway.data, gateway.clock.offset)

    async def attend() -> None:
        # After the workers, which are what a school waits for; but not for ever.
        await supervisor.taken_within(gateway.config.engine.revision, RELOAD_PATIENCE)
        await Attendant(start, say, Answers(supervisor.used, reloader.reload)).run()

    return [asyncio.create_task(attend())]


async def _greet(gateway: Gateway, supervisor: Supervisor, steered: Steered | None) -> None:
    engine = gateway.config.engine
    await supervisor.all_taken(engine.revision)
    settings = gateway.config.built
    where = {
        "gateway": _url(settings.gateway.listen, settings.gateway.port),
        "metrics": _url(settings.metrics.listen, settings.metrics.port) + "/metrics",
        **await asyncio.to_thread(_way_in, gateway),
    }
    if steered is not None:
        where["steering"] = steered.said
    if RootFolder(gateway.data.ca_root).holds_root:
        where["CA root"] = (
            f"sealed in {gateway.data.ca_root}, with its passphrase, until: breaktime ca hand-over FOLDER"
        )
    text = welcome(engine, gateway.clock.now(), where, gateway.authority.path, gateway.clock.rehearsing)
    print(text, flush=True)


def _way_in(gateway: Gateway) -> dict[str, str]:
    """Where the console is, and the link for its first technician while nobody uses it."""
    console = gateway.config.built.console
    if not console.serve:
        return {}
    try:
        link = first_link(admission_of(gateway.config, gateway.data))
    except StoreError as problem:
        return {"console": f"{console.url} (nobody can be asked in: {problem})"}
    first = {"sign in": f"{console.url}/invitation/{link[0]} (once, within the hour)"} if link else {}
    return {"console": console.url, **first}


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
        proxy_ports=tuple(settings.port + i for i in range(settings.workers)) if settings.mode == "explicit" else (),
        page_port=settings.page_port,
    )
    events = Events(recorder.add, gateway.metrics.workers.set, lambda pid, code: _worker_gone(gateway, pid, code))
    zone = config.engine.timetable.calendar.zone
    weekly, now = config.engine.weekly, gateway.clock.now
    return Supervisor(worker, settings.workers, config.message, weekly, zone, now, events)


def _worker_gone(gateway: Gateway, pid: int, code: int) -> None:
    gateway.metrics.restarts.inc()
    gateway.metrics.worker_gone(pid)
    say(f"worker {pid} ended ({code}); another takes its place")


async def _hand_out(
    gateway: Gateway, supervisor: Supervisor, steered: Steered | None, inquiries: Inquiries, fresh: Configuration
) -> list[int]:
    """Give the workers a configuration; the ports of those that have not taken it up in time."""
    if fresh.built.lasting != gateway.config.built.lasting:
        say("changed `gateway`, `metrics` or `store` settings need a restart")
    try:
        fresh = keyed(fresh, gateway.data)
    except CannotRun as problem:
        say(f"{problem}; no account is the school's until that is mended")
    if steered is None and fresh.built.steering is not None:
        say("a new `steering` section needs a restart")
    engine = fresh.engine
    inquiries.take_up(fresh)
    pin(gateway.data, fresh.listed)
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


async def _permit(supervisor: Supervisor, steered: Steered | None, config: Configuration, permits: Permits) -> None:
    """Tell workers and steward what the head has granted now."""
    await supervisor.permit(permits.as_message())
    if steered is not None:
        await steered.companion.reload(told(config.permitting(permits)))


async def _acknowledged(gateway: Gateway, reloader: Reloader, device: str, notice: str) -> None:
    """Keep that a device's user acknowledged the notice, and go by it; what does not fit the site is not kept."""
    engine = reloader.in_force.engine
    governance = engine.site.governance
    if device not in engine.site.awaiting or governance is None or notice != governance.notice:
        return
    day = Clock().now().astimezone(engine.timetable.calendar.zone).date()
    try:
        await asyncio.to_thread(acknowledged.note, gateway.data.acknowledged, device, notice, day)
    except OSError as problem:
        say(f"{gateway.data.acknowledged}: an acknowledgement cannot be kept ({problem.strerror})")
        return
    await reloader.reload()


def _report_start(gateway: Gateway) -> None:
    gateway.metrics.workers_wanted.set(gateway.config.built.gateway.workers)
    gateway.metrics.rehearsal.set(gateway.clock.rehearsing)
    gateway.metrics.release(version("breaktime"))
    _report_reload(gateway, gateway.config)


def _report_reload(gateway: Gateway, taken: Configuration | None) -> None:
    """Show what came into force; None: what is on the disk cannot."""
    gateway.metrics.reload_success.set(taken is not None)
    if taken is not None:
        gateway.metrics.reload_time.set(Clock().now().timestamp())  # the machine's own time, also in a rehearsal
        gateway.metrics.in_force(taken.engine.site.id, taken.engine.revision)


def _url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
