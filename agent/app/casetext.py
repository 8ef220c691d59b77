"""Cases and what was found in them, in words for a terminal and as data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from textwrap import fill
from typing import Any

from agent.casework.looks import Answer
from agent.casework.plain import as_plain
from agent.core.cases import Case, State
from agent.core.search import MEANING, Context, Line

_WIDTH = 100
_COLUMNS = "  {:<14}{:<24}{:>8}{:>10}{:>9}   {:<13}{}"


def case_json(case: Case, at: datetime) -> dict[str, Any]:
    """A case as data, with how it stands."""
    return {"state": case.state(at).value, **as_plain(case)}


def listed_json(case: Case, at: datetime) -> dict[str, Any]:
    """What a list says of a case: never whom it is about."""
    return {
        "case": case.id,
        "state": case.state(at).value,
        "opened": case.opened_at.isoformat(),
        "opened_by": case.opened_by,
        "expires": case.expires.isoformat() if case.expires else None,
        "overdue": [task.kind.value for task in case.overdue(at.date())],
        "tell_by": case.tell_by.isoformat() if case.tell_by and not case.told else None,
    }


def listed(cases: list[Case], at: datetime, zone: tzinfo) -> str:
    """A line a case."""
    if not cases:
        return "no case is open or kept; `breaktime case open --help` says how one begins"
    return "\n".join(_listed(case, at, zone) for case in cases)


def _listed(case: Case, at: datetime, zone: tzinfo) -> str:
    until = f"until {instant(case.expires, zone)}" if case.expires and case.state(at).opens else ""
    notes = [*_pressing(case, at, zone)]
    line = f"{case.id}  {case.state(at):<10} opened {instant(case.opened_at, zone)} by {case.opened_by}  {until}"
    return "\n".join([line.rstrip(), *(f"    {note}" for note in notes)])


def shown(case: Case, at: datetime, zone: tzinfo) -> str:
    """A case as those read it who may see it."""
    scope, state = case.scope, case.state(at)
    services = ", ".join(sorted(scope.services)) or "all social media"
    lines = [
        f"Case {case.id}: {state}",
        f"  subject    {scope.subject} ({scope.role}), {services}, {_day(scope.first)} to {_day(scope.last)}",
        f"  reason     {case.reason} (paragraph {case.clause}; {case.basis.replace('-', ' ')})",
        f"  grounds    {case.grounds}",
        f"  opened     {instant(case.opened_at, zone)} by {case.opened_by}",
        *_standing(case, zone),
        *(f"  finding    {instant(one.at, zone)} {one.officer}: {one.text}" for one in case.findings),
        *(f"  task {one.number:<6}{_day(one.due)} {one.kind}{', done' if one.done else ''}" for one in case.tasks),
        *(
            f"  handed     {instant(one.at, zone)} to {one.who or one.recipient}: {one.what}"
            for one in case.disclosures
        ),
        *(f"  exported   {instant(one.at, zone)} by {one.officer}, {one.records} records" for one in case.exports),
        *(f"  ! {note}" for note in _pressing(case, at, zone)),
    ]
    return "\n".join(lines)


def _standing(case: Case, zone: tzinfo) -> Iterator[str]:
    for one in case.consents:
        yield f"  consent    {instant(one.at, zone)} by {one.officer}; another officer's is needed"
    if case.emergency:
        yield f"  glass      {instant(case.emergency.at, zone)} by {case.emergency.officer}: {case.emergency.why}"
    for one in case.approval.consents if case.approval else ():
        yield f"  approved   {instant(one.at, zone)} by {one.officer}, until {instant(one.expires, zone)}"
    if case.refused:
        yield f"  refused    {instant(case.refused.at, zone)} by {case.refused.officer}: {case.refused.text}"
    if case.told:
        yield f"  told       {instant(case.told.at, zone)} by {case.told.officer}: {case.told.how}"
    if case.held:
        yield f"  held       {len(case.held)} days of the record are kept for this case"
    if case.closed:
        kept = f"; kept until {_day(case.keep_until)}" if case.keep_until else ""
        yield f"  closed     {instant(case.closed.at, zone)} by {case.closed.officer}: {case.closed.text}{kept}"


def _pressing(case: Case, at: datetime, zone: tzinfo) -> Iterator[str]:
    """What somebody should do now."""
    if case.state(at) is State.CLOSED:
        return
    if case.held and not case.state(at).opens:
        yield f"it is over and still holds {len(case.held)} days: breaktime case release {case.id}, or close it"
    if case.consents:
        yield "a second officer must consent: breaktime case approve " + case.id
    if case.unreviewed and case.emergency:
        yield f"opened without approval; to be reviewed by {instant(case.emergency.review_by, zone)}"
    if case.tell_by and not case.told:
        yield f"the subject is to be told by {instant(case.tell_by, zone)}: breaktime case tell {case.id}"
    for task in case.overdue(at.astimezone(zone).date()):
        yield f"task {task.number} ({task.kind}) was due on {_day(task.due)}"


def answered_json(answer: Answer) -> dict[str, Any]:
    """What a search found as data."""
    found = answer.found
    return {
        "case": answer.case,
        "minutes": {str(day): count for day, count in found.minutes.items()},
        "lines": [
            {**as_plain(line), "first": f"{line.first:%H:%M}", "last": f"{line.last:%H:%M}"} for line in found.lines
        ],
        "beside": as_plain(answer.beside) if answer.beside else None,
        "meaning": MEANING,
    }


def answered(answer: Answer) -> str:
    """What a search found, by day and by period."""
    return "\n".join([*_answered(answer), "", fill(MEANING, _WIDTH)])


def _answered(answer: Answer) -> Iterator[str]:
    found = answer.found
    if not found.lines:
        yield f"Nothing that fits is recorded within case {answer.case}."
    for day, count in found.minutes.items():
        yield f"{day:%A} {day.day} {day:%B %Y}: {count} active minutes"
        yield _COLUMNS.format("period", "service", "visits", "contacts", "blocked", "from, to", "what, where")
        yield from (_line(line) for line in found.lines if line.day == day)
    if answer.beside:
        yield ""
        yield fill(beside(answer.beside), _WIDTH)


def _line(line: Line) -> str:
    what = ", ".join((*line.activities, *line.zones))
    when = f"{line.first:%H:%M}-{line.last:%H:%M}"
    return _COLUMNS.format(line.period, line.service, line.visits, line.contacts, line.blocked, when, what)


def beside(context: Context) -> str:
    """The comparison with other people's days in one paragraph."""
    if context.quarters is None:
        return "Beside others: too few other people had anything of the kind on these days to compare with."
    low, middle, high = context.quarters
    mine = f"{context.subject_median:g}" if context.subject_median is not None else "no"
    said = (
        f"Beside others, anonymously: on {context.subject_days} days the subject had {mine} such minutes (the middle). "
        f"On {context.person_days} days of other people who had any, half had between {low:g} and {high:g}, the "
        f"middle being {middle:g}. This is no score: it says how usual something is, not whether it was allowed."
    )
    left = f" {context.left_out} days with fewer than five others were left out." if context.left_out else ""
    return said + left


def instant(at: datetime, zone: tzinfo) -> str:
    """An instant as the school writes it."""
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
