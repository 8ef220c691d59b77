"""Which reports there are: told in order, once, kept whole, and never told in another way."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from agent.app import access
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.report import Form, source, written
from agent.app.reports import NoReport, Reports
from agent.app.shown import MARK, demo_config
from agent.core.access import Asking
from agent.core.offices import Office, Officer
from agent.core.tally import Counts
from agent.report.figures import FEW, Edition, Figure, Week
from agent.report.telling import Asked, week_of
from agent.store import Store
from agent.store.errors import StoreError
from tests.casework.making import record
from tests.store.making import LONDON, MINUTE, SITE

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
HEAD = Officer("head-1", Office.HEADTEACHER)


@cache
def config() -> Configuration:
    """The shipped site."""
    found = read(ROOT / "config")
    assert isinstance(found, Configuration)
    return found


def reports(folder: Path, now: datetime = MONDAY) -> Reports:
    """The reports of a folder at an instant."""
    return Reports(DataFolder(folder), config().engine, now)


def write(folder: Path, day: datetime, people: int = 8) -> None:
    """A minute of each of so many people at an instant."""
    at = MINUTE._replace(minute=int(day.timestamp()) // 60)
    with Store.open(folder, SITE, LONDON) as store:
        store.write({at._replace(person=f"teacher-{n:02}", device=f"laptop-{n:02}"): Counts(1) for n in range(people)})


def test_the_newest_is_the_last_week_that_is_over_and_has_data(tmp_path: Path) -> None:
    """Not this week, nor an empty one while an earlier has data; without any data, last week."""
    assert reports(tmp_path).newest() == "2026-W48"
    record(tmp_path)
    assert reports(tmp_path).newest() == "2026-W48"
    assert reports(tmp_path, datetime(2026, 12, 17, tzinfo=UTC)).newest() == "2026-W48"
    assert reports(tmp_path, datetime(2026, 11, 26, tzinfo=UTC)).newest() == "2026-W47"


@pytest.mark.parametrize(("people", "told"), [(4, FEW), (5, 5)], ids=["few", "enough"])
def test_what_the_head_granted_in_the_week_is_told(tmp_path: Path, people: int, told: Figure) -> None:
    """Permissions that were asked for, granted and over within the week count, by the rule of small counts."""
    data = DataFolder(tmp_path)
    data.prepare()
    record(tmp_path)
    at = datetime(2026, 11, 23, 10, tzinfo=UTC)
    desk = access.desk_of(config(), data, lambda: at)
    for device in sorted(config().engine.directory.devices)[:people]:
        made = access.ask(config(), data, lambda: at, Asking(device, "", "A. Person", "facebook", "A trip"))
        desk.authorise(HEAD, made.id, at + timedelta(minutes=20))
    assert source(config(), data, MONDAY).report("2026-W48").week.authorisations.granted == told


def test_a_week_is_told_once(tmp_path: Path) -> None:
    """What comes into the record afterwards changes nothing that was told; the file is the owner's alone."""
    record(tmp_path)
    first = reports(tmp_path).week("2026-W48")
    assert first.minutes.blocked.total.minutes == 3 * 36
    write(tmp_path, datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert reports(tmp_path).week("2026-W48") == first
    (kept,) = (tmp_path / "reports").iterdir()
    assert kept.name == "2026-W48.json"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_week_that_is_not_over_is_not_told(tmp_path: Path) -> None:
    """Told on Tuesday and again on Monday, it would tell what somebody did in between."""
    record(tmp_path)
    at = reports(tmp_path, datetime(2026, 11, 29, 20, tzinfo=UTC))
    with pytest.raises(NoReport, match="from 30/11/2026"):
        at.week("2026-W48")
    with pytest.raises(NoReport, match="once it is over"):
        at.edition(Edition.TERM, "2026-W48")
    assert not list(tmp_path.glob("reports/2026-W48*"))


def test_earlier_weeks_are_told_first(tmp_path: Path) -> None:
    """So that last week's figures are those of its own report: every week of the term from the first with data."""
    write(tmp_path, datetime(2026, 11, 10, 11, tzinfo=UTC), 9)
    record(tmp_path)
    asked: list[tuple[str, str]] = []

    def tell(one: Asked) -> Week:
        asked.append((one.week, one.before.last.week if one.before.last else ""))
        return week_of(one)

    told = replace(reports(tmp_path), tell=tell).week("2026-W48")
    assert asked == [("2026-W46", ""), ("2026-W47", "2026-W46"), ("2026-W48", "2026-W47")]
    assert told.minutes.blocked.total.last == 0
    usual = told.minutes.blocked.total.usual
    assert usual is not None
    assert (usual.told, usual.weeks) == (2, 2)
    assert [one.week for one in reports(tmp_path).course(told)] == ["2026-W46", "2026-W47", "2026-W48"]


def test_a_week_before_the_record_is_not_kept(tmp_path: Path) -> None:
    """That nothing was recorded yet is no figure that anything is compared with."""
    record(tmp_path)
    assert reports(tmp_path).week("2026-W40").empty
    assert not (tmp_path / "reports").exists()


def test_who_is_second_takes_what_was_told(tmp_path: Path) -> None:
    """Two that tell the same week at once, or one that was killed on the way, leave one whole report."""
    record(tmp_path)
    first = reports(tmp_path)

    def slow(asked: Asked) -> Week:
        first.week(asked.week)  # the other is quicker
        return replace(week_of(asked), name="told in another way")

    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "2026-W48.77.new").write_text('{"half a rep')
    assert replace(first, tell=slow).week("2026-W48").name == "Example Primary School"


