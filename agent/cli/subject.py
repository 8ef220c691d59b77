"""A person's rights: a copy of everything that is held about them, and its erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from agent.app import subject
from agent.app.cases import desk_of
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework import subject as rights
from agent.casework.desk import Desk
from agent.casework.subject import Around, Identified, RightsRefused, SubjectRequest
from agent.cli.acting import as_option, officer_of
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.cli.desk import DAY
from agent.clock import Clock
from agent.core.offices import Officer
from agent.mail.outbox import MailError
from agent.store.errors import StoreError


@click.group("subject")
def subject_group() -> None:
    """What a person may ask for: a copy of all that is held about them, and its erasure.

    The data protection officer does both, never for themselves; whoever asks must be known to be the person, and how
    is written down before anything is read. Head and chair of governors are told that a copy was made.
    """


def _asked[C: Callable[..., Any]](command: C) -> C:
    identified = click.option(
        "--identified",
        type=choice(Identified),
        required=True,
        help="How you know that it is the person who asks; it is written down.",
    )
    requested = click.option("--requested", type=DAY, help="The day on which the request came; else today.")
    return identified(requested(command))


class _Seat(NamedTuple):
    config: Configuration
    desk: Desk
    officer: Officer
    around: Around
    request: SubjectRequest


@subject_group.command("export")
@click.argument("person")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A file that is not there yet.")
@_asked
@as_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="The file is JSON alone, and the answer too.")
def export_command(person: str, output: Path, as_json: bool, **given: Any) -> None:
    """Make a copy of everything held about PERSON, in words and as data, with who looked, when and why.

    The file is a zip: record.html and record.md to read, record.json and minutes.csv as data. What may not be told yet
    is not in it. Look through what others wrote in it before you hand it over.

    \b
      breaktime subject export teacher-01 --identified in-person --as dpo-1 --output copy.zip
    """
    if output.exists():
        fail(f"breaktime subject: {output} is there already; name another file")
    if not output.absolute().parent.is_dir():
        fail(f"breaktime subject: there is no folder {output.absolute().parent}")
    seat = _seat(person, **given)
    copy = _guarded(lambda: rights.export(seat.desk, seat.officer, seat.request, seat.around))
    write = subject.write_json if as_json else subject.write_archive
    _guarded(lambda: write(copy, seat.config, output))
    due = subject.due_on(seat.request.requested)
    minutes = sum(len(found) for _, found in copy.minutes)
    if as_json:
        answer = {"number": copy.number, "output": str(output), "minutes": minutes, "cases": len(copy.cases)}
        print_json(answer | {"withheld": copy.withheld, "answer_by": due.isoformat()})
    else:
        click.echo(f"{output}: {minutes} minutes on {len(copy.minutes)} days, {len(copy.cases)} case(s); {copy.number}")
    _remind(copy.withheld, due)


@subject_group.command("erase")
@click.argument("person")
@_asked
@as_option
@config_option
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def erase_command(person: str, yes: bool, as_json: bool, **given: Any) -> None:
    """Take PERSON out of the record: minutes, sealed names, past requests for access.

    Refused, with the reason, under a hold.

    What is gone is gone. The school's own lists (people.csv, devices.csv) are changed by hand; while they name the
    person and the policy records them, new minutes come.
    """
    if not yes:
        click.confirm(f"Take everything recorded of {person} out for good?", abort=True, err=True)
    seat = _seat(person, **given)
    erased = _guarded(lambda: rights.erase(seat.desk, seat.officer, seat.request, seat.around))
    if as_json:
        print_json(erased.as_json())
        return
    what = f"{erased.minutes} minutes and {erased.identities} sealed names, on {erased.days} day(s)"
    click.echo(f"taken out: {what}, {erased.requests} requests for access; receipt {erased.number}")
    if erased.requests_kept:
        stay = f"{erased.requests_kept} requests for access stay: they wait for an answer or are in force"
        click.echo(f"{stay}; once they are over, ask for the erasure again, or they go when all such go", err=True)


def _seat(person: str, config: Path, acting: str, secret_file: Path | None, **asked: Any) -> _Seat:
    loaded, data, clock = load(config), DataFolder.chosen(), Clock()
    desk = _guarded(lambda: desk_of(loaded, data, clock))
    officer = officer_of(data, desk.log, acting, secret_file, desk.now())
    requested: datetime | None = asked["requested"]
    day = requested.date() if requested else desk.today
    if day > desk.today:
        fail(f"breaktime subject: {day:%d/%m/%Y} is still to come")
    request = SubjectRequest(person, Identified(asked["identified"]), day)
    return _Seat(loaded, desk, officer, _guarded(lambda: subject.around(loaded, data, desk.now, person)), request)


def _remind(withheld: int, due: date) -> None:
    click.echo(f"the answer is due by {due:%d/%m/%Y}; read it first for what it says of others", err=True)
    if withheld:
        click.echo(
            f"{withheld} thing(s) may not be told yet and are not in it, nor does it say so: note the exemption that "
            "you rely on (Data Protection Act 2018, Schedule 2), and give the rest once the case was told",
            err=True,
        )


def _guarded[T](act: Callable[[], T]) -> T:
    try:
        return act()
    except (RightsRefused, StoreError, MailError, ValueError) as problem:
        fail(f"breaktime subject: {problem}")
