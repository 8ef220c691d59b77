"""`kill -9` of what forwards, at any moment: nothing is lost, nothing counts twice, the next one goes on."""

from __future__ import annotations

import random
import time

import pytest

from agent.core.tally import Counts, Minutes
from tests.store.making import MINUTE
from tests.system.postgres.endless import forwarding
from tests.system.postgres.schools import School


def some(number: int) -> Minutes:
    """The minutes of as many people; two of three batches add to minutes that may have been sent already."""
    at = MINUTE._replace(minute=MINUTE.minute + number // 3)
    return {at._replace(person=f"teacher-{n:02}"): Counts(1, 10, 100) for n in range(20)}


def check(school: School, kills: int) -> None:
    """Kill it again and again while the gateway writes; then compare."""
    chance = random.Random(2026)
    with school.opened() as store:
        written = 0
        for _ in range(kills):
            with forwarding(school) as running:
                for _ in range(chance.randrange(3, 9)):
                    store.write(some(written))
                    written += 1
                running.first()
                time.sleep(chance.uniform(0, 0.05))
            (_, rows, requests, _), *more = school.there()
            assert not more
            assert int(str(rows)) % 20 == 0, "a minute is there whole or not at all"
            assert 0 < int(str(requests)) <= written * 20
    school.forward()
    assert school.there() == school.here() == [("2026-11-23", -(-written // 3) * 20, written * 20, written * 200)]
    assert school.marks() == 0


@pytest.mark.timeout(300)
def test_kills_lose_nothing(oak: School) -> None:
    """Ten random kills of a process that forwards without pause, while the gateway writes."""
    check(oak, 10)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_many_kills_lose_nothing(oak: School) -> None:
    """A hundred and twenty random kills of a process that forwards without pause, while the gateway writes."""
    check(oak, 120)
