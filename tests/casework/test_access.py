"""The desk for access requests: taken in once, answered by whoever may, each step an entry that names nobody."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.casework.access import AccessDesk, AccessError, NotAnswered
from agent.core.access import KEPT, WAITING_EACH, Asking, Standing
from agent.core.audit import Tag
from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office, Officer
from agent.mail.letter import Letter
from agent.store.accessfiles import AccessFiles
from agent.store.auditlog import AuditLog
from agent.store.errors import StoreError

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
HEAD = Officer("head-1", Office.HEADTEACHER, "head-01")
CHAIR = Officer("chair-1", Office.CHAIR_OF_GOVERNORS)
TECHNICIAN = Officer("technician-1", Office.TECHNICIAN)
ASKING = Asking("laptop-02", "teacher-02", "", "facebook", "A very private purpose", "Not in lessons.", "8.6", "Policy")
HOLDERS = Officeholders(
    (
        Officeholder(Office.HEADTEACHER, "head@school.example", person="head-01"),
        Officeholder(Office.CHAIR_OF_GOVERNORS, "chair@school.example"),
    )
)


@dataclass
class Time:
    """A clock that a test moves."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        """Now."""
        return self.at


@dataclass
class Room:
    """A desk on a folder of the test."""

    data: Path
    time: Time = field(default_factory=Time)
    letters: list[Letter] = field(default_factory=list)

    @property
    def desk(self) -> AccessDesk:
        """The desk."""
        log = AuditLog.open(self.data / "audit", "example", NOW)
        files = AccessFiles(self.data)
        return AccessDesk("Example School", UTC, log, self.time, files, HOLDERS, self.letters.append)

    def tags(self) -> list[Tag]:
        """What stands in the chain."""
        return [one.tag for one in self.desk.log.entries()]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An empty one."""
    (tmp_path / "data").mkdir(mode=0o700)
    return Room(tmp_path / "data")


def test_a_request_is_kept_sealed_and_announced_once(room: Room) -> None:
    """Nothing of it stands in clear, in the chain or in the letter; the letter is put once."""
    made = room.desk.take(ASKING)
    assert room.desk.all() == [made]
    assert [room.desk.announce(), room.desk.announce()] == [1, 0]
    assert [one.to for one in room.letters] == ["head@school.example"]
    everything = b"".join(path.read_bytes() for path in room.data.rglob("*") if path.is_file())
    for word in ("private", "teacher-02", "facebook"):
        assert word.encode() not in everything
        assert word not in room.letters[0].text
    assert made.id in room.letters[0].text


def test_the_heads_own_request_goes_to_the_chair(room: Room) -> None:
    """Nobody is asked to answer their own, and nobody can."""
    made = room.desk.take(replace(ASKING, person="head-01"))
    room.desk.announce()
    assert [one.to for one in room.letters] == ["chair@school.example"]
    with pytest.raises(NotAnswered):
        room.desk.authorise(HEAD, made.id, LATER)
    assert room.desk.authorise(CHAIR, made.id, LATER).standing(NOW) is Standing.GRANTED


def test_asked_twice_is_asked_once_and_few_wait(room: Room) -> None:
    """The same again is the same request; more than a few at once are not taken."""
    first = room.desk.take(ASKING)
    assert room.desk.take(replace(ASKING, purpose="Again")).id == first.id
    for number in range(1, WAITING_EACH):
        room.desk.take(replace(ASKING, service=f"service-{number}"))
    with pytest.raises(AccessError, match="too many"):
        room.desk.take(replace(ASKING, service="one-more"))
    with pytest.raises(AccessError, match="what you need it for"):
        room.desk.take(replace(ASKING, purpose=""))


def test_granted_revoked_and_each_an_entry(room: Room) -> None:
    """Each answer is given once, and stands in the chain before it holds."""
    made = room.desk.take(ASKING)
    granted = room.desk.authorise(HEAD, made.id, LATER, "Yes")
    assert (granted.standing(NOW), granted.standing(LATER)) == (Standing.GRANTED, Standing.ENDED)
    with pytest.raises(AccessError, match="does not wait"):
        room.desk.refuse(HEAD, made.id, "No")
    assert room.desk.revoke(HEAD, made.id, "Enough").standing(NOW) is Standing.REVOKED
    with pytest.raises(AccessError, match="not in force"):
        room.desk.revoke(HEAD, made.id)
    assert room.tags()[1:] == [Tag.ACCESS_ASK, Tag.ACCESS_GRANT, Tag.ACCESS_REVOKE]


