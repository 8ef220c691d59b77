"""The week's coverage from the counts of its days, to the nearest ten: connections of everybody, in numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from agent.report.figures import About, Coverage
from agent.store.coverage import Coverage as Counts


def coverage_of(data: Path, first: date, last: date) -> Coverage:
    """What was seen how. Raises StoreError."""
    days = Counts(data).of(first, last)

    def about(name: str) -> About | None:
        there = [counts[name] for counts in days.values() if name in counts]
        return rounded(sum(there)) if there else None

    def sure(name: str) -> About:
        return about(name) or About(0)

    return Coverage(
        len(days),
        sure("by_name"),
        sure("opened"),
        sure("refused"),
        sure("pinned"),
        about("quic"),
        about("private_dns"),
        about("slipped"),
    )


def rounded(count: int) -> About:
    """To the nearest ten; five goes up."""
    return About((count + 5) // 10 * 10)
