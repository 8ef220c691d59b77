"""Steady load for tests that change something under it: a few threads, every failure kept."""

import threading
import time
from collections.abc import Callable
from typing import Self


class Load:
    """Calls `do` again and again in `threads` threads until left; `done` and `failures` tell how it went."""

    def __init__(self, do: Callable[[], None], threads: int = 2, pause: float = 0.02) -> None:
        self.done: list[float] = []
        self.failures: list[tuple[float, str]] = []
        self._do, self._pause, self._stop = do, pause, threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def failures_after(self, moment: float) -> list[str]:
        """What failed after a moment of the monotonic clock."""
        return [what for when, what in self.failures if when > moment]

    def _work(self) -> None:
        while not self._stop.wait(self._pause):
            begun = time.monotonic()
            try:
                self._do()
            except Exception as error:  # whatever it was, the test wants to know
                self.failures.append((begun, repr(error)))
            else:
                self.done.append(time.monotonic())
