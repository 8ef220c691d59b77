"""Which core does what: load and origin share the first, the contender has the last for itself."""

from __future__ import annotations

import os
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
LOAD = ("taskset", "-c", str(_CORES[0]))
CONTENDER = ("taskset", "-c", str(_CORES[-1]))
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pids: list[int]) -> float:
    """What these processes have used so far, user and system."""
    fields = [_stat(pid) for pid in pids]
    return sum(int(words[11]) + int(words[12]) for words in fields if words) / TICKS


def parent(pid: int) -> int | None:
    """The process that started this one; None if it has gone."""
    words = _stat(pid)
    return int(words[1]) if words else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
