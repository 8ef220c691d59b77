"""The sum over all workers, living and dead, from the files that they count into."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

KINDS = ("counter", "histogram")
"""What goes on counting after a worker's end; its gauges go with it."""
DEAD = 0
"""The process id, nobody's, under which the counts of all workers that ended stand."""


class WorkersCollector(Collector):
    """Reads the folder at each scrape; looks again where it met the file of a worker that is just starting."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: Any = MultiProcessCollector(None, str(folder))
        self._lock = Lock()

    def collect(self) -> Iterable[Metric]:
        """All that the workers count."""
        with self._lock:
            for _ in range(9):
                with suppress(struct.error):
                    return list(self._files.collect())
                time.sleep(0.02)
            return list(self._files.collect())

    def gone(self, pid: int) -> None:
        """A worker has ended: its live gauges are forgotten, what it counted is added to that of the dead.

        Otherwise each restart would leave files that are read at every scrape until the gateway ends.
        """
        mark_process_dead(pid, str(self._folder))
        for kind in KINDS:
            self._add_to_the_dead(kind, self._folder / f"{kind}_{pid}.db")

    def _add_to_the_dead(self, kind: str, left: Path) -> None:
        with self._lock, suppress(FileNotFoundError, struct.error):  # nothing counted, or killed as it began
            counted = list(MmapedDict.read_all_values_from_file(str(left)))
            dead = MmapedDict(str(self._folder / f"{kind}_{DEAD}.db"))
            for key, value, *_ in counted:
                before, at = dead.read_value(key)
                dead.write_value(key, before + value, at)
            dead.close()
            left.unlink()
