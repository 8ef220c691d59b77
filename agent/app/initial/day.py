"""The school's day as a person says it: `08:45 registration, 09:00 lesson, 10:30 break, ..., 15:15 end`."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from agent.core.timetable import PeriodKind
from agent.problems import did_you_mean

END = "end"
EXAMPLE = (
    "07:00 before-school, 08:45 registration, 09:00 lesson, 10:30 break, 10:45 lesson, 12:00 lunch, "
    "13:00 lesson, 15:15 after-school, 18:00 end"
)
_ENTRY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s+([a-z-]+)")
_WORDS = [str(kind) for kind in PeriodKind if kind is not PeriodKind.CLOSED]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A named stretch of the day, from one minute to another as `HH:MM`."""

    kind: PeriodKind
    start: str
    end: str


def read_day(text: str) -> tuple[Stretch, ...]:
    """Each stretch ends where the next begins; the last entry is the end. Raises ValueError saying what is wrong."""
    entries = [_entry(part.strip().lower()) for part in text.split(",") if part.strip()]
    if len(entries) < 2 or entries[-1][1] != END:
        raise ValueError(f"the last entry says when the day ends, such as `15:15 {END}`")
    stretches = []
    for (start, word), (end, following) in itertools.pairwise(entries):
        if end <= start:
            raise ValueError(f"{end} {following} stands after {start} {word}, and is no later")
        if word != END:
            stretches.append(Stretch(PeriodKind(word), start, end))
    return tuple(stretches)


def _entry(part: str) -> tuple[str, str]:
    found = _ENTRY.fullmatch(part)
    if found is None:
        raise ValueError(f"{part[:40]!r} is not a time and a word, such as `09:00 lesson`")
    word = found[3]
    if word != END and word not in _WORDS:
        hint = did_you_mean(word, [*_WORDS, END])
        raise ValueError(f"{word!r} is no part of a day; {hint or ', '.join(_WORDS)}")
    return f"{int(found[1]):02}:{found[2]}", word
