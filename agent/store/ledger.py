"""What the time was at the last look, and which days were written by a clock that was ahead: `<data>/retention/clock`.

Small and replaced whole. Lost, it is begun anew: the next look then has less to compare with, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from agent.core.trusted import Mark
from agent.store.errors import explained
from agent.store.files import locked, put


@dataclass(frozen=True, slots=True)
class Ledger:
    """The last look at the clocks, and each day of a later date with the day on which it was first seen."""

    mark: Mark | None = None
    ahead: Mapping[date, date] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Path) -> Ledger:
        """The ledger of a data folder; an empty one if there is none, or none that can be understood."""
        path = ledger_path(data)
        with explained(path):
            text = path.read_text() if path.exists() else ""
        try:
            return cls._of(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    @classmethod
    def _of(cls, content: Any) -> Ledger:
        mark = content["mark"]
        ahead = {date.fromisoformat(day): date.fromisoformat(seen) for day, seen in content["ahead"].items()}
        found = Mark(float(mark["at"]), str(mark["boot"]), float(mark["up"]), bool(mark["confirmed"]))
        return cls(found, ahead)

    def write(self, data: Path) -> None:
        """Put it on the disk whole. Raises StoreError."""
        assert self.mark is not None, "there was a look"
        path, mark = ledger_path(data), self.mark
        content = {
            "mark": {"at": mark.at, "boot": mark.boot, "up": mark.up, "confirmed": mark.confirmed},
            "ahead": {str(day): str(seen) for day, seen in self.ahead.items()},
        }
        with explained(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(path.parent) as folder:
                put(path, json.dumps(content).encode(), folder)


def ledger_path(data: Path) -> Path:
    """Where the ledger of a data folder stands."""
    return data / "retention" / "clock"
