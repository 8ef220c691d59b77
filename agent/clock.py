"""The only reader of the clock. `--at` moves it, to rehearse a policy; everything else is given instants."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime

OFFSET_VARIABLE = "BREAKTIME_CLOCK_OFFSET"


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
