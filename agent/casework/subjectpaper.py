"""A person's copy in words and as data: what stands in it, who looked, when and why; nothing of what was kept back."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Any

from agent.casework.plain import as_plain
from agent.casework.subject import SubjectCopy
from agent.core.audit import Entry
from agent.core.cases import Case
from agent.core.concerns import Concern
from agent.core.prose import Block, Bullets, Grid, Paper, Section, as_markdown, plain
from agent.core.search import MEANING
from agent.core.tally import Basis, MinuteKey, Minutes

_FIELDS = tuple(name for name in MinuteKey._fields if name not in ("minute", "person"))
COLUMNS = ("day", "time", *_FIELDS, "requests", "bytes_up", "bytes_down")
"""All that is held of a minute; times are the school's."""
_MANNERS = {
    "in-person": "you came in person",
    "staff-record": "you were known from the staff record",
    "signed-in": "you had signed in",
}


def paper_of(copy: SubjectCopy, school: str, zone: tzinfo) -> Paper:
    """The copy in words."""
    lead = (
        f"Made on {_when(copy.made, zone)} because you asked on {_day(copy.request.requested)}; "
        f"{_MANNERS[copy.request.identified]}. Its number is {copy.number}.",
        f"It holds what the gateway of {plain(school)} holds about {plain(copy.person)} (UK GDPR, Article 15). The "
        "same stands as data in record.json, and every minute in minutes.csv.",
    )
    sections = (
        Section("What the school's lists say of you", tuple(_lists(copy))),
        Section("Your record of use", tuple(_record(copy, zone))),
        Section("Who looked, when and why", tuple(_cases(copy, zone))),
        Section("What you asked for before", tuple(_asked(copy, zone))),
        Section("Concerns that you raised", tuple(_concerns(copy, zone))),
        Section("What you did as an officer", tuple(_acts(copy, zone))),
        Section("What is not in here", (Bullets(NOT_IN_HERE),)),
        Section("What you can ask for", RIGHTS),
    )
    return Paper("What is held about you", lead, sections)


NOT_IN_HERE = (
    "What the law lets the school keep back for a time, for instance while a crime is looked into (Data Protection Act "
    "2018, Schedule 2). You are told of it afterwards. This sentence stands in every copy, whether or not anything is "
    "kept back.",
    "What others may have written about you in a concern: the data protection officer looks through those by hand.",
    "Totals without persons, and days that are forgotten: nobody can say any more who was who.",
    "Minutes of an allowance, which are one number in memory and never written.",
    "What the school holds about you elsewhere: ask the school.",
)
RIGHTS = (
    "You can have what is wrong put right, have it erased unless it is still needed, have its use restricted, and "
    "object (UK GDPR, Articles 16 to 18 and 21): ask the data protection officer.",
    "You can complain to the school, which says within 30 days that it has your complaint (Data Protection Act 2018, "
    "section 164A), and to the Information Commissioner (ico.org.uk, 0303 123 1113).",
)


def json_of(copy: SubjectCopy, school: str, zone: tzinfo) -> dict[str, Any]:
    """The copy as data; `words` are its sections as text."""
    paper = paper_of(copy, school, zone)
    return {
        "number": copy.number,
        "person": copy.person,
        "made": copy.made.isoformat(),
        "requested": copy.request.requested.isoformat(),
        "identified": copy.request.identified.value,
        "lists": {name: list(values) for name, values in copy.lists.items()},
        "minutes": [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(copy, zone)],
        "cases": [_case_json(case) for case in copy.cases],
        "looks": [_entry_json(one) for entries in copy.entries.values() for one in entries],
        "requests": [_entry_json(one) for one in copy.asked],
        "concerns": [_concern_json(concern) for concern in copy.concerns],
        "acts": [{"at": one.at.isoformat(), "what": one.tag.value} for one in copy.acts],
        "words": as_markdown(paper),
        "not_in_here": list(NOT_IN_HERE),
        "meaning": MEANING,
    }


def csv_of(copy: SubjectCopy, zone: tzinfo) -> str:
    """Every minute, a line each; texts that a spreadsheet would take for a formula are led by a quote."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in row] for row in rows_of(copy, zone))
    return out.getvalue()


def rows_of(copy: SubjectCopy, zone: tzinfo) -> Iterator[tuple[Any, ...]]:
    """Every minute in the order of `COLUMNS`; times are the school's."""
    for day, minutes in copy.minutes:
        for key, counts in minutes.items():
            clock = datetime.fromtimestamp(key.minute * 60, zone)
            values = (getattr(key, name) for name in _FIELDS)
            texts = (value if isinstance(value, bool) else str(value) for value in values)
            yield (day.isoformat(), f"{clock:%H:%M}", *texts, counts.requests, counts.bytes_up, counts.bytes_down)


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _lists(copy: SubjectCopy) -> Iterator[Block]:
    named = {name: values for name, values in copy.lists.items() if values}
    if named:
        rows = tuple((plain(name), plain(", ".join(values))) for name, values in named.items())
        yield Grid(("list", "entry"), rows)
    else:
        yield "They do not name you."


def _record(copy: SubjectCopy, zone: tzinfo) -> Iterator[Block]:
    if not copy.minutes:
        yield "There is no minute of yours that may be told."
        return
    yield Grid(("day", "visits", "contacts", "blocked", "services"), tuple(map(_day_row, copy.minutes)))
    yield MEANING


