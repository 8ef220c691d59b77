"""What the gateway forgets by its policy is gone from the database too, and from a backup of it nobody comes back."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from agent.store import DayKeys, Identity, StoreError
from agent.store.keys import KEYS
from agent.store.sealing import DayKey, Kind
from tests.store.forgetting import MINUTES, PEOPLE, day, forget, live
from tests.store.making import SITE
from tests.system.postgres.cluster import programs
from tests.system.postgres.schools import School

FIRST, SECOND = day(0), day(1)
SEALED = "SELECT site, pseudonym, sealed FROM breaktime.identities WHERE day = %s"


@pytest.fixture
def lived(school: School) -> School:
    """A school with two days, here and there."""
    live(school.folder, 2)
    school.forward()
    return school


@pytest.fixture
def school(oak: School) -> School:
    """The site of the shipped example, under the rights of a role of its own."""
    named = School(oak.cluster, oak.database, oak.folder.parent / "example", SITE)
    named.admit()
    return named


def days_there(school: School) -> list[object]:
    """The days of which the database has anything of the school."""
    return [row[0] for row in school.there()]


def test_forgotten_here_is_forgotten_there(lived: School) -> None:
    """After retention has run the day's rows and identities go from the database at the next round, and it stays so."""
    assert days_there(lived) == [str(FIRST), str(SECOND)]
    forget(lived.folder, 0)
    assert lived.forward()[0].forgotten == (FIRST,)
    assert lived.there() == lived.here()
    assert days_there(lived) == [str(SECOND)]
    with lived.session() as session:
        assert session.execute(SEALED, (FIRST,)).fetchall() == []
        assert len(session.execute(SEALED, (SECOND,)).fetchall()) == 2 * PEOPLE
    assert lived.forward()[0].forgotten == ()


def test_what_outlived_a_lost_folder_goes(lived: School) -> None:
    """Days that a gateway sent before it lost its data folder, of which no receipt tells, go once they are too old."""
    (lived.folder / "breaktime.db").unlink()
    shutil.rmtree(lived.folder / KEYS)
    live(lived.folder, 1, first=9)
    lived.outlived = {FIRST}
    assert lived.forward()[0].forgotten == (FIRST,)
    assert days_there(lived) == [str(SECOND), str(day(9))]


def test_what_was_never_sent_is_never_sent(school: School) -> None:
    """A day that is forgotten before the database was back never gets there."""
    live(school.folder, 2)
    forget(school.folder, 0)
    school.forward()
    assert days_there(school) == [str(SECOND)]
    assert school.there() == school.here()


def test_forgotten_between_reading_and_sending(lived: School) -> None:
    """Rows that an interrupted run has left here, after their key was destroyed, are not sent."""
    DayKeys(lived.folder / KEYS).destroy(FIRST)
    lived.forgotten = {FIRST}  # as the journal says until there is a receipt
    assert lived.forward()[0].forgotten == (FIRST,)
    assert days_there(lived) == [str(SECOND)]


def test_a_backup_from_before_leads_to_nobody(lived: School, tmp_path: Path) -> None:
    """Whoever has a dump of the database from before, and every key that is left, finds no person in it.

    Tried as an attacker would: clear ids in the text, every remaining key on every sealed identity, and the pseudonyms
    of everybody in the inventory under every remaining key.
    """
    folder = lived.cluster.folder
    dump = (str(programs() / "pg_dump"), "-h", str(folder), "-U", "postgres", lived.database)
    backup = subprocess.run(dump, capture_output=True, check=True).stdout
    with lived.session() as session:
        sealed = session.execute(SEALED, (FIRST,)).fetchall()
    forget(lived.folder, 0)
    people = [f"teacher-{n:02}" for n in range(100)]
    assert not [name for name in people if name.encode() in backup]
    left = DayKeys(lived.folder / KEYS)
    keys = [left.of(one) for one in left.days()]
    assert [key.day for key in keys] == [SECOND]
    named = {key.pseudonym(lived.site, Identity(Kind.PERSON, name)) for key in keys for name in people}
    assert len(sealed) == 2 * PEOPLE
    assert not named & {bytes(pseudonym) for _, pseudonym, _ in sealed}
    assert sum(opens(key, *one) for key in keys for one in sealed) == 0


def test_the_attack_can_succeed(lived: School) -> None:
    """The same attack finds everybody while the day's key is there: it is the key that keeps them."""
    with lived.session() as session:
        sealed = session.execute(SEALED, (FIRST,)).fetchall()
    key = DayKeys(lived.folder / KEYS).of(FIRST)
    assert sum(opens(key, *one) for one in sealed) == 2 * PEOPLE
    assert sum(rows for _, rows, *_ in map(tuple, lived.there()) if isinstance(rows, int)) == 2 * PEOPLE * MINUTES


def opens(key: DayKey, site: str, pseudonym: bytes, sealed: bytes) -> bool:
    """True if the key unseals it."""
    try:
        return bool(key.unseal(site, pseudonym, sealed).id)
    except StoreError:
        return False


def test_days_are_dates() -> None:
    """What the tests call the first two days are a Monday and its Tuesday."""
    assert (date(2026, 11, 23), date(2026, 11, 24)) == (FIRST, SECOND)
