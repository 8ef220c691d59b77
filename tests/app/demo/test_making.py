"""The demonstration as a whole: made once, by a part of its staff, and looked at from all sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.app.cases import desk_of
from agent.app.demo import making
from agent.app.demo.people import members
from agent.app.demo.year import term_until
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.report import source
from agent.app.shown import demonstration, shown, shown_configuration
from agent.clock import Clock
from agent.core.audit import Tag
from agent.core.cases import State
from agent.core.clients import STAFF
from agent.core.decision import Verdict
from agent.core.tally import Minutes
from agent.store.auditlog import CHAIN, PUBLIC, check_chain, entries_in
from agent.store.concernfiles import ConcernFiles
from agent.store.history import History
from agent.store.keys import DayKeys
from agent.store.reader import recorded
from agent.store.receipts import Receipts
from agent.store.signing import read_public
from agent.store.writer import DATABASE
from tests.store.making import query

LAST = date(2026, 11, 20)
WEEKS = 7
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEPT_FROM = LAST + timedelta(days=1 - 27)


def _config() -> Configuration:
    found = read(Path("config"))
    assert isinstance(found, Configuration)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A data folder with a demonstration in it."""
    data = DataFolder(tmp_path_factory.mktemp("data"))
    plan = making.planned(_config(), data, term_until(LAST, 1, WEEKS), 1, NOW)
    days = list[int]()
    assert making.make(replace(plan, staff=members()[:24]), lambda: days.append(1)) > 1000
    assert len(days) == len(plan.term.days)
    return data


@pytest.fixture(scope="module")
def minutes(folder: DataFolder) -> Minutes:
    """Every active minute that is still held."""
    site = _config().engine.site.id
    return {k: c for day in recorded(folder.demo.root / DATABASE, site, date.min, date.max) for k, c in day.items()}


def test_it_lies_apart(folder: DataFolder) -> None:
    """Nothing of the live record is made or touched: everything is in the demonstration's own folder."""
    assert {path.name for path in folder.root.iterdir()} == {"demo", "demo.lock"}


def test_it_is_shown_and_marked(folder: DataFolder) -> None:
    """Readers are shown it as a demonstration, under the made-up school's configuration."""
    mark = demonstration(folder)
    assert mark is not None
    assert (mark.last, mark.made) == (LAST, NOW)
    assert shown(folder) == (folder.demo, True)
    assert "made up" in shown_configuration(_config(), folder).engine.site.name


def test_what_is_due_is_really_forgotten(folder: DataFolder, minutes: Minutes) -> None:
    """Of days older than the policy's retention neither rows nor keys are left, but receipts and totals of weeks."""
    zone = ZoneInfo("Europe/London")
    days = {datetime.fromtimestamp(key.minute * 60, zone).date() for key in minutes}
    keys = DayKeys.of_data(folder.demo.root)
    assert min(days) >= KEPT_FROM
    assert max(days) == LAST
    assert set(keys.days()) == days
    gone = Receipts(folder.demo.root).forgotten_days()
    assert len(gone) > 10
    assert max(gone) < KEPT_FROM
    weeks = query(folder.demo.root / DATABASE, "select count(distinct week) from totals")
    assert weeks[0][0] in (3, 4)


def test_a_term_has_something_of_everything(minutes: Minutes) -> None:
    """Allowed and blocked, the allowance used up, wet breaks, permission, the school's account, own phones."""
    rules = {key.rule for key in minutes}
    assert {"directed-time", "pupils-present", "not-excessive", "personal-devices", "for-the-school"} <= rules
    assert {key.verdict for key in minutes} == {Verdict.ALLOW, Verdict.BLOCK}
    assert "official" in {key.account for key in minutes}
    assert {"DEMO-1", "DEMO-2", ""} == {key.authorisation for key in minutes}


def test_every_week_was_told_before_it_was_forgotten(folder: DataFolder) -> None:
    """The report of each week is kept, half-term's too, and shown as a demonstration's."""
    told = sorted(path.stem for path in (folder.demo.root / "reports").glob("*.json"))
    assert told == [f"2026-W{week}" for week in range(41, 48)]
    found = source(_config(), folder, NOW).report()
    assert (found.week.week, found.demonstration) == ("2026-W47", True)


def test_nobody_but_staff_is_recorded(minutes: Minutes) -> None:
    """Pupils' devices are ruled on, and nothing of them is kept."""
    assert {key.role for key in minutes} <= set(map(str, STAFF))


def test_the_policy_changed_once(folder: DataFolder) -> None:
    """Two policies were in force, one after the other, and the chain says so."""
    journal = History(folder.demo.root).during(datetime.min.replace(tzinfo=UTC), NOW)
    assert [one.policy for one in journal] == ["no-personal-use", "breaks-without-pupils"]
    tags = [entry.tag for entry in entries_in(folder.demo.audit / CHAIN)]
    assert tags.count(Tag.POLICY_CHANGE) == 2


def test_two_cases_were_led_to_their_end(folder: DataFolder) -> None:
    """Both are closed, both were looked into, and the chain of the demonstration is whole."""
    made = shown_configuration(_config(), folder)
    cases = desk_of(made, folder.demo, Clock.starting_at(NOW)).all()
    assert [case.state(NOW) for case in cases] == [State.CLOSED, State.CLOSED]
    chain = folder.demo.audit / CHAIN
    assert [entry.tag for entry in entries_in(chain)].count(Tag.CASE_SEARCH) == 2
    assert check_chain(chain, read_public(folder.demo.audit / PUBLIC)).whole


def test_a_few_concerns_were_raised(folder: DataFolder) -> None:
    """Three, with numbers and nothing else to see."""
    assert len(ConcernFiles(folder.demo.root).ids()) == 3


def test_what_was_left_half_made_is_not_shown(tmp_path: Path) -> None:
    """An interrupted demonstration is no demonstration, and is taken away with the rest."""
    folder = DataFolder(tmp_path)
    (folder.root / making.UNFINISHED).mkdir(parents=True)
    assert shown(folder) == (folder, False)
    assert making.remove(folder)
    assert not (folder.root / making.UNFINISHED).exists()
    assert not making.remove(folder)
