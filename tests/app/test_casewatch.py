"""Case work beside a gateway: who is recorded on concern, what came into force, what leaves the machine each day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.app.auditround import audit_round, note_receipts
from agent.app.cases import PostAnnouncer, concerned, desk_of, role_of
from agent.app.casewatch import CaseWatch
from agent.app.kept_texts import TIMETABLE, kept_texts
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.post import post_of
from agent.casework.decisions import approve, open_case, refuse, tell
from agent.casework.desk import Desk
from agent.clock import Clock
from agent.core.audit import Head, Tag
from agent.core.casework import Action
from agent.core.clients import Role
from agent.core.offices import Office
from agent.core.post import MailServer, Transport
from agent.store.history import History
from agent.store.receipts import Receipts
from tests.casework.making import CHAIR, HEAD, INVESTIGATOR, REQUEST, Time

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
SCOPE = replace(REQUEST.scope, subject="teacher-01")
TODAY = datetime.now(UTC).date()
ABOUT_NOW = replace(SCOPE, first=TODAY - timedelta(days=7), last=TODAY + timedelta(days=7))


@dataclass(frozen=True)
class Moved(Clock):
    """A clock that the test moves."""

    at: Callable[[], datetime] = datetime.now

    def now(self) -> datetime:
        return self.at()


@pytest.fixture(scope="module")
def config() -> Configuration:
    """The example school, with a mail server."""
    found = read(CONFIG)
    assert isinstance(found, Configuration)
    server = MailServer("127.0.0.1", 25, Transport.NONE, "breaktime@example-primary.example")
    return replace(found, built=replace(found.built, mail=server))


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder."""
    return DataFolder(tmp_path / "data")


def at_the_desk(config: Configuration, data: DataFolder, at: Callable[[], datetime]) -> Desk:
    """A desk on the gateway's data folder, on a clock of the test's."""
    return replace(desk_of(config, data, Clock()), now=at)


def watch(config: Configuration, data: DataFolder, said: list[str]) -> CaseWatch:
    async def nothing(fresh: Configuration) -> None: ...

    return CaseWatch(config, data, nothing, said.append)


def test_an_approval_reaches_a_running_gateway(config: Configuration, data: DataFolder) -> None:
    """It is handed out without anybody asking, stays over a reload, and is taken back when its time is over."""
    handed: list[frozenset[str]] = []
    now = Time(NOW)
    desk, moved = at_the_desk(config, data, now), Moved(at=now)

    async def go() -> None:
        news = asyncio.Event()

        async def hand_out(fresh: Configuration) -> None:
            handed.append(fresh.engine.subjects)
            news.set()

        async def until(count: int) -> None:
            async with asyncio.timeout(60):
                while len(handed) < count:
                    news.clear()
                    await news.wait()

        cases = CaseWatch(config, data, hand_out, lambda text: None, moved)
        assert cases.adopt(config).engine.subjects == frozenset()
        running = asyncio.create_task(cases.run())
        case = open_case(desk, INVESTIGATOR, replace(REQUEST, scope=SCOPE))
        await asyncio.to_thread(approve, desk, HEAD, case.id, 7)
        await until(1)
        assert cases.adopt(config).engine.subjects == {"teacher-01"}
        now.at += timedelta(days=7)
        await until(2)
        running.cancel()

    asyncio.run(go())
    assert handed == [{"teacher-01"}, frozenset()]


def test_whom_cases_concern(config: Configuration, data: DataFolder) -> None:
    """Those of approved cases that record, until the first of them ends; nobody of any other."""
    now = Time(NOW)
    desk = at_the_desk(config, data, now)
    ask = [
        open_case(desk, INVESTIGATOR, replace(REQUEST, scope=replace(SCOPE, subject=f"teacher-0{n}")))
        for n in (1, 2, 3)
    ]
    approve(desk, HEAD, ask[0].id, 7)
    approve(desk, HEAD, ask[1].id, 3, records=False)
    refuse(desk, HEAD, ask[2].id, "no")
    for case in ask[:2]:
        tell(desk, HEAD, case.id, "in person")
    assert concerned(desk, NOW) == (frozenset({"teacher-01"}), NOW + timedelta(days=3), [])
    last = datetime(2026, 12, 12, tzinfo=UTC)
    assert concerned(desk, NOW + timedelta(days=7)) == (frozenset(), last, [])
    assert concerned(desk, last) == (frozenset(), None, [])


