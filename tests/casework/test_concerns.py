"""The desk where concerns are handed in: kept sealed, announced once, shown to one office, forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.casework.concerns import ConcernDesk, FormError, NoConcern, NotShown
from agent.core.audit import Tag
from agent.core.concerns import ConcernKind, Form
from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office, Officer
from agent.mail.letter import Letter
from agent.mail.outbox import MailError, Outbox
from agent.store.auditlog import AuditLog
from agent.store.concernfiles import ConcernFiles
from agent.store.errors import StoreError
from tests.core.test_concerns import USUAL

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECRETS = ("zebra", "quagga", "okapi", "teacher-77")
FORM = Form(ConcernKind.ABOUT_HEAD, "teacher-77", "zebra o'clock", "https://quagga.example/", "an okapi, in the hall")
CHAIR = Officer("chair-1", Office.CHAIR_OF_GOVERNORS)
HEAD = Officer("head-1", Office.HEADTEACHER, "head-01")


@dataclass(slots=True)
class Time:
    """A clock that a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The instant."""
        return self.now


@dataclass(slots=True)
class Room:
    """A desk in a data folder, with its clock and its outbox."""

    data: Path
    time: Time = field(default_factory=Time)

    def desk(self, holders: Officeholders = USUAL) -> ConcernDesk:
        """The desk."""
        log = AuditLog.open(self.data / "audit", "school", self.time())
        zone = ZoneInfo("Europe/London")
        return ConcernDesk(
            "Example School", zone, log, self.time, ConcernFiles(self.data), holders, self.outbox.put, 90
        )  # fmt: skip

    @property
    def outbox(self) -> Outbox:
        """Where letters wait."""
        return Outbox(self.data / "mail")

    def tags(self) -> list[Tag]:
        """What the chain tells, without its beginning and signatures."""
        plain = (Tag.CHAIN_BEGIN, Tag.CHAIN_SEAL)
        return [entry.tag for entry in self.desk().log.entries() if entry.tag not in plain]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """An empty data folder."""
    return Room(tmp_path)


def written(folder: Path) -> bytes:
    """Everything below a folder, names too."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"\n".join(str(path).encode() + b"\n" + path.read_bytes() for path in files)


def test_nothing_that_is_told_can_be_found(room: Room) -> None:
    """Neither the words, the address nor the reporter, nor the kind, stand anywhere on the disk but sealed."""
    desk = room.desk()
    desk.take(FORM)
    desk.announce()
    found = written(room.data)
    assert [word for word in (*SECRETS, "about-head", "about_head") if word.encode() in found] == []


def test_the_letter_says_that_there_is_one_and_no_more(room: Room) -> None:
    """Two concerns for one office make letters that differ in number and time alone, whatever they say."""
    desk = room.desk()
    first = desk.take(Form(ConcernKind.CHILD_AT_RISK, "teacher-77", words="okapi"))
    second = desk.take(Form(ConcernKind.INDECENT_IMAGE, "teacher-77"))
    assert desk.announce() == 2
    texts = {path.name: path.read_text() for path in room.outbox.folder.glob("*.eml")}
    assert len(texts) == 4, "two leads, two concerns"
    for number in ("1", "2"):
        one, other = texts[f"{first.id}-{number}.eml"], texts[f"{second.id}-{number}.eml"]
        assert one.replace(first.id, "N") == other.replace(second.id, "N")
    assert not any(word in text for text in texts.values() for word in SECRETS)


def test_what_is_sealed_is_as_long_whatever_it_says(room: Room) -> None:
    """An image, of which nothing is kept, cannot be told by the size of its file."""
    desk = room.desk()
    for form in (FORM, Form(ConcernKind.INDECENT_IMAGE, "t"), replace(FORM, words="x" * 3000)):
        desk.take(form)
    assert len({path.stat().st_size for path in desk.files.folder.glob("*.concern")}) == 1


def test_it_is_shown_to_its_office_and_each_look_is_an_entry(room: Room) -> None:
    """The chair reads what is about the head; the head is refused, sees nothing in the list, and both are written."""
    desk = room.desk()
    id = desk.take(FORM).id
    assert desk.show(CHAIR, id).words == FORM.words
    assert desk.listed(HEAD) == []
    with pytest.raises(NotShown):
        desk.show(HEAD, id)
    with pytest.raises(NoConcern):
        desk.show(CHAIR, "../../etc/passwd")
    assert [one.id for one in desk.listed(CHAIR)] == [id]
    wanted = [
        Tag.CONCERN_RAISE, Tag.CONCERN_SHOW, Tag.CONCERN_LIST, Tag.CONCERN_DENIED, Tag.CONCERN_DENIED, Tag.CONCERN_LIST,
    ]  # fmt: skip
    assert room.tags() == wanted
    details = {value for entry in desk.log.entries() for key, value in entry.detail.items() if key == "concern"}
    assert details == {id, ""}


def test_a_look_that_cannot_be_written_down_does_not_happen(room: Room) -> None:
    """Where the chain takes no entry, nothing is shown."""
    desk = room.desk()
    id = desk.take(FORM).id
    (room.data / "audit" / "chain.jsonl").unlink()
    with pytest.raises(StoreError):
        desk.show(CHAIR, id)


def test_a_concern_that_cannot_be_kept_is_not_promised(room: Room) -> None:
    """A form without words, and a disk that takes nothing, leave no concern."""
    desk = room.desk()
    with pytest.raises(FormError, match="what you saw"):
        desk.take(Form(ConcernKind.OTHER, "t"))
    (room.data / "concerns").rmdir() if (room.data / "concerns").exists() else None
    (room.data / "concerns").write_text("")
    with pytest.raises(StoreError):
        desk.take(FORM)
    assert desk.files.ids() == []


