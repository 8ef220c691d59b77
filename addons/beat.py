"""A worker's sign of life, sent after a tick that did not fail: the steward gives clients only to workers that beat."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from agent.gateway.beats import BEATS_VARIABLE, WORKER_VARIABLE, Beat


class WorkerBeat:
    """Beats when it is called; where nothing is steered it does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path, words = environment.get(BEATS_VARIABLE, ""), environment.get(WORKER_VARIABLE, "").split()
        self._beat: Beat | None = None
        if path and len(words) == 2 and all(word.isdecimal() for word in words):
            number, port = map(int, words)
            self._beat, self._said = Beat(Path(path)), {"worker": number, "pid": os.getpid(), "port": port}

    def __call__(self) -> None:
        """Beat once."""
        if self._beat is not None:
            self._beat.send(self._said)

    def close(self) -> None:
        """Beat no more."""
        if self._beat is not None:
            self._beat.close()
