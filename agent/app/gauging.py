"""What a running gateway looks at so that the metrics can say it: memory, disk, files, certificates, cases.

Every few seconds, on a thread. What cannot be read is left as it was last shown; nothing here ends the gateway.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography import x509

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.gateway import ca
from agent.gateway.supervisor import Supervisor
from agent.metrics import CaseMetrics, GatewayMetrics, MachineMetrics
from agent.store.database import DATABASE

EVERY = 5.0
"""Seconds between two looks: less than between two scrapes."""
PROCESSES = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")

Counted = Callable[[], tuple[int, int, int] | None]
"""Cases that are open, cases that cannot be read, looks; None: unknown."""


class Running(Protocol):
    """What is asked of the gateway."""

    config: Configuration
    data: DataFolder
    clock: Clock
    metrics: GatewayMetrics


class Gauging:
    """Runs beside the workers."""

    def __init__(self, gateway: Running, supervisor: Supervisor, counted: Counted) -> None:
        self._gateway, self._supervisor, self._counted = gateway, supervisor, counted
        self._machine = MachineMetrics(gateway.metrics.registry)
        self._cases = CaseMetrics(gateway.metrics.registry)
        self._looks: int | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Look at everything once."""
        for part in (self._memory, self._disk, self._certificates, self._case_work):
            with suppress(OSError, ca.CaError):
                part()

    def _memory(self) -> None:
        self._machine.memory(memory_of(self._supervisor.numbered))

    def _disk(self) -> None:
        root = self._gateway.data.root
        found = os.statvfs(root)
        self._machine.disk_free.set(found.f_bavail * found.f_frsize)
        self._machine.disk_size.set(found.f_blocks * found.f_frsize)
        files = (root / DATABASE, root / f"{DATABASE}-wal")
        self._machine.store_size.set(sum(path.stat().st_size for path in files if path.exists()))

    def _certificates(self) -> None:
        console = self._gateway.config.built.console.certificate
        self._machine.certificates(certificate_ends(self._gateway.data, Path(console) if console else None))

    def _case_work(self) -> None:
        counted = self._counted()
        if counted is not None:
            open_, unreadable, looks = counted
            self._cases.open.set(open_)
            self._cases.unreadable.set(unreadable)
            before = looks if self._looks is None else self._looks  # those before this run are nobody's news
            self._cases.looks.inc(max(0, looks - before))
            self._looks = max(looks, before)


def memory_of(processes: Mapping[int, int], where: Path = PROCESSES) -> dict[int, int]:
    """Resident bytes of each process that is there, by the number it is known under."""
    found = {}
    for number, pid in processes.items():
        with suppress(OSError):  # it has just ended
            found[number] = int((where / str(pid) / "statm").read_text().split()[1]) * _PAGE
    return found


def certificate_ends(data: DataFolder, console: Path | None = None) -> dict[str, float]:
    """When each certificate ends, in seconds since the epoch; a file of the console's that is none has no end here.

    Raises CaError, OSError.
    """
    authority = ca.load(data.ca)
    chain = [authority.certificate, *authority.waiting]
    ends = {f"ca-{number}": one.not_valid_after_utc.timestamp() for number, one in enumerate(chain, 1)}
    if authority.root is not None:
        ends["root"] = authority.root.not_valid_after_utc.timestamp()
    if console is not None:
        with suppress(
            OSError, ValueError
        ):  # the console says what is wrong with it; the CA's ends are shown all the same
            ends["console"] = x509.load_pem_x509_certificate(console.read_bytes()).not_valid_after_utc.timestamp()
    return ends
