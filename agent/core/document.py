"""A policy as a document of the school: who adopted it, when it is to be looked at again, what was chosen in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SOON = timedelta(days=90)
"""So long before the day the review is said to be due."""


class ReviewState(StrEnum):
    """How a review stands on a day."""

    NOT_DUE = "not-due"
    SOON = "soon"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Review:
    """A review every so many years, the next of them on the day `due`."""

    years: int
    due: date

    def state(self, today: date) -> ReviewState:
        """How it stands: due within 90 days, or over from the day after."""
        if today > self.due:
            return ReviewState.OVER
        return ReviewState.SOON if self.due - today <= SOON else ReviewState.NOT_DUE


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting with the value that holds, as the school reads it."""

    name: str
    value: str
    default: str
    clause: str
    says: str

    @property
    def changed(self) -> bool:
        """True if the school chose another value than the pack's."""
        return self.value != self.default


@dataclass(frozen=True, slots=True)
class Document:
    """What stands around the rules. `left_out` are rules that the settings in force leave out."""

    adopted_on: date | None = None
    adopted_by: str = ""
    review: Review | None = None
    consulted: tuple[str, ...] = ()
    settings: tuple[SettingInForce, ...] = ()
    left_out: tuple[str, ...] = ()
