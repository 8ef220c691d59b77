"""`breaktime import`: bells, rooms' timetables and free periods from what other programs export."""

from __future__ import annotations

from pathlib import Path

import click

from agent.app.imports import Imported, imported
from agent.app.swap import swap
from agent.cli.common import config_option, fail, load


@click.group("import")
def import_group() -> None:
    """Read timetables that another program exports: CSV, or iCalendar (.ics).

    What is read is printed, or written with --output; nothing that is there is changed without it.
    """


_output = click.option("--output", type=click.Path(path_type=Path), help="Write here; by default it is printed.")


@import_group.command("bells")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--bell", default="main", show_default=True, help="What a calendar's bell is called.")
@_output
@config_option
def bells(file: Path, bell: str, output: Path | None, config: Path) -> None:
    """Bells, as the `bells:` of site.yaml. CSV: bell,period,from,to and, if need be, days (mon tue …).

    \b
      breaktime import bells day.csv
      breaktime import bells infants.ics --bell infants
    """
    _import("bells", file, bell, output, config)


@import_group.command("rooms")
@click.argument("file", type=click.Path(path_type=Path))
@_output
@config_option
def rooms(file: Path, output: Path | None, config: Path) -> None:
    """When pupils are in which room, as rooms.csv. CSV: room,day,from,to; a calendar's events say where they are.

    \b
      breaktime import rooms rooms.ics --output config/rooms.csv
    """
    _import("rooms", file, "", output, config)


@import_group.command("free-periods")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--person", default="", help="Whose calendar it is: an id of people.csv.")
@_output
@config_option
def free_periods(file: Path, person: str, output: Path | None, config: Path) -> None:
    """Persons' free periods, as free-periods.csv. CSV: person,day,from,to; of a calendar, events called free or PPA.

    \b
      breaktime import free-periods timetable.ics --person teacher-03
    """
    _import("free-periods", file, person, output, config)


def _import(kind: str, file: Path, whose: str, output: Path | None, config: Path) -> None:
    zone = load(config).engine.timetable.calendar.zone
    try:
        read: Imported = imported(kind, file, whose, zone)
    except OSError as problem:
        fail(f"{file}: cannot be read ({problem.strerror})")
    if read.problems:
        fail("\n".join([*map(str, read.problems), f"{len(read.problems)} problem(s) in {file}; nothing was imported"]))
    if not read.rows:
        fail(f"{file}: nothing in it is one of the {kind}; `breaktime import {kind} --help` says what is looked for")
    if output is None:
        click.echo(read.text, nl=False)
        return
    try:
        if output.absolute().is_relative_to(config.absolute()):  # as the rest of it: the gateway's user reads it
            swap(output, read.text.encode(), config / "site.yaml")
        else:
            output.write_text(read.text)
    except OSError as problem:
        fail(f"{output}: cannot be written ({problem.strerror})")
    click.echo(f"{output}: {len(read.rows)} rows; then: breaktime check {config}")
