"""A look into the subject's record, within the case: filters, a picture of the days, the lines behind it.

The filters come in the form's body, never in the address: an address stays in histories and logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta

from starlette.responses import Response

from agent.app.casetext import beside
from agent.casework import looks
from agent.console.investigator.desk import answered, capacities_for, searchable, wrong_in_words
from agent.console.investigator.fields import SEARCH
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.casework import Action
from agent.core.search import MEANING, Filter
from agent.report.charts import Bar, Chart, Table, bars

PAGES = Pages()
MOST_DAYS = 31
"""Up to so many days the picture has a bar a day; beyond, one a week."""


@PAGES.post("/cases/{case}/search", "case-search", capacities_for(Action.SEARCH), SEARCH, mends=True)
def search(visit: Visit) -> Response:
    """Search, and show what was found; the entry stands before the first row is read."""
    if visit.given.wrong:
        return _page(visit, None, f"Nothing was looked at: {wrong_in_words(visit)}.", 422)
    return answered(visit, lambda: _found(visit))


def timeline(minutes: Mapping[date, int]) -> Chart:
    """Active minutes a day, with the school days between that had none; of a long time a week."""
    days = sorted(minutes)
    if not days:
        return bars("days", "Active minutes", ("",), (), Table(("Day", "Minutes"), ()))
    weekly = (days[-1] - days[0]).days >= MOST_DAYS
    sums = _weeks(minutes) if weekly else _days(minutes)
    title = "Active minutes a week, by its Monday" if weekly else "Active minutes a day"
    rows = [Bar(f"{one:%a} {one.day} {one:%b}", (float(count),), f"{count:,}") for one, count in sums.items()]
    said = tuple((f"{one:%A} {one.day} {one:%B %Y}", f"{count:,}") for one, count in sums.items())
    return bars("days", title, ("",), rows, Table(("Week of" if weekly else "Day", "Minutes"), said))


def _days(minutes: Mapping[date, int]) -> dict[date, int]:
    first, last = min(minutes), max(minutes)
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: minutes.get(day, 0) for day in every if day in minutes or day.weekday() < 5}


def _weeks(minutes: Mapping[date, int]) -> dict[date, int]:
    mondays = [day - timedelta(days=day.weekday()) for day in sorted(minutes)]
    weeks = ((mondays[-1] - mondays[0]).days // 7) + 1
    sums = {mondays[0] + timedelta(weeks=n): 0 for n in range(weeks)}
    for day, count in minutes.items():
        sums[day - timedelta(days=day.weekday())] += count
    return sums


def _found(visit: Visit) -> Response:
    compare = visit.given["compare"]
    try:
        answer = looks.look(visit.desk, visit.officer, visit.place["case"], _filter(visit), compare)
    except ValueError as problem:
        return _page(visit, None, f"Nothing was looked at: {problem}.", 422)
    return _page(visit, answer)


def _page(visit: Visit, answer: looks.Answer | None, wrong: str = "", status: int = 200) -> Response:
    return visit.show(
        "investigator/search.html", status, **searchable(visit), id=visit.place["case"], answer=answer, wrong=wrong,
        chart=timeline(answer.found.minutes) if answer else None, meaning=MEANING,
        beside=beside(answer.beside) if answer and answer.beside else "",
    )  # fmt: skip


def _filter(visit: Visit) -> Filter:
    given = visit.given

    def only(word: str) -> frozenset[str]:
        return frozenset({given[word]} if given[word] else ())

    return Filter(
        services=only("service"),
        categories=only("category"),
        activities=only("activity"),
        verdicts=only("verdict"),
        periods=only("period"),
        zones=only("zone"),
        since=_clock(given["since"]),
        until=_clock(given["until"]),
        first=given["from"],
        last=given["to"],
    )


def _clock(typed: str) -> time | None:
    return time.fromisoformat(typed) if typed else None
