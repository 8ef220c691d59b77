"""Small counts: which figures of a week may be told. (Types first; the theory and the rules follow.)"""

from __future__ import annotations

from enum import Enum

THRESHOLD = 5
"""The fewest people that a figure is told of."""


class Few(Enum):
    """What stands for a figure that is not told: too few people, or none, stand behind it, or behind another one."""

    FEW = "few"


FEW = Few.FEW

type Figure = int | Few
"""A figure that may be shown."""
