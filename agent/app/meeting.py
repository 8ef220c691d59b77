"""Devices that were met and that no inventory knows, for the technician to adopt: in memory, while the gateway runs.

sense (a process of its own, on the interfaces of `watch`) ─┐
History (who had an address) ───────────────────────────────┴─► unknown()
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import inf
from typing import Any

from agent.clock import Clock
from agent.core.clients import DeviceKind
from agent.core.directory import Directory
from agent.core.held import is_random
from agent.core.leases import History
from agent.sense.child import command
from agent.sense.met import Met, decode

MOST = 5_000
PAUSE, LONGEST_PAUSE = 1.0, 30.0


@dataclass(slots=True)
class Stranger:
    """A device that was met, from when until when (epoch seconds), and where it was last."""

    first: float
    last: float
    kind: DeviceKind = DeviceKind.UNKNOWN
    address: str = ""
    interface: str = ""
    how: str = ""


class Meeting:
    """Keeps *sense* on the interfaces, and who was met there."""

    def __init__(self, interfaces: Sequence[str], clock: Clock, say: Callable[[str], None]) -> None:
        self.met: dict[str, Stranger] = {}
        self._interfaces = tuple(interfaces)
        self._clock = clock
        self._say = say
        self._changed = asyncio.Event()
        self._said = ""

    def take_up(self, interfaces: Sequence[str]) -> None:
        """Watch these from now on."""
        if tuple(interfaces) != self._interfaces:
            self._interfaces = tuple(interfaces)
            self._changed.set()

    async def run(self) -> None:
        """Watch until cancelled; *sense* is brought back whenever it ends."""
        pause = PAUSE
        while True:
            self._changed.clear()
            if not self._interfaces:
                await self._changed.wait()
                continue
            began = asyncio.get_running_loop().time()
            try:
                await self._watch()
            except OSError as problem:  # no memory or no handle is left: it is tried again
                self._say(f"unknown devices are not looked for: {problem.strerror}")
            pause = (
                PAUSE if asyncio.get_running_loop().time() - began > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            )
            try:
                await asyncio.wait_for(self._changed.wait(), pause)
            except TimeoutError:
                continue

    async def _watch(self) -> None:
        """The life of one *sense*: to its own end, or until other interfaces are wanted."""
        argv = command("meet", *self._interfaces)
        process = await asyncio.create_subprocess_exec(*argv, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, process_group=0)
        reading = asyncio.create_task(self._read(process))
        changed = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait([reading, changed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            changed.cancel()
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        async for line in process.stdout:
            self._said = ""
            try:
                if line.strip():
                    self.meet(decode(line), self._clock.now().timestamp())
            except ValueError:
                continue
        said = (await process.stderr.read()).decode("utf-8", "replace").strip().splitlines()
        if said and said[-1] != self._said:
            self._said = said[-1]
            self._say(f"unknown devices are not looked for: {said[-1]}")

    def meet(self, met: Met, now: float) -> None:
        """Take note of a device."""
        known = self.met.pop(met.mac, None) or Stranger(now, now)
        known.last = now
        known.how, known.interface = met.how, met.interface or known.interface
        known.address = met.address or known.address
        if met.kind is not DeviceKind.UNKNOWN:
            known.kind = met.kind
        self.met[met.mac] = known
        if len(self.met) > MOST:
            del self.met[next(iter(self.met))]

    def forget(self, before: float) -> None:
        """Drop who was not met since then."""
        self.met = {mac: one for mac, one in self.met.items() if one.last >= before}

    def unknown(self, directory: Directory, history: History, now: float, zone: tzinfo) -> list[dict[str, Any]]:
        """Who was met and is in no inventory, whoever was there last first."""
        found = {mac: Stranger(one.first, one.last, one.kind, one.address, one.interface, one.how)
                 for mac, one in self.met.items()}  # fmt: skip
        for address, pieces in history.held.items():
            for piece in pieces:
                if piece.mac:
                    _add(found, piece.mac, address, piece.starts, min(piece.ends, now), piece.sources, piece.interface)
        known = directory.live.devices if directory.live else {}
        strangers = [(mac, one) for mac, one in found.items() if mac not in known]
        strangers.sort(key=lambda pair: -pair[1].last)
        return [_as_json(mac, one, directory, now, zone) for mac, one in strangers[:MOST]]


def unknown_of(met: Sequence[Met], directory: Directory) -> list[dict[str, Any]]:
    """The same of a capture, which has no clock."""
    meeting = Meeting((), Clock(), print)
    for one in met:
        meeting.meet(one, 0.0)
    known = directory.live.devices if directory.live else {}
    return [
        {"mac": mac, "random": is_random(mac), "kind": one.kind, "address": one.address or None, "how": one.how}
        for mac, one in meeting.met.items()
        if mac not in known
    ]


def _add(found: dict[str, Stranger], mac: str, address: str, first: float, last: float, how: str, at: str) -> None:
    one = found.get(mac)
    if one is None:
        found[mac] = Stranger(first, last, address=address, interface=at, how=how)
        return
    if last > one.last:
        one.address, one.interface = address, at or one.interface
    one.first, one.last = min(first, one.first), max(last, one.last)


def _as_json(mac: str, one: Stranger, directory: Directory, now: float, zone: tzinfo) -> dict[str, Any]:
    client = directory.identify(one.address, min(one.last, now) if one.last < inf else now)
    return {
        "mac": mac,
        "random": is_random(mac),
        "kind": one.kind,
        "address": one.address or None,
        "zone": client.zone,
        "interface": one.interface or None,
        "how": one.how,
        "first": datetime.fromtimestamp(one.first, zone).isoformat(timespec="seconds"),
        "last": datetime.fromtimestamp(one.last, zone).isoformat(timespec="seconds"),
    }
