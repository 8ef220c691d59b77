"""Monday, seven o'clock: the week is told, kept, and sent to the head; once, whatever happens in between.

The courier's round asks every minute, before it hands letters over. A week is due from Monday 07:00 by the school's
clock, unless `report:` in site.yaml says otherwise, or as soon after it as the gateway runs: after a holiday one letter
comes, about the last week with anything in it. Letters first, then the mark that they are written: who is killed
between the two puts the same letters again, and the outbox, where they still wait, keeps one of each. A holiday week
without a minute is kept, and sends no letter.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import Post, post_of
from agent.app.report import Form, Source, source, written
from agent.core.offices import Office
from agent.mail.letter import Attachment, Letter
from agent.packs.report import ReportSettings
from agent.report.letter import letter
from agent.report.page import Shown
from agent.report.paper import NoPaper
from agent.report.places import week_name
from agent.store.errors import explained

SENT = "sent"
Paper = Callable[[Shown], Iterable[Attachment]]


def attached(shown: Shown) -> Iterator[Attachment]:
    """The report on paper; nothing where this machine cannot write a PDF."""
    try:
        yield Attachment(f"breaktime-{shown.week.week}.pdf", "application/pdf", written(shown, Form.PDF))
    except NoPaper:
        return


@dataclass(frozen=True, slots=True)
class ReportRound:
    """What is done each minute; cheap while nothing is due."""

    data: DataFolder
    post: Callable[[], Post]
    reports: Callable[[], Source]
    local: Callable[[], datetime]
    due: Callable[[], ReportSettings] = ReportSettings
    paper: Paper = attached

    def __call__(self) -> None:
        """Tell and send what is due. Raises StoreError, MailError, NoReport."""
        due = due_week(self.local(), self.due())
        last = self.sent()
        if due <= last:
            return
        post, found = self.post(), self.reports()
        if found.demonstration or not (week := self._newest(found, due, last)):
            return
        shown = found.report(week)
        for one in letters(shown, post, self.paper):
            post.outbox.put(one)
        self._mark(due)

    def sent(self) -> str:
        """The last week that was dealt with, or "" where none was."""
        try:
            return (self.data.root / "reports" / SENT).read_text().strip()
        except FileNotFoundError:
            return ""

    def _newest(self, found: Source, due: str, last: str) -> str:
        """The last due week that has anything to tell and was not dealt with; "" (and that is noted) if none has."""
        there = [week for week in found.reports.with_data() if last < week <= due]
        for week in reversed(there):
            if not found.reports.week(week).empty:
                return week
        if last or there:
            self._mark(due)
        return ""

    def _mark(self, week: str) -> None:
        path = self.data.root / "reports" / SENT
        draft = path.with_suffix(".new")
        with explained(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with draft.open("w") as file:
                file.write(f"{week}\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)


def due_week(local: datetime, due: ReportSettings) -> str:
    """The last week whose report is due at a local instant: wall clock against wall clock."""
    so_far = (local.weekday(), local.hour * 60 + local.minute)
    weeks = 1 if so_far >= (due.day, due.minute) else 2
    return week_name(local.date() - timedelta(weeks=weeks))


def letters(shown: Shown, post: Post, paper: Paper) -> Iterator[Letter]:
    """A letter to each head, the PDF with it where this machine can write one; none where no mail server is named."""
    addresses = post.addresses(Office.HEADTEACHER)
    if post.server is None or not addresses:
        return
    told, files = letter(shown), tuple(paper(shown))
    for number, to in enumerate(addresses):
        yield Letter(f"report-{shown.week.week}-{number}", to, told.subject, told.text, shown.made, files, told.html)


def report_round(in_force: Callable[[], Configuration], data: DataFolder, now: Callable[[], datetime]) -> ReportRound:
    """The round of a running gateway, by the configuration in force."""

    def local() -> datetime:
        return now().astimezone(in_force().engine.timetable.calendar.zone)

    def due() -> ReportSettings:
        return in_force().built.report

    return ReportRound(data, lambda: post_of(in_force(), data), lambda: source(in_force(), data, now()), local, due)
