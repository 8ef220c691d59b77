"""`kill -9` at any moment of writing, resealing and forgetting: nothing acknowledged lost, nothing half destroyed."""

import random
import re
import time
from pathlib import Path

import pytest

from agent.store import DayKeys, Store
from agent.store.casekey import CaseKeys
from agent.store.holds import holds_of
from agent.store.keys import KEYS
from agent.store.receipts import Receipts
from agent.store.retention import journal_of
from tests.store.forgetful import CASES_EVERY, PEOPLE, case_of, forgetting
from tests.store.forgetting import day
from tests.store.making import LONDON, SITE, query, sealed_identities

type Done = dict[str, set[int]]


def killed(folder: Path, first: int, words: int, after: float) -> str:
    """What a process said before it was killed, so many seconds from that word."""
    with forgetting(folder, first) as forgetter:
        said = forgetter.words(words)
        time.sleep(after)
        forgetter.process.kill()
        return said + forgetter.rest()


def look_at(folder: Path, done: Done) -> None:
    """Every day is whole and open, or forgotten, or on its way to be; every case has what it was given."""
    days = DayKeys(folder / KEYS)
    with_key = {(found - day(0)).days for found in days.days()}
    counted = query(folder / "breaktime.db", "SELECT day, COUNT(*), SUM(requests) FROM minutes GROUP BY day")
    rows = {str(on): (count, requests) for on, count, requests in counted}
    gone = {(found - day(0)).days for found in Receipts(folder).forgotten_days()}
    begun = {(found - day(0)).days for found in journal_of(folder).days()}
    for number in with_key - begun:
        assert rows.get(str(day(number)), (PEOPLE, PEOPLE)) == (PEOPLE, PEOPLE)
    assert done["w"] <= with_key | begun | gone
    assert {number for number in done["w"] if str(day(number)) not in rows} <= begun | gone
    assert done["f"] <= gone
    assert not gone & with_key
    assert not {str(day(number)) for number in gone} & set(rows)
    look_at_cases(folder, done)


def look_at_cases(folder: Path, done: Done) -> None:
    with holds_of(folder, SITE) as holds:
        holds.resume()
        standing = {hold.case for hold in holds.listed()}
        for number in done["h"] - {later - 3 * CASES_EVERY for later in done["h"]}:  # those may be closed by now
            assert [next(iter(minutes.values())).requests for _, minutes in holds.read(case_of(number))] == [1]
        for number in done["c"]:
            assert case_of(number) not in standing
            assert not CaseKeys(DayKeys(folder / KEYS).store).holds(case_of(number))


def check(folder: Path, kills: int, seed: int) -> None:
    chance, done = random.Random(seed), {kind: set[int]() for kind in "rwhcf"}
    first = 0
    for _ in range(kills):
        said = killed(folder, first, chance.randrange(1, 14), chance.uniform(0, 0.08))
        for kind, number in re.findall(r"([rwhcf])(\d+) ", said):
            done[kind].add(int(number))
        Store.open(folder, SITE, LONDON).close()
        look_at(folder, done)
        first = max([*done["w"], first]) + 2  # the day after may have been written and not told
    with forgetting(folder, first) as forgetter:
        assert forgetter.words(1)
    assert query(folder / "breaktime.db", "PRAGMA integrity_check") == [("ok",)]
    assert journal_of(folder).days() == []
    assert Receipts(folder).broken() is None
    assert len(list((folder / KEYS).glob("wrapping-*"))) == 1
    assert sealed_identities(folder)
    assert len(done["f"]) > kills // 2


@pytest.mark.timeout(300)
def test_kills_leave_nothing_half_destroyed(tmp_path: Path) -> None:
    """Fifteen random kills of a process that writes, holds and forgets without pause."""
    check(tmp_path, 15, 2026)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_many_kills_leave_nothing_half_destroyed(tmp_path: Path) -> None:
    """Two hundred and fifty random kills of a process that writes, holds and forgets without pause."""
    check(tmp_path, 250, 7)
