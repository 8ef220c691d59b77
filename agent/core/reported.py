"""What a report counts: minutes by what became of them, as the store hands them over and the report shows them.

One minute of one person (of one device, where the person is not known) at one service is one minute, whatever rows of
the record it has. It has one kind: blocked if any visit in it was blocked, else observed, else visited, else a contact.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What became of a minute. A contact (the name alone was seen) is never a visit and never an attempt."""

    BLOCKED = "blocked"
    """Visits that were blocked, one at least in the minute."""
    OBSERVED = "observed"
    """Visits that the policy blocks, let through because the site only observes."""
    VISITED = "visited"
    """Visits that the policy allows."""
    CONTACT = "contact"
    """The name of a site, again and again, and nothing of what was done there."""


class Slice(NamedTuple):
    """The minutes of a day that one pseudonym has under one kind and in one place of every table.

    `who` is a pseudonym of that day, of a person or else a device; empty: of nobody in particular, who is one. Where
    a minute has several rows, it is told by the first by kind, then by account (`official` or `other`), zone, role,
    category and period.
    """

    day: date
    who: bytes
    kind: Kind
    zone: str
    role: str
    category: str
    service: str
    period: str
    account: str
    minutes: int


class Counted(NamedTuple):
    """What the rows of some days hold: slices, how many were over the allowance each day, and permissions used."""

    slices: tuple[Slice, ...]
    over: dict[date, int]
    authorisations: frozenset[str]