@pytest.mark.parametrize(
    ("days", "told", "turns"),
    [
        ((0, 14), False, [(0.0, True), (24.0, False)]),
        ((0, 1), True, [(0.0, True), (32.0, False)]),
        ((1, 14), True, [(0.0, False), (8.0, True), (168.0, False)]),
    ],
    ids=["until telling is overdue", "until the window ends", "from the first day on"],
)
def test_recording_turns_at_midnight_and_when_telling_is_overdue(
    config: Configuration, data: DataFolder, days: tuple[int, int], told: bool, turns: list[tuple[float, bool]]
) -> None:
    """Each turn is announced before, so that the gateway looks again at that instant. NOW is 16:00."""
    desk = at_the_desk(config, data, Time(NOW))
    first, last = (NOW.date() + timedelta(days=day) for day in days)
    case = open_case(desk, INVESTIGATOR, replace(REQUEST, scope=replace(SCOPE, first=first, last=last)))
    approve(desk, HEAD, case.id, 7)
    if told:
        tell(desk, HEAD, case.id, "in person")
    for number, (hours, recorded) in enumerate(turns):
        persons, ends, _ = concerned(desk, NOW + timedelta(hours=hours))
        assert bool(persons) is recorded
        if number + 1 < len(turns):
            assert ends == NOW + timedelta(hours=turns[number + 1][0])


def test_a_forged_case_concerns_nobody(config: Configuration, data: DataFolder) -> None:
    """What does not stand in the chain, or cannot be read, records nobody; it is said, and others go on."""
    desk = at_the_desk(config, data, Time(datetime.now(UTC)))
    cases = [open_case(desk, INVESTIGATOR, replace(REQUEST, scope=ABOUT_NOW)) for _ in range(3)]
    for case in cases:
        approve(desk, HEAD, case.id, 7)
    desk.note(cases[0].id, lambda case: replace(case, scope=replace(ABOUT_NOW, subject="teacher-02")))
    (data.root / "cases" / f"{cases[1].id}.case").write_bytes(b"something else")
    persons, _, troubles = concerned(desk, desk.now())
    assert (persons, len(troubles)) == (frozenset({"teacher-01"}), 2)
    said: list[str] = []
    cases_of = watch(config, data, said)
    assert cases_of.adopt(config).engine.subjects == {"teacher-01"}
    assert len(said) == 2
    assert cases_of.look(1e9) is False
    assert len(said) == 2


def test_a_broken_chain_records_nobody_and_stops_nothing(config: Configuration, data: DataFolder) -> None:
    """The gateway goes on ruling; on concern nobody is recorded until the chain is mended, and that is said."""
    desk = at_the_desk(config, data, Time(datetime.now(UTC)))
    approve(desk, HEAD, open_case(desk, INVESTIGATOR, replace(REQUEST, scope=ABOUT_NOW)).id, 7)
    (data.audit / "chain.jsonl").rename(data.audit / "kept")
    said: list[str] = []
    cases = watch(config, data, said)
    assert cases.adopt(config).engine.subjects == frozenset()
    cases.round()
    assert said
    assert "the chain is gone" in said[0]
    (data.audit / "kept").rename(data.audit / "chain.jsonl")
    assert cases.look(1e9)
    assert cases.subjects == {"teacher-01"}


