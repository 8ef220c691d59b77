"""The steward beside the workers, as `breaktime run` has it: started, told of reloads, its meters shown, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from agent.app import learned
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.gateway import link
from agent.gateway.beats import Beat
from agent.gateway.companion import Companion, CompanionEvents, StewardSettings, start_steward
from agent.metrics import SteeringMetrics

BEAT_EVERY = 0.5
CAP_NET_ADMIN = 12
STATUS = Path("/proc/self/status")

CANNOT_STEER = (
    "`steering` in site.yaml needs the right to change the kernel's rules (CAP_NET_ADMIN), which this account lacks; "
    "run as root or by the shipped service, or take `steering` out"
)


def may_steer(status: Path = STATUS) -> bool:
    """True if this process, and so the steward, may change the kernel's rules."""
    for line in status.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return bool(int(value, 16) >> CAP_NET_ADMIN & 1)
    return False


class Steered:
    """A site that steers: its steward, and where everybody's beats go."""

    def __init__(
        self,
        config: Configuration,
        data: DataFolder,
        offset: float,
        metrics: SteeringMetrics,
        say: Callable[[str], None],
    ) -> None:
        gateway = config.built.gateway
        ports = tuple(gateway.port + number for number in range(gateway.workers))
        settings = StewardSettings(data.root.absolute(), ports, offset)
        self.beats = data.steward_socket.absolute()
        self._off = data.steering_off
        self._metrics = metrics
        self._say = say
        self._data = data
        events = CompanionEvents(metrics.take, self._gone, self._suggested)
        self.companion = Companion(partial(start_steward, settings), told(config), events)

    @property
    def said(self) -> str:
        """What the welcome says of it."""
        if self._off.exists():
            return "taken away by `breaktime steering remove`; nothing is steered until `breaktime steering apply`"
        return "on: the kernel brings social media here (`breaktime steering status`)"

    async def beat(self, well: Callable[[], bool]) -> None:
        """Tell the steward for ever whether the store takes what is counted."""
        beat = Beat(self.beats)
        try:
            while True:
                beat.send({"store": well()})
                await asyncio.sleep(BEAT_EVERY)
        finally:
            beat.close()

    async def reload(self, config: Configuration, seconds: float) -> None:
        """Hand over a configuration; say so if it is not taken up in time."""
        await self.companion.reload(told(config))
        if not await self.companion.taken_within(config.engine.revision, seconds):
            self._say(f"the steward has not taken up configuration {config.engine.revision}; it is steered as before")

    def _suggested(self, found: list[dict[str, Any]]) -> None:
        """Keep what may be told; a full disk keeps what was there."""
        with suppress(OSError):
            learned.keep(self._data, found, Clock().now().date())

    def _gone(self, pid: int, code: int) -> None:
        self._metrics.gone()
        self._say(f"the steward ({pid}) ended ({code}); the kernel's rules fall aside until it is back")


def told(config: Configuration) -> link.Message:
    """What the steward is told: it meets no accounts, so it has no use for the key to them."""
    return config.keyed(b"").message
