"""Who of the workers is healthy: beats that come in time from a process that lives. Knows no socket and no clock.

The steward hands each client's traffic to the workers that are healthy; when none is, it steers nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

SILENCE = 2.5
"""Seconds without a beat after which a worker counts as gone; it beats four times a second."""


HANGS = 15.0
"""Seconds without a beat after which a worker that lives is ended, so that another takes its place."""


@dataclass(slots=True, eq=False)
class _Worker:
    pid: int
    port: int
    last: float


class Health:
    """What has been heard of each worker. `watch` is told each new process id, to say `gone` when it ends.

    Only workers at one of `ports` count: those that the rules know. `heard` is true once any worker has been.
    """

    def __init__(self, ports: frozenset[int], watch: Callable[[int], bool]) -> None:
        self._ports = ports
        self._watch = watch
        self._workers: dict[int, _Worker] = {}
        self._known: dict[bytes, _Worker] = {}
        self._store: tuple[bool, float] | None = None
        self.heard = False

    def hear(self, datagram: bytes, now: float) -> bool:
        """Take a beat; True if it is of a worker that was not healthy. What is no beat is passed over."""
        known = self._known.get(datagram)  # nearly every beat is like the one before
        if known is not None:
            late, known.last = now - known.last > SILENCE, now
            return late
        try:
            said = json.loads(datagram)
        except (ValueError, RecursionError):
            return False
        if not isinstance(said, dict):
            return False
        if isinstance(said.get("store"), bool):
            self._store = said["store"], now
        number, pid, port = (said.get(key) for key in ("worker", "pid", "port"))
        if not (type(number) is int and type(pid) is int and type(port) is int and port in self._ports):
            return False
        if not self._watch(pid):
            return False  # it has ended, and this was its last word
        self._workers[number] = worker = _Worker(pid, port, now)
        self._known = {beat: one for beat, one in self._known.items() if one in self._workers.values()}
        self._known[datagram] = worker
        self.heard = True
        return True

    def gone(self, pid: int) -> bool:
        """The process has ended; True if that is a worker fewer."""
        gone = [number for number, worker in self._workers.items() if worker.pid == pid]
        for number in gone:
            del self._workers[number]
        self._known = {beat: one for beat, one in self._known.items() if one.pid != pid}
        return bool(gone)

    def ports(self, now: float) -> tuple[int, ...]:
        """Where the healthy workers listen, in order."""
        return tuple(sorted(w.port for w in self._workers.values() if now - w.last <= SILENCE))

    def hung(self, now: float) -> list[int]:
        """The process ids of workers that live and have been silent for too long."""
        return [worker.pid for worker in self._workers.values() if now - worker.last > HANGS]

    def store(self, now: float) -> bool:
        """True if the recorder said lately that the store takes what is counted."""
        return self._store is not None and self._store[0] and now - self._store[1] <= SILENCE
