"""Which core does what: load and origin share the first, the contender has the last for itself."""

from __future__ import annotations

import os
import resource
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
LOAD = ("taskset", "-c", str(_CORES[0]))
CONTENDER = ("taskset", "-c", str(_CORES[-1]))
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pids: list[int]) -> float:
    """What these processes have used so far, user and system."""
    fields = [_stat(pid) for pid in pids]
    return sum(int(words[11]) + int(words[12]) for words in fields if words) / TICKS


def whole_seconds(pids: list[int]) -> float:
    """The same with their children that have ended."""
    fields = [_stat(pid) for pid in pids]
    return sum(sum(map(int, words[11:15])) for words in fields if words) / TICKS


def ended_seconds() -> float:
    """What the programs that were started here and have ended used, the kernel's work for them included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine_seconds() -> float:
    """What everything on this machine has used so far, the kernel's own work included; not what a host took away."""
    numbers = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _, _, irq, softirq = numbers[:7]
    return (user + nice + system + irq + softirq) / TICKS


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
