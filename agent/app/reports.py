"""Which reports there are: told once and kept, so that no figure is ever told in another way, and a page costs nothing.

    week_of() (agent/report/telling.py) ─► <data>/reports/2026-W47.json ─► page · PDF · letter · console · editions

A week is kept as soon as it is over. A file comes into being whole and is never written over: whoever is second, or
comes back after having been killed, reads what is there. A report is told after those before it, so that last week's
figures and the usual ones are those that stand in their own reports.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from agent.app.paths import DataFolder
from agent.core.calendar import Calendar, DateRange
from agent.core.engine import Engine
from agent.report.chain import acts_of
from agent.report.deciding import decisions_of
from agent.report.editions import edition_of
from agent.report.figures import Decision, Edition, Week
from agent.report.measures import Before
from agent.report.places import days_of, week_name
from agent.report.reading import week_in
from agent.report.telling import Asked, week_of
from agent.store.auditlog import CHAIN
from agent.store.database import DATABASE
from agent.store.errors import StoreError, explained
from agent.store.week import days_held, weeks_of_totals

Teller = Callable[[Asked], Week]
MOST_AT_ONCE = 60
"""Weeks that are told one after another where none is kept yet: a school's year and some more."""


class NoReport(Exception):
    """There is no such report; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of one data folder, by the configuration in force. `suggestions`: how many hosts wait."""

    data: DataFolder
    engine: Engine
    now: datetime
    suggestions: int = 0
    tell: Teller = week_of

    @property
    def today(self) -> date:
        """The local date."""
        return self.now.astimezone(self.calendar.zone).date()

    @property
    def calendar(self) -> Calendar:
        """The school's year."""
        return self.engine.timetable.calendar

    @property
    def folder(self) -> Path:
        """Where reports are kept."""
        return self.data.root / "reports"

    def with_data(self) -> list[str]:
        """The weeks that anything is recorded of, or was told of, in order. Raises StoreError."""
        path, site = self.data.root / DATABASE, self.engine.site.id
        found = {week_name(day) for day in days_held(path, site, self.today)} | set(weeks_of_totals(path, site))
        return sorted(found | {file.stem for file in self.folder.glob("????-W??.json")})

    def decisions(self) -> tuple[Decision, ...]:
        """What waits for a decision now; in a report that is kept stands what waited then. Raises StoreError."""
        waiting = acts_of(self.data.audit / CHAIN, self.now, self.now).waiting
        return tuple(decisions_of(self.data.root, self.engine, self.now, waiting, self.suggestions))

    def newest(self) -> str:
        """The last week that is over and has data; without any, the last that is over. Raises StoreError."""
        over = week_name(self.today - timedelta(days=7))
        return max((week for week in self.with_data() if week <= over), default=over)

    def week(self, name: str) -> Week:
        """The report of a week, told after those that it is compared with. Raises StoreError, NoReport."""
        self._checked(name)
        if (kept := self.kept(name)) is not None:
            return kept
        for earlier in self._to_tell_first(name):
            self._told(earlier)
        return self._told(name)

    def kept(self, name: str) -> Week | None:
        """A report that was told before, or None. Raises StoreError if its file was damaged."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        with explained(path):
            found = path.stat()
        return _read(path, (found.st_ino, found.st_mtime_ns, found.st_size))

    def course(self, week: Week) -> tuple[Week, ...]:
        """The kept reports of the term up to a week, it among them."""
        if week.edition is not Edition.WEEK:
            return tuple(found for name in week.weeks if (found := self.kept(name)) is not None)
        before = (self.kept(name) for name in self._term_before(week.week))
        return (*(one for one in before if one is not None), week)

    def edition(self, edition: Edition, of: str) -> Week:
        """The half-term or term that a week lies in, up to that week. Raises StoreError, NoReport."""
        self._checked(of)
        span = self._span(edition, of)
        names = [name for name in _weeks(span) if name <= of]
        self.week(of)
        found = [(name, self.kept(name)) for name in names]
        told = [week for _, week in found if week is not None]
        if not told:
            raise NoReport(f"no report of a week of this {edition} is there yet; it ends on {days_of(of)[-1]:%d/%m/%Y}")
        missing = [name for name, week in found if week is None]
        return edition_of(edition, f"{names[0]}-{names[-1]}", told, missing)

    def _checked(self, name: str) -> None:
        try:
            first = days_of(name)[0]
        except ValueError:
            raise NoReport(f"{name} is no week; write it like {week_name(self.today)}") from None
        if first > self.today:
            raise NoReport(f"the week {name} is still to come; it begins on {first:%d/%m/%Y}")
        # Told twice, it would tell what somebody did in between.
        if (last := days_of(name)[-1]) >= self.today:
            raise NoReport(f"the week {name} is told once it is over, from {last + timedelta(days=1):%d/%m/%Y}")

    def _to_tell_first(self, name: str) -> list[str]:
        """Earlier weeks without a report, from the first with data on: those of the term, and last week."""
        there = self.with_data()
        since = there[0] if there else name
        wanted = {*self._term_before(name), _before(name)}
        return sorted(one for one in wanted if since <= one < name and self.kept(one) is None)[-MOST_AT_ONCE:]

    def _told(self, name: str) -> Week:
        earlier = tuple(one for week in self._term_before(name) if (one := self.kept(week)) is not None)
        before = Before(self.kept(_before(name)), earlier)
        made = self.tell(Asked(self.data.root, self.engine, name, self.now, before, self.suggestions))
        if name < min(self.with_data(), default="9"):
            return made  # before anything was recorded: told as it stands, and not kept
        self._keep(name, made)
        return self.kept(name) or made

    def _keep(self, name: str, made: Week) -> None:
        path = self.folder / f"{name}.json"
        draft = path.with_suffix(f".{os.getpid()}.new")
        with explained(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(draft, json.dumps(made.to_json(), ensure_ascii=False))
            for one in (self.folder, draft):
                _give(one, self.data.root)
            try:
                os.link(draft, path)
            except FileExistsError:  # another was quicker; what it told is what was told
                pass
            finally:
                draft.unlink()

    def _term_before(self, name: str) -> list[str]:
        """The earlier weeks of the term that a week lies in; none in the holidays."""
        days = days_of(name)
        term = next((one for one in self.calendar.terms if any(day in one for day in days)), None)
        return [week for week in _weeks(term) if week < name] if term else []

    def _span(self, edition: Edition, name: str) -> DateRange:
        days = days_of(name)
        term = next((one for one in self.calendar.terms if any(day in one for day in days)), None)
        if term is None:
            raise NoReport(f"the week {name} lies in no term of site.yaml; name a week of the term with --week")
        if edition is Edition.TERM:
            return term
        middle = next((one for one in self.calendar.half_terms if one.first in term), None)
        if middle is None:
            return term
        if days[0] <= middle.last:
            return DateRange(term.first, middle.first - timedelta(days=1))
        return DateRange(middle.last + timedelta(days=7 - middle.last.weekday()), term.last)


@lru_cache(2 * MOST_AT_ONCE)
def _read(path: Path, _stamp: tuple[int, ...]) -> Week:
    """A report from its file: a term's page reads a dozen of them, each the same as last time."""
    with explained(path):
        content = path.read_bytes()
    try:
        return week_in(json.loads(content))
    except ValueError:
        raise StoreError("is no whole report", path, "put a backup's file in its place, or move it away") from None


def _weeks(span: DateRange) -> Sequence[str]:
    return list(_every_week(span))


def _every_week(span: DateRange) -> Iterator[str]:
    day = span.first - timedelta(days=span.first.weekday())
    while day <= span.last:
        yield week_name(day)
        day += timedelta(days=7)


def _before(name: str) -> str:
    return week_name(days_of(name)[0] - timedelta(days=7))


def _give(path: Path, like: Path) -> None:
    """Let it belong to whom the data folder belongs to: root may tell a week that the gateway's account then reads."""
    owner, found = like.stat(), path.stat()
    if (found.st_uid, found.st_gid) != (owner.st_uid, owner.st_gid):
        os.chown(path, owner.st_uid, owner.st_gid)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
