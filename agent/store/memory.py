"""Keys in memory: kept out of swap and of dumps where the kernel lets us, and said where it does not.

A key is in the memory of the supervisor for as long as its day is being written. Python copies bytes as it likes, so no
single buffer can be locked or wiped for certain; what can be done is to lock the process as a whole.
"""

from __future__ import annotations

import ctypes
import resource
from pathlib import Path

from agent.limits import leave_no_dump

_CURRENT, _FUTURE, _ON_FAULT = 1, 2, 4  # mlockall(2)
_CAP_IPC_LOCK = 14
_SWAPS = Path("/proc/swaps")
_STATUS = Path("/proc/self/status")


def shield() -> bool:
    """Lock this process's memory, as far as it is used, and leave no dump; False if the kernel lets us not lock.

    It is only asked for where there is no limit to what may be locked: at a limit, every later request for memory would
    fail. Children do not inherit it.
    """
    leave_no_dump()
    return may_lock() and ctypes.CDLL(None).mlockall(_CURRENT | _FUTURE | _ON_FAULT) == 0


def may_lock() -> bool:
    """True if this process may lock as much memory as it likes."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    capabilities = next(line for line in _STATUS.read_text().splitlines() if line.startswith("CapEff:"))
    return soft == resource.RLIM_INFINITY or bool(int(capabilities.split()[1], 16) >> _CAP_IPC_LOCK & 1)


def swap_trouble(swaps: Path = _SWAPS, locked: bool | None = None) -> str:
    """Why keys could reach the swap, with what helps; "" if they cannot. `locked`: whether memory is locked."""
    try:
        areas = [line.split()[0] for line in swaps.read_text().splitlines()[1:]]
    except OSError:
        areas = []
    plain = [area for area in areas if not area.startswith("/dev/zram")]
    if not plain or (may_lock() if locked is None else locked):
        return ""
    return f"{', '.join(plain)} is in use and this account may not lock memory; raise LimitMEMLOCK, or turn swap off"
