"""`breaktime demo`: the made-up term made whole beside the live record, or taken away.

It grows in `<data>/demo.unfinished`, which takes its place in one step at the end: whatever interrupts it, what stands
at `<data>/demo` is whole. Nothing of the live record, its keys, its audit chain or its letters is touched.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from agent.app import retention
from agent.app.demo import casebook
from agent.app.demo.habits import day_of
from agent.app.demo.people import Member, members
from agent.app.demo.pushing import Pusher
from agent.app.demo.school import CannotShow, schools
from agent.app.demo.year import Term
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.reports import Reports
from agent.app.shown import MARK, Demonstration, demo_config
from agent.core.calendar import DayKind
from agent.core.engine import Engine
from agent.core.pupils import Declaration, Pupils
from agent.core.tally import Minutes
from agent.core.trusted import Sources
from agent.report.places import week_name
from agent.store.writer import Store

UNFINISHED = "demo.unfinished"
_MONDAY = 0
_WET = ((time(10, 30), time(10, 45)), (time(12), time(13)))
_WORKING = (DayKind.SCHOOL, DayKind.INSET)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made: the live data folder, the school before the policy's change and after it, the term.

    `staff` are those of them who use anything; fewer are made sooner.
    """

    folder: DataFolder
    before: Configuration
    after: Configuration
    term: Term
    seed: int
    made: datetime
    staff: tuple[Member, ...] = field(default_factory=members)

    def in_force(self, day: date) -> Configuration:
        """The configuration of a day."""
        return self.before if day < self.term.change else self.after


def planned(config: Configuration, folder: DataFolder, term: Term, seed: int, now: datetime) -> Plan:
    """The plan of a term; `now` is noted as the instant at which it was made. Raises CannotShow."""
    return Plan(folder, *schools(config, term), term, seed, now)


def make(plan: Plan, step: Callable[[], None]) -> int:
    """Make the demonstration and put it in its place; how many active minutes its school recorded.

    `step` is called after each day of the term. Raises CannotShow, StoreError, OSError.
    """
    with _alone(plan.folder):
        data = DataFolder(plan.folder.root / UNFINISHED)
        shutil.rmtree(data.root, ignore_errors=True)
        data.prepare()
        written = _term(plan, data, step)
        _write_config(plan.after, data.root / demo_config(plan.folder).name)
        mark = Demonstration(plan.term.first, plan.term.last, plan.seed, plan.made)
        (data.root / MARK).write_text(json.dumps(mark.as_json(), indent=1) + "\n")
        give(data.root, plan.folder.root)
        _clear(plan.folder.demo.root)
        data.root.rename(plan.folder.demo.root)
    return written


def give(tree: Path, like: Path) -> None:
    """Let everything in `tree` belong to whom `like` belongs to: root makes it, and the gateway's account reads it."""
    owner = like.stat()
    for path in (tree, *tree.rglob("*")):
        if (found := path.lstat()).st_uid != owner.st_uid or found.st_gid != owner.st_gid:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def remove(folder: DataFolder) -> bool:
    """Take the demonstration away, and what was left of one that was being made; False if there was none.

    Raises CannotShow while one is being made, OSError.
    """
    places = [place for place in (folder.demo.root, folder.root / UNFINISHED) if place.exists()]
    if places:
        with _alone(folder):
            for place in places:
                _clear(place)
    return bool(places)


def _clear(root: Path) -> None:
    """Take a demonstration away, its mark first: one that is half gone counts as none."""
    if root.exists():
        (root / MARK).unlink(missing_ok=True)
        shutil.rmtree(root)


def _term(plan: Plan, data: DataFolder, step: Callable[[], None]) -> int:
    """The term day by day; how many active minutes were recorded."""
    written, held = 0, set[date]()
    site, zone = plan.after.engine.site.id, plan.after.engine.timetable.calendar.zone
    pushers = {id(one): Pusher(one.engine.weekly) for one in (plan.before, plan.after)}
    with Store.open(data.root, site, zone, report=lambda text: None) as store:
        for day in plan.term.days:
            midnight, config = datetime.combine(day, time(), zone), plan.in_force(day)
            _forget(config.engine, data, midnight, held)
            store.let_go()
            if day.weekday() == _MONDAY:
                _tell(config.engine, data, midnight)
            if day in (plan.term.first, plan.term.change):
                casebook.take_up(config, data, midnight + timedelta(hours=6))
            if minutes := _day(plan, pushers[id(config)], config.engine, midnight):
                written += store.write(minutes)
                held.add(day)
            casebook.evening(config, data, plan.term, midnight)
            step()
    _forget(plan.after.engine, data, datetime.combine(plan.term.last + timedelta(days=1), time(), zone), held)
    monday = plan.term.last + timedelta(days=7 - plan.term.last.weekday())
    _tell(plan.after.engine, data, datetime.combine(monday, time(), zone))
    return written


def _day(plan: Plan, pusher: Pusher, engine: Engine, midnight: datetime) -> Minutes:
    """The active minutes of a day; none where nobody works."""
    day = midnight.date()
    kind = engine.timetable.calendar.day_kind(day)
    if kind not in _WORKING:
        return {}
    sights = day_of(plan.staff, day, plan.seed, kind is DayKind.SCHOOL)
    return pusher.day(_wet(engine, midnight) if day in plan.term.wet else engine, midnight, sights)


def _tell(engine: Engine, data: DataFolder, monday: datetime) -> None:
    """Tell the report of the week that is over, as a gateway does on Monday; it is kept when its days are forgotten."""
    reports = Reports(data, engine, monday + timedelta(hours=7))
    name = week_name(monday.date() - timedelta(days=1))
    if name in reports.with_data():
        reports.week(name)


def _wet(engine: Engine, midnight: datetime) -> Engine:
    """The engine on a day whose breaks are spent in the classrooms, as somebody on the spot declares."""
    day = midnight.date()
    spans = [[datetime.combine(day, one, midnight.tzinfo).timestamp() for one in span] for span in _WET]
    declared = [Declaration("classroom", Pupils.PRESENT, begins, ends) for begins, ends in spans]
    return replace(engine, presence=engine.presence.declaring(declared))


def _forget(engine: Engine, data: DataFolder, midnight: datetime, held: set[date]) -> None:
    """Forget what is due as the day begins, by a clock that shows the made-up term's time."""
    keep = timedelta(days=retention.keep_of(engine).least)
    due = {day for day in held if day + keep <= midnight.date()}
    if due:
        at = midnight.timestamp() + 60
        retention.run(engine, data.root, lambda: Sources(at, "demonstration", at, synchronised=True))
        held -= due


def _write_config(config: Configuration, folder: Path) -> None:
    for name, content in config.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    """Hold off everybody else who makes or removes one here. Raises CannotShow."""
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder.root / "demo.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotShow("another `breaktime demo` is at work on this data folder; wait for it") from None
        yield
