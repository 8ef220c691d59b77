"""One person's weeks out of the database are what the gateway's own file says."""

from __future__ import annotations

from datetime import date, timedelta

from agent.core.tally import Counts
from agent.store import DayKeys, Identity
from agent.store.keys import KEYS
from agent.store.person import Scope, minutes_of_person
from agent.store.postgres import reader
from agent.store.sealing import Kind
from tests.store.making import MINUTE
from tests.system.postgres.schools import DAY, School

WEEKS = [DAY + timedelta(days=n) for n in range(0, 28, 5)]


def test_one_persons_weeks(oak: School) -> None:
    """Every day of the person is found by that day's pseudonym, and nobody else's minutes with it."""
    for number in range(len(WEEKS)):
        at = MINUTE._replace(minute=MINUTE.minute + number * 5 * 24 * 60)
        oak.write(
            {
                at: Counts(1, 2, 3),
                at._replace(minute=at.minute + 1): Counts(4),
                at._replace(person="head-01"): Counts(9),
            }
        )
    oak.forward()
    keys = DayKeys(oak.folder / KEYS)
    person = Identity(Kind.PERSON, "teacher-07")
    pseudonyms = {day: keys.of(day).pseudonym(oak.site, person) for day in WEEKS}
    scope = Scope("teacher-07", DAY, date(2027, 1, 1))
    here = {
        minute._replace(person="", device=""): counts
        for _, found in minutes_of_person(oak.folder / "breaktime.db", keys, oak.site, scope)
        for minute, counts in found.items()
    }
    with oak.session() as session:
        there = reader.minutes_of_person(session, "here", oak.site, pseudonyms)
        assert reader.minutes_of_person(session, "here", oak.site, {}) == {}
    assert {key._replace(person="", device=""): counts for key, counts in there.items()} == here
    assert len(here) == 2 * len(WEEKS)
    assert {key.person for key in there} == {one.hex() for one in pseudonyms.values()}
