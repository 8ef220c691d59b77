"""The record ruled on once more, by another policy: what it would have blocked or allowed instead.

Minutes come from the store with pseudonyms; nobody is unsealed, and no figure here is about a person. The pseudonym
of a day serves only to follow how much of an allowance would have been used, as if everybody had done the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from agent.core.again import Again, Lack
from agent.core.decision import Verdict
from agent.core.engine import Engine
from agent.core.tally import MinuteKey


class Cell(NamedTuple):
    """One line of the table: who, when and where, and the verdict that was and the one that would have been."""

    role: str
    period: str
    service: str
    was: Verdict
    would: Verdict


@dataclass(frozen=True, slots=True)
class Reruled:
    """Active minutes by what becomes of them. A minute at a service is one, however often its device asked."""

    changed: Mapping[Cell, int] = field(default_factory=dict)
    same: Mapping[Verdict, int] = field(default_factory=dict)
    lacking: Mapping[Lack, int] = field(default_factory=dict)

    def total(self, was: Verdict, would: Verdict) -> int:
        """The minutes that were ruled one way and would have been ruled another."""
        return sum(minutes for cell, minutes in self.changed.items() if (cell.was, cell.would) == (was, would))

    @property
    def minutes(self) -> int:
        """Everything that was looked at."""
        return sum(sum(part.values()) for part in (self.changed, self.same, self.lacking))


def rerule(engine: Engine, days: Iterable[Iterable[MinuteKey]]) -> Reruled:
    """Rule on the minutes of each day by the policy in force of this engine."""
    again = Again(engine)
    counted: Counter[Cell | Verdict | Lack] = Counter()
    for day in days:
        # The same minute on the same device may have several rows, one for each thing done in it: what would have
        # changed in it comes first, then what cannot be told.
        becomes: dict[tuple[object, ...], Cell | Verdict | Lack] = {}
        for key, would in _replayed(again, day):
            place, found = (key.minute, key.person, key.device, key.service), _becomes(key, would)
            becomes[place] = min(found, becomes.get(place, found), key=_urgency)
        counted.update(becomes.values())
    return Reruled(
        {what: minutes for what, minutes in counted.items() if isinstance(what, Cell)},
        {what: minutes for what, minutes in counted.items() if isinstance(what, Verdict)},
        {what: minutes for what, minutes in counted.items() if isinstance(what, Lack)},
    )


@dataclass(slots=True)
class _Used:
    """Minutes of personal use so far in a day: at least, and at most where some verdicts cannot be told."""

    least: int = 0
    most: int = 0

    def ways(self, again: Again, person: str) -> tuple[int, ...]:
        """What may have been used, as far as the policy tells it apart: nothing, or the whole allowance."""
        allowance = again.policy.allowance
        if allowance is None or not person:  # minutes are counted for persons who are known
            return (0,)
        if allowance.weekly:  # a pseudonym is one day's
            return (0, allowance.minutes)
        least, most = (allowance.minutes if used >= allowance.minutes else 0 for used in (self.least, self.most))
        return (least,) if least == most else (least, most)

    def add(self, would: Iterable[Verdict | Lack]) -> None:
        """Count one minute with these verdicts on what was personal use in it."""
        verdicts = frozenset(would)
        self.least += Verdict.ALLOW in verdicts
        self.most += not verdicts <= {Verdict.BLOCK}


def _replayed(again: Again, day: Iterable[MinuteKey]) -> Iterator[tuple[MinuteKey, Verdict | Lack]]:
    """The minutes of a day in order, each with the verdict that it would have had."""
    used: dict[str, _Used] = {}
    for (_, person), together in groupby(sorted(day, key=_who), _who):
        so_far = used.setdefault(person, _Used())
        ways = so_far.ways(again, person)
        ruled = [(key, again.verdict(key, ways)) for key in together]
        yield from ruled
        so_far.add(would for key, would in ruled if again.is_personal(key))


def _becomes(key: MinuteKey, would: Verdict | Lack) -> Cell | Verdict | Lack:
    """A cell if the verdict would have been another, the verdict if the same, or what lacks."""
    if isinstance(would, Lack) or would is key.verdict:
        return would
    return Cell(key.role, key.period, key.service, key.verdict, would)


def _who(key: MinuteKey) -> tuple[int, str]:
    return key.minute, key.person


def _urgency(found: Cell | Verdict | Lack) -> int:
    return (Cell, Lack, Verdict).index(type(found))
