"""A steward that forgets soon. A program: ``python short_memory.py CONFIG DATA SECONDS``.

The real one, with all that it works with, but an address leaves the sets after so many seconds instead of an hour.
"""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.steward import attempts, decode, say, sensing
from agent.clock import Clock
from agent.core.steering import plan
from agent.gateway.steward.steward import Orders, Places, Steward, Tools


async def main(config: Path, data: DataFolder, keep: float) -> None:
    """Steer until SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    found = read(config)
    assert isinstance(found, Configuration), found
    settings = found.built.steering
    assert settings is not None
    data.prepare()
    orders = Orders(found.engine, plan(found.engine, settings), settings)
    tools = Tools(sensing, decode, Clock().now, say, attempts, keep=keep, sweep_every=0.2)
    with suppress(asyncio.CancelledError):
        await Steward(orders, Places(data.steward_socket, data.steering_off, (8080,)), tools).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), DataFolder(Path(sys.argv[2])), float(sys.argv[3])))
