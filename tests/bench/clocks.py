"""Timing of functions: processor time on one core, so that what else the machine does matters little."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from statistics import median

ROUNDS = 7


@contextmanager
def one_core() -> Iterator[None]:
    """Stay on one core while inside."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def micros(do: Callable[[], object], calls: int) -> float:
    """Processor microseconds of one call; the loop and the call of `do` itself are in it."""
    began = time.process_time_ns()
    for _ in repeat(None, calls):
        do()
    return (time.process_time_ns() - began) / calls / 1000


def each(jobs: Sequence[Callable[[], object]], calls: int) -> list[list[float]]:
    """For each round the microseconds of every job, the jobs alternating; one more round before to warm up."""
    with one_core():
        return [[micros(job, calls) for job in jobs] for _ in range(ROUNDS + 1)][1:]


def medians(rounds: list[list[float]]) -> tuple[float, ...]:
    """Of each round the job in the middle."""
    return tuple(median(jobs) for jobs in rounds)


def slowest(rounds: list[list[float]]) -> tuple[float, ...]:
    """Of each round the job that took longest, by its own median over the rounds."""
    count = len(rounds[0])
    worst = max(range(count), key=lambda job: median(jobs[job] for jobs in rounds))
    return tuple(jobs[worst] for jobs in rounds)
