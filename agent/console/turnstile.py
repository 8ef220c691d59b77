"""Who is heard when they sign in: not a name that failed too often, and not an address that did."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from agent.core.throttle import Throttle

NAME_FAILS, ADDRESS_FAILS, WITHIN = 5, 30, 15 * 60.0
"""A school's people may share an address; nobody shares a name."""


class Turnstile:
    """Safe between threads. `now`: seconds that never go back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._names = Throttle(NAME_FAILS, WITHIN)
        self._addresses = Throttle(ADDRESS_FAILS, WITHIN)
        self._lock = Lock()

    def wait(self, name: str, address: str) -> float:
        """Seconds until a try is heard; 0: now. For the name it counts as a failure until `succeeded` is said."""
        now = self._now()
        with self._lock:
            wait = max(self._names.wait(name, now), self._addresses.wait(address, now))
            if not wait:  # counted before it is looked at: a hundred at once are not a hundred tries
                self._names.failed(name, now)
        return wait

    def failed(self, address: str) -> None:
        """It was not. Counted only then: many people of one address may sign in at the same moment."""
        with self._lock:
            self._addresses.failed(address, self._now())

    def succeeded(self, name: str, address: str) -> None:
        """It was the right one."""
        with self._lock:
            self._names.succeeded(name)
            self._addresses.succeeded(address)
