"""`breaktime pupils`: say on the spot whether pupils are about, for a zone or a room, until a time of today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from agent.app.declared import Declarations
from agent.app.desk import ask
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.clients import Zone
from agent.core.pupils import Declaration, Pupils
from agent.problems import did_you_mean


@click.group("pupils")
def pupils_group() -> None:
    """Whether pupils are about: what is declared goes before a room's timetable, and that before zone and bell."""


def _places(config: Configuration) -> list[str]:
    rooms = {place.room for place in config.engine.directory.places} - {""}
    return [*(str(zone) for zone in Zone), *sorted(rooms)]


_until: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--until", required=True, help="The time of today at which this ends, such as 10:45."
)


@pupils_group.command("present")
@click.argument("zone")
@_until
@config_option
def present(zone: str, until: str, config: Path) -> None:
    """Declare that pupils are present in ZONE (or a room). A running gateway takes it up within two seconds."""
    _declare(zone, Pupils.PRESENT, until, load(config))


@pupils_group.command("absent")
@click.argument("zone")
@_until
@config_option
def absent(zone: str, until: str, config: Path) -> None:
    """Declare that no pupils are in ZONE (or a room). A running gateway takes it up within two seconds.

    \b
      breaktime pupils absent hall --until 15:15
    """
    _declare(zone, Pupils.ABSENT, until, load(config))


@pupils_group.command("withdraw")
@click.argument("zone")
@config_option
def withdraw(zone: str, config: Path) -> None:
    """Take back what is declared of ZONE: bell and timetable say again what they say."""
    place = _place(zone, load(config))
    try:
        there = Declarations(DataFolder.chosen().declared).withdraw(place, _now().timestamp())
    except OSError as problem:
        fail(f"breaktime pupils: {problem}")
    click.echo(f"{place}: what was declared is taken back" if there else f"{place}: nothing was declared")


@pupils_group.command("show")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def show(config: Path, as_json: bool) -> None:
    """Show what is declared now, and until when."""
    zone = load(config).engine.timetable.calendar.zone
    declared = Declarations(DataFolder.chosen().declared).read(_now().timestamp())
    rows = [{"place": one.place, "pupils": one.pupils, "until": datetime.fromtimestamp(one.ends, zone).isoformat()}
            for one in declared]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['place']:<12} pupils {row['pupils']} until {row['until'][11:16]}")
    if not rows:
        click.echo("nothing is declared: bell and timetables say whether pupils are about")


def _now() -> datetime:
    """By the clock of the gateway that runs, which a rehearsal moves; else the machine's."""
    said = ask(DataFolder.chosen().desk, {"now": True})
    return Clock().now() if said is None else datetime.fromtimestamp(said, UTC)


def _declare(zone: str, pupils: Pupils, until: str, config: Configuration) -> None:
    place, now = _place(zone, config), _now()
    local = now.astimezone(config.engine.timetable.calendar.zone)
    try:
        clock = datetime.strptime(until, "%H:%M")
    except ValueError:
        fail(f"breaktime pupils: {until[:20]!r} is not a time of day: write it as HH:MM, such as 10:45")
    minute = clock.hour * 60 + clock.minute
    ends = config.engine.timetable.instant(local.date(), minute)
    if ends.timestamp() <= now.timestamp():
        fail(f"breaktime pupils: {until} is over today ({local:%H:%M} now); a declaration ends later on the same day")
    data = DataFolder.chosen()
    try:
        one = Declaration(place, pupils, (now - timedelta(seconds=1)).timestamp(), ends.timestamp())
        Declarations(data.declared).declare(one)
    except OSError as problem:
        fail(f"breaktime pupils: {problem.filename or data.root}: cannot be written ({problem.strerror})")
    click.echo(f"{place}: pupils {pupils} until {until}")


def _place(zone: str, config: Configuration) -> str:
    places = _places(config)
    if zone not in places:
        fail(f"breaktime pupils: no zone or room is called {zone[:40]!r}; {did_you_mean(zone, places)}")
    return zone
