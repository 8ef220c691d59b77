"""What the three plain sentences of a report are about, picked from its figures."""

from __future__ import annotations

from agent.core.smallcounts import FEW
from agent.report.figures import Headline, Line, Minutes

LESSON = "lesson"


def headline_of(minutes: Minutes) -> Headline:
    """Use, the period with the most of it, what was blocked, and what in lessons."""
    told = [line for line in minutes.visited.periods.lines if isinstance(line.minutes, int) and line.minutes]
    busiest = max(told, key=lambda line: line.minutes if isinstance(line.minutes, int) else 0, default=None)
    lessons = (line for line in minutes.blocked.periods.lines if line.name == LESSON)
    none = Line(LESSON, 0 if minutes.blocked.total.minutes == 0 else FEW)
    return Headline(minutes.visited.total, busiest, minutes.blocked.total, next(lessons, none))
