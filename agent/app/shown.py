"""Where a reader looks: the live record as soon as there is one, until then the demonstration, which is marked.

The demonstration (`agent/app/demo`) is a data folder of its own, with a configuration of its own and a mark that says
what it is: `<data>/demo/demonstration.json`. Without the mark it is not whole, and nobody is shown it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from agent.app.live import Configuration, Remembered
from agent.app.paths import DataFolder
from agent.store.database import DATABASE
from agent.store.errors import StoreError
from agent.store.reader import holds_any

MARK = "demonstration.json"
SAID = "Demonstration: a made-up school. Nothing here is about anybody."
"""What stands on every page, chart and paper that shows it."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the mark says: the local days of the made-up term, the seed that it grew from, and when it was made."""

    first: date
    last: date
    seed: int
    made: datetime

    def as_json(self) -> dict[str, Any]:
        """As it stands in the mark."""
        days = {"first": str(self.first), "last": str(self.last)}
        return {"what": SAID, **days, "seed": self.seed, "made": self.made.isoformat(timespec="seconds")}


def shown(folder: DataFolder) -> tuple[DataFolder, bool]:
    """The data folder that a reader is shown, and True where that is the demonstration. Raises StoreError.

    Cheap (a millisecond), but not free: ask once a page.
    """
    if demonstration(folder) is None or holds_any(folder.root / DATABASE):
        return folder, False
    return folder.demo, True


def demonstration(folder: DataFolder) -> Demonstration | None:
    """The demonstration beside a live record, if there is a whole one."""
    try:
        said = json.loads((folder.demo.root / MARK).read_text())
        days = date.fromisoformat(said["first"]), date.fromisoformat(said["last"])
        return Demonstration(*days, int(said["seed"]), datetime.fromisoformat(said["made"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def demo_config(folder: DataFolder) -> Path:
    """The made-up school's configuration, beside its record."""
    return folder.demo.root / "config"


_made_up = Remembered()


def shown_configuration(config: Configuration, folder: DataFolder) -> Configuration:
    """The configuration by which what is shown was made: that in force, or the made-up school's.

    `folder` is the live one. Raises StoreError.
    """
    if not shown(folder)[1]:
        return config
    made = _made_up(demo_config(folder), folder.demo)
    if isinstance(made, list):
        raise StoreError("does not load", demo_config(folder), "make the demonstration anew: breaktime demo --again")
    return made
