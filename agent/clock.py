"""The only reader of the clock. `--at` moves it, to rehearse a policy; everything else is given instants."""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.core.trusted import Sources

OFFSET_VARIABLE = "BREAKTIME_CLOCK_OFFSET"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BATTERY = Path("/sys/class/rtc/rtc0/since_epoch")
_UNSYNCHRONISED, _ERROR = 0x0040, 5  # STA_UNSYNC and TIME_ERROR of adjtimex(2)


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock, `offset` seconds away from the machine's (0 but in a rehearsal)."""

    offset: float = 0.0

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.fromtimestamp(time.time() + self.offset, UTC)

    @property
    def rehearsing(self) -> bool:
        """True if this is not the machine's own time."""
        return self.offset != 0.0

    @classmethod
    def starting_at(cls, at: datetime) -> Clock:
        """A clock that shows `at` now and goes on from there."""
        return cls(at.timestamp() - time.time())

    @classmethod
    def inherited(cls) -> Clock:
        """The clock that the parent process runs on."""
        return cls(float(os.environ.get(OFFSET_VARIABLE, "0")))


def sources() -> Sources:
    """Every time that this machine has, never moved: what forgetting goes by (`agent/core/trusted.py`)."""
    up = time.clock_gettime(time.CLOCK_BOOTTIME)
    return Sources(time.time(), _BOOT.read_text().strip(), up, _kept_by_network(), _battery())


def _battery() -> float | None:
    try:
        return float(_BATTERY.read_text())
    except (OSError, ValueError):
        return None


class _Timex(ctypes.Structure):
    """The beginning of adjtimex(2)'s structure, with room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("most_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def _kept_by_network() -> bool:
    """True if the kernel says that NTP keeps the wall clock; setting it by hand takes that away."""
    asked = _Timex()
    answer = ctypes.CDLL(None).adjtimex(ctypes.byref(asked))
    return answer not in (-1, _ERROR) and not asked.status & _UNSYNCHRONISED
