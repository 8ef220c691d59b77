"""What the doctor finds: one thing that was looked at, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` is a command or a change to make, empty if all is well."""

    name: str
    good: bool
    what: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)
