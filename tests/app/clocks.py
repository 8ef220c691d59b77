"""Clocks to set, in the place of the machine's."""

from __future__ import annotations

import os
from pathlib import Path

from agent.core.trusted import Sources

MORNING = 1_795_423_800.0  # Monday 23 November 2026, 08:50Z
DAY = 86_400.0


def written_at(data: Path, at: float = MORNING) -> Path:
    """Make it so that the record was last written to then, whatever this machine's own clock says."""
    os.utime(data / "breaktime.db", (at, at))
    return data


class Clock:
    """Clocks to set: `later` lets true time pass, `set` moves what the wall clock shows."""

    def __init__(self) -> None:
        self.true, self.offset, self.up, self.boot, self.network = MORNING, 0.0, 1_000.0, 0, False

    def __call__(self) -> Sources:
        return Sources(self.true + self.offset, f"boot-{self.boot}", self.up, self.network)

    def later(self, days: float, *, off: bool = False) -> Clock:
        """So many days pass; `off` with the machine switched off, and started again just now."""
        self.true += days * DAY
        self.boot, self.up = (self.boot + 1, 60.0) if off else (self.boot, self.up + days * DAY)
        return self

    def set(self, days: float) -> Clock:
        """The wall clock shows so many days more than is true."""
        self.offset = days * DAY
        return self