def _day_row(of: tuple[date, Minutes]) -> tuple[str, ...]:
    day, minutes = of
    seen = {basis: len({key.minute for key in minutes if key.basis is basis}) for basis in Basis}
    blocked = len({key.minute for key in minutes if key.verdict == "block"})
    services = Counter(key.service for key in minutes)
    named = ", ".join(f"{plain(name)} ({number})" for name, number in sorted(services.items()))
    return _day(day), f"{seen[Basis.VISIT]} min", f"{seen[Basis.CONTACT]} min", f"{blocked} min", named


def _cases(copy: SubjectCopy, zone: tzinfo) -> Iterator[Block]:
    if not copy.cases:
        yield "Nobody has looked at your record in a case that you may be told of."
    for case in copy.cases:
        yield f"Case {case.id}, opened on {_when(case.opened_at, zone)}:"
        yield Bullets(tuple(_case(case, zone)))
        rows = tuple((_when(one.at, zone), plain(one.actor), one.tag.value) for one in copy.entries[case.id])
        yield Grid(("when", "who", "what"), rows)


def _case(case: Case, zone: tzinfo) -> Iterator[str]:
    scope = case.scope
    services = ", ".join(sorted(scope.services)) or "all services"
    yield f"about: {plain(case.reason)} (paragraph {plain(case.clause)}); on these grounds: {plain(case.grounds)}"
    basis = case.basis.replace("-", " ")
    yield f"legal basis: {basis}; from {_day(scope.first)} to {_day(scope.last)}; {plain(services)}"
    if case.approval:
        by = ", ".join(f"{one.office} ({plain(one.officer)})" for one in case.approval.consents)
        yield f"approved on {_when(case.approval.at, zone)} by {by}, until {_when(case.approval.expires, zone)}"
        if ground := case.approval.telling.ground:
            why = plain(case.approval.telling.why)
            yield f"you were not told at once because of {ground.replace('-', ' ')}: {why}"
    if case.emergency:
        yield f"opened without approval on {_when(case.emergency.at, zone)}: {plain(case.emergency.why)}"
    if case.told:
        yield f"you were told on {_when(case.told.at, zone)}: {plain(case.told.how)}"
    yield from (f"found: {plain(one.text)}" for one in case.findings)
    for one in case.disclosures:
        duty = f"; duty: {plain(one.duty)}" if one.duty else ""
        whom = f"{one.recipient} {plain(one.who)}".strip()
        yield f"handed over on {_when(one.at, zone)} to {whom}: {plain(one.what)}; ground: {plain(one.ground)}{duty}"
    yield from (f"evidence made on {_when(one.at, zone)}: {one.records} records" for one in case.exports)
    if case.held:
        yield f"holds back {len(case.held)} day(s) of your record until it ends"
    if case.closed:
        kept = f"; its file is kept until {_day(case.keep_until)}" if case.keep_until else ""
        yield f"closed on {_when(case.closed.at, zone)}: {plain(case.closed.text)}{kept}"


def _asked(copy: SubjectCopy, zone: tzinfo) -> Iterator[Block]:
    rows = tuple(
        (_when(one.at, zone), plain(one.actor), one.tag.value, plain(one.detail.get("request", "")))
        for one in copy.asked
    )
    yield (
        "Every copy that was made of your record, this one too, and every erasure. Tell the chair of governors if "
        "there is one that you did not ask for."
    )
    yield Grid(("when", "who", "what", "number"), rows)


def _concerns(copy: SubjectCopy, zone: tzinfo) -> Iterator[Block]:
    if not copy.concerns:
        yield "None that is still kept."
        return
    rows = tuple(
        (one.id, _when(one.raised, zone), one.kind.says, plain(" ".join((one.seen, one.address, one.words))))
        for one in copy.concerns
    )
    yield Grid(("number", "when", "kind", "what you wrote"), rows)


def _acts(copy: SubjectCopy, zone: tzinfo) -> Iterator[Block]:
    if not copy.acts:
        yield "Nothing: you are no officer, or have not acted."
        return
    counted = Counter((_day(one.at.astimezone(zone).date()), one.tag.value) for one in copy.acts)
    yield Grid(("day", "what", "times"), tuple((day, tag, str(number)) for (day, tag), number in counted.items()))


def _case_json(case: Case) -> dict[str, Any]:
    """Without what tells of the chain's other entries, and without what tasks say of others."""
    data: dict[str, Any] = as_plain(case)
    for stands in ("approval", "emergency"):
        if data[stands]:
            data[stands] = {name: value for name, value in data[stands].items() if name not in ("entry", "terms")}
    data["tasks"] = [
        {"kind": task.kind.value, "due": task.due.isoformat(), "done": task.done.at.isoformat() if task.done else None}
        for task in case.tasks
    ]
    return data


def _concern_json(concern: Concern) -> dict[str, Any]:
    """What the person told; what others made of it is theirs."""
    told = ("id", "kind", "reporter", "seen", "address", "words")
    data = {name: str(getattr(concern, name)) for name in told}
    return data | {"raised": concern.raised.isoformat(), "open": concern.closed is None}


def _entry_json(entry: Entry) -> dict[str, Any]:
    """Without its place in the chain: a gap in the numbers would tell of what is not here."""
    detail = {name: value for name, value in entry.detail.items() if name != "subject"}
    return {"at": entry.at.isoformat(), "who": entry.actor, "what": entry.tag.value, "case": entry.case} | detail


def _when(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M}"


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
