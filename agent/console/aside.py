"""Something that takes long to find out, found out aside: a page shows what was found last, and when.

The doctor reads the whole record's file, which may have gigabytes; a page of the console must not wait for that.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import NamedTuple

FRESH = 30.0
"""Seconds after which what was found is old: whoever asks is shown it still, and it is looked for again meanwhile."""


class Found[T](NamedTuple):
    """What was found, and how many seconds ago it was begun to be looked for."""

    what: T
    ago: float


class Aside[T]:
    """What `look` finds, remembered. Safe between threads; `now`: seconds that never go back."""

    def __init__(self, look: Callable[[], T], now: Callable[[], float]) -> None:
        self._look, self._now = look, now
        self._lock = Lock()
        self._last: tuple[T, float] | None = None
        self._running: Future[None] | None = None

    def get(self, again: bool = False) -> Found[T]:
        """What was found last. Waits where nothing was found yet, or if it is to be looked for `again`.

        Raises what `look` raises, to whoever waits.
        """
        with self._lock:
            last, running = self._last, self._running
            if running is None and (again or last is None or self._now() - last[1] >= FRESH):
                running = self._running = Future()
                Thread(target=self._run, args=(running,), daemon=True).start()
        if running is not None and (again or last is None):
            running.result()
        assert self._last is not None, "it was waited for"
        what, at = self._last
        return Found(what, self._now() - at)

    def _run(self, done: Future[None]) -> None:
        began = self._now()
        try:
            found = self._look()
        except BaseException as problem:
            with self._lock:
                self._running = None
            done.set_exception(problem)
            return
        with self._lock:
            self._last, self._running = (found, began), None
        done.set_result(None)