@pytest.mark.parametrize("damage", ["", "{}", '{"site": 1', "[]", "\x00"])
def test_a_damaged_report_is_never_told_anew(tmp_path: Path, damage: str) -> None:
    """What it told is not known, so it is said where it lies and what to do."""
    record(tmp_path)
    reports(tmp_path).week("2026-W48")
    (tmp_path / "reports" / "2026-W48.json").write_text(damage)
    with pytest.raises(StoreError, match="no whole report; put a backup"):
        reports(tmp_path).week("2026-W48")


@pytest.mark.parametrize(
    "name",
    ["", "W48", "2026-48", "2026-W54", "2026-W99", "../2026-W48", "2026-W0x", "2026-W7", "2026-W047", "2026-W4_7"],
)
def test_what_is_no_week(tmp_path: Path, name: str) -> None:
    """It is said how one is written."""
    with pytest.raises(NoReport, match="is no week; write it like 2026-W49"):
        reports(tmp_path).week(name)


def test_a_week_to_come(tmp_path: Path) -> None:
    """Nobody can tell it."""
    with pytest.raises(NoReport, match="still to come; it begins on 07/12/2026"):
        reports(tmp_path).week("2026-W50")


def test_editions(tmp_path: Path) -> None:
    """The half-term begins after the holidays in the middle, the term at its beginning; what has no report is named."""
    write(tmp_path, datetime(2026, 10, 13, 11, tzinfo=UTC))
    record(tmp_path)
    half = reports(tmp_path).edition(Edition.HALF_TERM, "2026-W48")
    term = reports(tmp_path).edition(Edition.TERM, "2026-W48")
    assert (half.weeks[0], half.weeks[-1], half.missing) == ("2026-W45", "2026-W48", ())
    assert (term.weeks[0], len(term.missing)) == ("2026-W42", 6)
    assert int(str(term.minutes.blocked.total.minutes)) == 8 + 3 * 36
    with pytest.raises(NoReport, match="lies in no term"):
        reports(tmp_path).edition(Edition.TERM, "2026-W34")


def test_each_form(tmp_path: Path) -> None:
    """Page, JSON and table are of the same figures; without a demonstration nothing says that it is one."""
    record(tmp_path)
    found = source(config(), DataFolder(tmp_path), MONDAY).report()
    plain = json.loads(written(found, Form.JSON))
    assert (plain["week"], plain["demonstration"]) == ("2026-W48", None)
    assert plain["minutes"]["blocked"]["total"]["minutes"] == 108
    assert b"108" in written(found, Form.HTML)
    assert b"blocked,total,,total,,108" in written(found, Form.CSV)


def test_what_waits_is_asked_anew(tmp_path: Path) -> None:
    """A decision is no figure: the newest report tells what waits now, an older one nothing."""
    write(tmp_path, datetime(2026, 11, 17, 11, tzinfo=UTC))
    record(tmp_path)
    live = DataFolder(tmp_path)
    assert source(config(), live, MONDAY).report().week.decisions == ()
    ungoverned = replace(config().engine.site, governance=None)
    engine = replace(config().engine, site=ungoverned)
    at = replace(source(config(), live, MONDAY), reports=Reports(live, engine, MONDAY))
    assert [one.why for one in at.report().week.decisions] == ["governance"]
    assert at.report("2026-W47").week.decisions == ()


def test_without_live_data_it_is_the_demonstrations(tmp_path: Path) -> None:
    """Marked on page and in JSON, told and kept in the demonstration's own folder; the first live minute ends it."""
    live = DataFolder(tmp_path)
    record(live.demo.root)
    mark = {"first": "2026-09-02", "last": "2026-11-27", "seed": 1, "made": "2026-11-30T07:00:00+00:00"}
    (live.demo.root / MARK).write_text(json.dumps(mark))
    shutil.copytree(ROOT / "config", demo_config(live))
    found = source(config(), live, MONDAY).report()
    assert found.demonstration
    assert found.week.minutes.blocked.total.minutes == 108
    assert b"made-up school" in written(found, Form.HTML)
    assert json.loads(written(found, Form.JSON))["demonstration"].startswith("Demonstration")
    assert (live.demo.root / "reports" / "2026-W48.json").exists()
    assert not (tmp_path / "reports").exists()
    write(tmp_path, datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert not source(config(), live, MONDAY).report().demonstration
