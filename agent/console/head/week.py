"""The week and the term of the head: the kept report in the console's frame, and its figures as a table."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from agent.app.report import Form, source, written
from agent.app.reports import NoReport
from agent.console.inputs import Input
from agent.console.look import digest
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.callers import Capacity, capacities
from agent.report import page
from agent.report.figures import Edition
from agent.report.page import Shown
from agent.report.paper import NoPaper
from agent.store.errors import StoreError

PAGES = Pages()
READING = capacities(Capacity.HEADTEACHER, Capacity.CHAIR_OF_GOVERNORS)
WEEK = Input("week", "The week", most=8, needed=False, pattern="[0-9]{4}-W[0-9]{2}")
MOST = 60
"""Weeks to choose from: a school's year and some more."""
STYLE = f"/static/week.css?v={digest(page.style_sheet().encode())}"


@PAGES.get("/week", "week-show", READING, [WEEK], nav="Week")
def week(visit: Visit) -> Response:
    """The report of a week: the last complete one, or that which was chosen."""
    return _shown(visit, Edition.WEEK)


@PAGES.get("/term", "term-show", READING, [WEEK], nav="Term")
def term(visit: Visit) -> Response:
    """The term up to a week."""
    return _shown(visit, Edition.TERM)


@PAGES.get("/week/table", "week-table", READING, [WEEK])
def table(visit: Visit) -> Response:
    """Every figure of a week's report, as CSV."""
    try:
        found = source(visit.config, visit.data, visit.now).report(visit.given["week"] or None)
    except (NoReport, StoreError) as problem:
        return _nothing(visit, problem)
    return _file(found, written(found, Form.CSV), "csv", "text/csv")


@PAGES.get("/week/paper", "week-paper", READING, [WEEK])
def paper(visit: Visit) -> Response:
    """A week's report on paper, the same as `breaktime report --format pdf`."""
    try:
        found = source(visit.config, visit.data, visit.now).report(visit.given["week"] or None)
        made = written(found, Form.PDF)
    except (NoReport, NoPaper, StoreError) as problem:
        return _nothing(visit, problem)
    return _file(found, made, "pdf", "application/pdf")


def _file(found: Shown, content: bytes, end: str, kind: str) -> Response:
    name = f"{'demonstration-' if found.demonstration else ''}{found.week.week}.{end}"
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _shown(visit: Visit, edition: Edition) -> Response:
    try:
        reports = source(visit.config, visit.data, visit.now)
        found = reports.report(visit.given["week"] or None, edition)
        newest = reports.reports.newest()
        weeks = [name for name in reports.reports.with_data() if name <= newest][::-1][:MOST]
    except (NoReport, StoreError) as problem:
        return _nothing(visit, problem)
    # What waits is decided in this console, wherever the letter says that it is.
    report = page.body(replace(found, console=""))
    return visit.show("head/week.html", report=report, weeks=weeks, found=found.week, sheet=STYLE, wrong="")


def _nothing(visit: Visit, problem: Exception) -> Response:
    return visit.show("head/week.html", 404, report="", weeks=[], found=None, sheet=STYLE, wrong=str(problem))
