"""What panels ask of Prometheus, in the words of the variables `$site` and `$zone`.

Nothing that happened is 0, never an empty panel: `zero`. What was counted is asked of the series that
`counts` records, as Prometheus' own `increase` estimates, and misses the first of everything.
"""

from __future__ import annotations

from collections.abc import Iterable

SITE = 'site=~"$site"'
PLACE = 'site=~"$site",zone=~"$zone"'
JOB = f'job="breaktime",{SITE}'


def of(metric: str, *labels: str, where: str = SITE) -> str:
    """A selector of the chosen sites, with more labels."""
    return f"breaktime_{metric}{{{','.join((where, *labels))}}}"


def news(count: str, window: str = "$__range", *labels: str, where: str = SITE) -> str:
    """How many came of a count (`counts.COUNTS`) within a window, exactly."""
    return f"sum_over_time(breaktime:{count}:new{{{','.join((where, *labels))}}}[{window}])"


def total(expression: str, by: Iterable[str] = ()) -> str:
    """The sum, by labels."""
    labels = ", ".join(by)
    return f"sum by ({labels}) ({expression})" if labels else f"sum({expression})"


def zero(expression: str) -> str:
    """The expression, or 0 where it has no answer since nothing happened."""
    return f"({expression}) or vector(0)"


def ratio(part: str, whole: str) -> str:
    """A part of a whole; 0 where there is no whole."""
    return f"(({part}) or vector(0)) / clamp_min(({whole}) or vector(0), 1)"
