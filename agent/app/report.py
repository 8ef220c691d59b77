"""`breaktime report`, and whoever else shows the head's week: a report that is kept → page, PDF, JSON or table.

Without live data it is the demonstration's, by the made-up school's configuration, and marked so on every side.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from agent.app.access import remembering
from agent.app.learned import suggestions
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.reports import Reports
from agent.app.shown import SAID, shown, shown_configuration
from agent.report import page, words
from agent.report.figures import Edition, Figure, Kind, Week
from agent.report.leading import lead, second
from agent.report.page import Point, Shown
from agent.report.paper import pdf
from agent.report.places import days_of
from agent.report.tidy import as_csv


class Form(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a reader's reports come from: the live folder's, or the demonstration's."""

    reports: Reports
    demonstration: bool
    console: str

    def report(self, week: str | None = None, edition: Edition = Edition.WEEK) -> Shown:
        """A week (the last complete one with data), or the half-term or term up to it, with what is said around it.

        Raises StoreError, NoReport.
        """
        newest = self.reports.newest()
        name = week or newest
        found = self.reports.week(name) if edition is Edition.WEEK else self.reports.edition(edition, name)
        # What waits is asked anew: a decision that was made since then waits no longer, and an old week has none.
        # In a demonstration nobody forgets after it was made, and nobody decides.
        asks = found.week == newest and not self.demonstration
        found = replace(found, decisions=self.reports.decisions() if asks else ())
        made = self.reports.now.astimezone(self.reports.calendar.zone)
        kinds = lead(found).kind, second(found).kind
        course = tuple(_point(one, *kinds) for one in self.reports.course(found))
        names = {one.id: one.name for one in self.reports.engine.catalogue.services.values()}
        return Shown(found, made, self.demonstration, course if len(course) > 1 else (), self.console, names)


def source(config: Configuration, data: DataFolder, now: datetime) -> Source:
    """The reports that a reader is shown. Raises StoreError."""
    folder, made_up = shown(data)
    engine = remembering(shown_configuration(config, data), folder)
    today = now.astimezone(engine.timetable.calendar.zone).date()
    waiting = len(suggestions(folder, engine.catalogue, frozenset(), today))
    return Source(Reports(folder, engine, now, waiting), made_up, config.built.report.console)


def report_for(
    config: Configuration, data: DataFolder, now: datetime, week: str | None = None, edition: Edition = Edition.WEEK
) -> Week:
    """The figures alone. Raises StoreError, NoReport."""
    return source(config, data, now).report(week, edition).week


def written(shown_week: Shown, form: Form) -> bytes:
    """A report as a file. Raises NoPaper where a PDF cannot be made."""
    match form:
        case Form.HTML:
            return page.document(shown_week).encode()
        case Form.PDF:
            return pdf(shown_week)
        case Form.CSV:
            return as_csv(shown_week.week).encode("utf-8-sig")
        case Form.JSON:
            plain = {"demonstration": SAID if shown_week.demonstration else None, **shown_week.week.to_json()}
            return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def _point(week: Week, first: Kind, other: Kind) -> Point:
    """A week of the course, by the kinds that the week at its end leads with."""
    label = words.course_label(days_of(week.week)[0])
    return Point(label, _told(week, first), _told(week, other))


def _told(week: Week, kind: Kind) -> Figure | None:
    measure = next(one for one in week.minutes if one.kind is kind)
    return None if week.empty else measure.total.minutes
