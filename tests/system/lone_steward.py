"""A steward without a supervisor, on a short hour: `python -m tests.system.lone_steward CONFIG DATA KEEP`.

It works in the network namespace that it is started in, with real rules, dnsmasq and *sense*, and keeps an address
for KEEP seconds after its last answer. Its meters go to standard output, a line each half second.
"""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from agent.app import steward as main
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.gateway.steward.meters import Meters
from agent.gateway.steward.steward import Places, Steward, Tools

PORTS = (8080, 8081)


def made(config: Configuration, data: DataFolder, keep: float) -> Steward:
    """The steward of a configuration."""
    orders, _ = main.orders_of(config.message)
    assert orders is not None, "the site steers"
    tools = Tools(
        sense=main.sensing,
        decode=main.decode,
        now=Clock().now,
        say=main.say,
        attempts=main.attempts,
        keep=keep,
        sweep_every=0.2,
    )
    return Steward(orders, Places(data.steward_socket, data.steering_off, PORTS), tools)


async def told(meters: Meters) -> None:
    """Tell the meters for ever."""
    totals: dict[str, float] = {}
    while True:
        read_now = meters.read()
        for key, value in read_now["more"].items():
            totals[key] = totals.get(key, 0) + value
        print(json.dumps(read_now["now"] | totals), flush=True)
        await asyncio.sleep(0.5)


async def run(folder: Path, data: DataFolder, keep: float) -> None:
    """Run until SIGTERM; SIGHUP reads the configuration anew."""
    config = read(folder)
    assert isinstance(config, Configuration), config
    steward, loop = made(config, data, keep), asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    async with asyncio.TaskGroup() as group:
        group.create_task(steward.run())
        group.create_task(told(Meters(steward, main._counters)))
        loop.add_signal_handler(signal.SIGHUP, lambda: group.create_task(reload(folder, steward)))


async def reload(folder: Path, steward: Steward) -> None:
    """Take up what the folder says now."""
    config = await asyncio.to_thread(read, folder)
    assert isinstance(config, Configuration), config
    orders, _ = await asyncio.to_thread(main.orders_of, config.message)
    await steward.take_up(orders)


if __name__ == "__main__":
    given = DataFolder(Path(sys.argv[2]))
    given.prepare()
    with suppress(asyncio.CancelledError):
        asyncio.run(run(Path(sys.argv[1]), given, float(sys.argv[3])))