def test_what_came_into_force(config: Configuration, data: DataFolder) -> None:
    """A configuration is kept with its policy and timetable, once, and is an entry of the chain."""
    cases = watch(config, data, [])
    cases.adopt(config)
    cases.adopt(config)
    desk = desk_of(config, data, Clock())
    changes = [entry for entry in desk.log.entries() if entry.tag is Tag.POLICY_CHANGE]
    revision = config.engine.revision
    assert [entry.detail["revision"] for entry in changes] == [revision]
    assert History(data.root).texts(revision) == kept_texts(config)


def test_what_is_kept_names_nobody(config: Configuration) -> None:
    """The policy, its clauses, its settings and the bells; no other policy, no list of people, no address."""
    texts = kept_texts(config)
    assert set(texts) == {
        "policies/breaks-without-pupils/policy.yaml",
        "policies/breaks-without-pupils/clauses.yaml",
        "policies/shared/pupils-and-visitors.yaml",
        "settings.txt",
        TIMETABLE,
    }
    assert "10:30 to 10:45  break  Mon Tue Wed Thu Fri" in texts[TIMETABLE]
    assert "Bell infants\n  for infants\n" in texts[TIMETABLE]
    words = [word for word in ("teacher-0", "leader-0", "head-0", "10.20.") if word in "".join(texts.values())]
    assert words == []


def test_the_head_leaves_each_day(config: Configuration, data: DataFolder) -> None:
    """Once a day head, chair and data protection officer get it by mail, and by it the chain can be proved."""
    now = Time(NOW)
    desk = at_the_desk(config, data, now)
    for _ in range(2):
        audit_round(config, data, desk)
    letters = sorted((data.root / "mail").glob("*.eml"))
    assert len(letters) == 3
    text = letters[0].read_text()
    head = next(line.strip() for line in text.splitlines() if line.strip().startswith("1:"))
    assert desk.log.check(Head.of(head)).proved == 1
    now.at += timedelta(days=1)
    desk.allow(HEAD, Action.LIST)
    audit_round(config, data, desk)
    assert len(list((data.root / "mail").glob("*.eml"))) == 6


def test_keys_that_were_destroyed(config: Configuration, data: DataFolder) -> None:
    """Each receipt of what was forgotten is an entry of the chain, once."""
    desk = at_the_desk(config, data, Time(NOW))
    what = {"key": "destroyed", "minutes": 7, "identities": 1, "held": {}}
    receipt = {
        "at": "2026-11-27T00:10:00Z", "time_by": "clock", "site": "example-primary", "policy": "p", "keep_days": 28,
        "days": {"2026-10-29": what}, "totals": [], "set_aside": [], "rewrapped": 0, "freed_bytes": 0,
        "log": "was emptied",
    }  # fmt: skip
    Receipts(data.root).add(1, receipt)
    assert [note_receipts(data, desk) for _ in range(2)] == [1, 0]
    last = list(desk.log.entries())[-1]
    assert (last.tag, last.detail["days"], last.detail["receipt"]) == (Tag.KEY_DESTROY, "2026-10-29", "1")


def test_announced_by_post(config: Configuration, data: DataFolder) -> None:
    """Every holder of the offices gets a letter; without a mail server nobody is reached."""
    announcer = PostAnnouncer(post_of(config, data), lambda: NOW)
    assert [announcer.reaches(office) for office in (Office.HEADTEACHER, Office.TECHNICIAN)] == [True, False]
    announcer.announce((HEAD.office, CHAIR.office), "a subject", "a text")
    assert len(list((data.root / "mail").glob("*.eml"))) == 2
    nowhere = replace(config, built=replace(config.built, mail=None))
    assert not PostAnnouncer(post_of(nowhere, data), lambda: NOW).reaches(Office.HEADTEACHER)


def test_whose_record_there_can_be(config: Configuration) -> None:
    """A case is about a member of staff who has a device; anybody else is refused with the reason."""
    assert role_of(config, "teacher-01") is Role.TEACHER
    with pytest.raises(ValueError, match="no device is assigned"):
        role_of(config, "somebody")
