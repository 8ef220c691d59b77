"""`kill -9` at any moment: whatever was acknowledged is there, in whole batches, and can be opened."""

import random
import time
from pathlib import Path

import pytest

from agent.store import Store
from tests.store.endless import BATCH, writing
from tests.store.making import LONDON, SITE, query, sealed_identities


def killed(folder: Path, after: float) -> int:
    """The batches that a writer acknowledged before it was killed, `after` seconds from its first."""
    with writing(folder) as writer:
        acknowledged = writer.first()
        time.sleep(after)
        writer.process.kill()
        return acknowledged + writer.rest()


def check(folder: Path, kills: int) -> None:
    chance = random.Random(2026)
    before = 0
    for _ in range(kills):
        acknowledged = killed(folder, chance.uniform(0, 0.1))
        with Store.open(folder, SITE, LONDON) as store:
            held = store.totals().requests
            assert store.problem() is None
        # One batch more may stand: committed, and killed before it could say so.
        assert held - before in (acknowledged * BATCH, (acknowledged + 1) * BATCH)
        before = held
    assert query(folder / "breaktime.db", "PRAGMA integrity_check") == [("ok",)]
    assert len(sealed_identities(folder)) == BATCH + 1


def test_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """Twenty random kills of a process that writes without pause lose no batch that it told of."""
    check(tmp_path, 20)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_many_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """Two hundred random kills of a process that writes without pause lose no batch that it told of."""
    check(tmp_path, 200)


def test_killed_while_it_begins(tmp_path: Path) -> None:
    """A first start that is killed anywhere on the way leaves nothing that stops, or alarms, the next."""
    chance, told = random.Random(7), list[str]()
    for number in range(20):
        folder = tmp_path / str(number)
        with writing(folder) as writer:
            time.sleep(chance.uniform(0, 0.03))
            writer.process.kill()
            acknowledged = writer.rest()
        with Store.open(folder, SITE, LONDON, report=told.append) as store:
            held = store.totals().requests
        assert held in (acknowledged * BATCH, (acknowledged + 1) * BATCH)
    assert told == []