@pytest.mark.parametrize(
    ("until", "word"),
    [
        pytest.param(NOW, "", id="no time at all"),
        pytest.param(NOW + timedelta(days=400), "", id="more than a year"),
        pytest.param(LATER, "x" * 501, id="a long word"),
    ],
)
def test_what_is_no_answer(room: Room, until: datetime, word: str) -> None:
    """It is said what is wrong, and the request waits as before."""
    made = room.desk.take(ASKING)
    with pytest.raises(AccessError):
        room.desk.authorise(HEAD, made.id, until, word)
    with pytest.raises(AccessError):
        room.desk.refuse(HEAD, made.id, " ")
    assert room.desk.all() == [made]


def test_who_may_not_is_refused_and_written_down(room: Room) -> None:
    """Neither sees nor answers, and the chain says that they tried."""
    made = room.desk.take(ASKING)
    for act in (
        lambda: room.desk.listed(TECHNICIAN),
        lambda: room.desk.authorise(TECHNICIAN, made.id, LATER),
        lambda: room.desk.give(TECHNICIAN, ASKING, LATER),
        lambda: room.desk.authorise(HEAD, "P2026-ZZZZ", LATER),
        lambda: room.desk.authorise(HEAD, "../../x", LATER),
    ):
        with pytest.raises(NotAnswered):
            act()
        assert room.tags()[-1] is Tag.ACCESS_DENIED
    assert room.desk.all() == [made]


def test_the_head_gives_unasked(room: Room) -> None:
    """As if it had been asked for, and nobody is written to."""
    given = room.desk.give(HEAD, ASKING, LATER)
    assert given.standing(NOW) is Standing.GRANTED
    assert room.desk.announce() == 0
    assert [one.id for one in room.desk.listed(HEAD).requests] == [given.id]
    with pytest.raises(AccessError):
        room.desk.give(HEAD, replace(ASKING, purpose=""), LATER)


def test_it_is_forgotten(room: Room) -> None:
    """Key and file go, long after it was over; another stays readable."""
    made = room.desk.take(ASKING)
    room.desk.refuse(HEAD, made.id, "No")
    kept = room.desk.take(replace(ASKING, service="tiktok"))
    assert room.desk.forget(NOW + KEPT - timedelta(minutes=1)) == []
    assert room.desk.forget(NOW + KEPT) == [made.id]
    assert room.desk.all() == [kept]
    assert room.desk.files.seen() > 0


def test_a_key_without_a_request_is_tidied(room: Room) -> None:
    """Killed while one was made: the key opens nothing, and goes with the next request."""
    made = room.desk.take(ASKING)
    (room.data / "authorisations" / f"{made.id}.request").unlink()
    room.desk.take(ASKING)
    assert not (room.data / "keys" / "access" / f"{made.id}.key").exists()


def test_a_damaged_request_is_said(room: Room) -> None:
    """It is no request, and no list is short in silence."""
    made = room.desk.take(ASKING)
    path = room.data / "authorisations" / f"{made.id}.request"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError):
        room.desk.all()
    path.unlink()
    with pytest.raises(StoreError):
        room.desk.files.write("no number", b"", 0)


def test_what_is_over_of_one_person_is_erased_and_nothing_else(room: Room) -> None:
    """Refused and ended requests go with their keys; one in force, one that waits and another person's stay."""
    other = room.desk.take(replace(ASKING, person="teacher-03", device="laptop-03"))
    room.desk.refuse(HEAD, other.id, "no")
    theirs = [replace(ASKING, service=one) for one in ("facebook", "instagram", "tiktok", "x")]
    room.desk.refuse(HEAD, room.desk.take(theirs[0]).id, "no")
    ended, granted, waiting = (room.desk.take(one).id for one in theirs[1:])
    room.desk.authorise(HEAD, ended, NOW + timedelta(minutes=5))
    room.desk.authorise(HEAD, granted, NOW + timedelta(days=2))
    room.time.at = LATER
    assert room.desk.erase("teacher-02") == (2, 2)
    assert {one.id for one in room.desk.all()} == {other.id, granted, waiting}
    keys = {path.stem for path in (room.data / "keys" / "access").glob("P*.key")}
    assert keys == {other.id, granted, waiting}
    assert room.tags()[-2:] == [Tag.KEY_DESTROY] * 2
    assert room.desk.erase("teacher-02") == (0, 2)


def test_nobody_is_half_erased_beside_a_request_that_cannot_be_read(room: Room) -> None:
    """Whose a damaged request is nobody can tell: the erasure says so, and nothing is gone."""
    mine = room.desk.take(ASKING)
    room.desk.refuse(HEAD, mine.id, "no")
    broken = room.desk.take(replace(ASKING, person="teacher-03"))
    (room.data / "authorisations" / f"{broken.id}.request").write_bytes(b"no sealed file")
    with pytest.raises(StoreError):
        room.desk.erase("teacher-02")
    assert room.desk.files.holds(mine.id)