def test_what_could_not_be_announced_is_announced_later_and_once(room: Room) -> None:
    """An outbox that is full, and an office that is vacant, leave the concern untold until they are mended."""
    full = [MailError("full")]

    def put(letter: Letter) -> None:
        if full:
            raise full[0]
        room.outbox.put(letter)

    desk = replace(room.desk(Officeholders()), post=put)
    id = desk.take(FORM).id
    assert desk.announce() == 0, "nobody holds the office"
    mended = replace(room.desk(), post=put)
    with pytest.raises(MailError):
        mended.announce()
    full.clear()
    assert (mended.announce(), mended.announce()) == (1, 0)
    assert [one.id for one in room.outbox.waiting()] == [f"{id}-1"]


def test_a_closed_concern_is_forgotten_on_its_day(room: Room) -> None:
    """90 days after its closing key and file are gone, and the chain says so; an open one stays for ever."""
    desk = room.desk()
    kept, id = desk.take(FORM).id, desk.take(FORM).id
    with pytest.raises(FormError, match="what came of"):
        desk.close(CHAIR, id, " ")
    desk.close(CHAIR, id, "the governors dealt with it")
    with pytest.raises(FormError, match="closed before"):
        desk.close(CHAIR, id, "again")
    room.time.now += timedelta(days=89)
    assert room.desk().forget(room.desk().today) == []
    room.time.now += timedelta(days=1)
    assert room.desk().forget(room.desk().today) == [id]
    assert desk.files.ids() == [kept]
    assert id.encode() not in written(room.data / "keys") + written(room.data / "concerns")
    assert room.tags()[-1] is Tag.KEY_DESTROY


def test_a_key_from_a_copy_opens_nothing_after_forgetting(room: Room) -> None:
    """The keys that stay are wrapped anew when one goes: an old copy of the folder of keys reads no old copy."""
    desk = room.desk()
    id = desk.take(FORM).id
    desk.close(CHAIR, id, "done")
    keys, concern = desk.files._keys.path(id), desk.files.folder / f"{id}.concern"
    copy = keys.read_bytes(), concern.read_bytes()
    room.time.now += timedelta(days=90)
    assert room.desk().forget(room.desk().today) == [id]
    keys.write_bytes(copy[0])
    concern.write_bytes(copy[1])
    keys.chmod(0o600)
    concern.chmod(0o600)
    with pytest.raises(StoreError, match="destroyed or lost"):
        desk.files.read(id)


@pytest.mark.parametrize("step", ["mark", "key"])
def test_forgetting_that_was_interrupted_is_finished(room: Room, step: str) -> None:
    """Killed after the mark, or after the key: the next to come takes the rest away."""
    desk = room.desk()
    id = desk.take(FORM).id
    (desk.files.folder / f"{id}.going").write_bytes(b"")
    if step == "key":
        desk.files._keys.destroy(id)
    assert desk.listed(CHAIR) == [] or step == "mark"
    desk.forget(desk.today)
    assert desk.files.ids() == []
    assert desk.files._keys.names() == []


def test_the_reporter_gets_their_own(room: Room) -> None:
    """For the copy of one's data: what a person raised themselves, whatever its kind."""
    desk = room.desk()
    desk.take(FORM)
    desk.take(replace(FORM, reporter="another"))
    assert [one.words for one in desk.raised_by("Teacher-77")] == [FORM.words]


def test_one_that_was_damaged_is_said_with_its_place(room: Room) -> None:
    """A file that was altered is an error that names it, and tells nothing of what stood there."""
    desk = room.desk()
    id = desk.take(FORM).id
    path = desk.files.folder / f"{id}.concern"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreError) as caught:
        desk.show(CHAIR, id)
    assert not any(word in str(caught.value) for word in SECRETS)
    assert json.dumps(str(path))[1:-1] in str(caught.value) or id in str(caught.value)


def test_the_letters_of_a_school_where_the_head_leads(room: Room) -> None:
    """About the lead, where the head is the lead: the chair is told, not the head."""
    holders = Officeholders.of_each(
        (
            Officeholder(Office.HEADTEACHER, "head@s.example", person="head-01"),
            Officeholder(Office.SAFEGUARDING_LEAD, "lead@s.example", person="head-01"),
            Officeholder(Office.CHAIR_OF_GOVERNORS, "chair@s.example"),
        )
    )
    desk = room.desk(holders)
    desk.take(replace(FORM, kind=ConcernKind.ABOUT_LEAD))
    desk.announce()
    assert [one.to for one in room.outbox.waiting()] == ["chair@s.example"]


def test_a_damaged_concern_keeps_no_other_back(room: Room) -> None:
    """The letters of all others go out, and then the trouble is said."""
    desk = room.desk()
    broken, whole = desk.take(FORM).id, desk.take(FORM).id
    (desk.files.folder / f"{broken}.concern").write_bytes(b"nothing")
    with pytest.raises(StoreError):
        desk.announce()
    assert [one.id for one in room.outbox.waiting()] == [f"{whole}-1"]


def test_a_damaged_concern_keeps_no_other_from_being_forgotten(room: Room) -> None:
    """What is due goes, and then the trouble is said; a list is never short in silence."""
    desk = room.desk()
    broken, due = desk.take(FORM).id, desk.take(FORM).id
    desk.close(CHAIR, due, "a talk")
    (desk.files.folder / f"{broken}.concern").write_bytes(b"nothing")
    with pytest.raises(StoreError):
        desk.listed(CHAIR)
    with pytest.raises(StoreError):
        desk.forget(START.date() + timedelta(days=400))
    assert desk.files.ids() == [broken]
