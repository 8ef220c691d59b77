"""The headteacher's authorisations on the command line: who asked for access, the answer, and its end."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import click

from agent.app import access
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.access import AccessDesk, AccessError
from agent.cli.acting import as_option, officer_of
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.access import AccessRequest, Asking, Standing
from agent.core.offices import Officer
from agent.store.errors import StoreError

UNTIL = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%d/%m/%Y", "%d/%m/%Y %H:%M"])


class Seat(NamedTuple):
    """An officer at the desk."""

    config: Configuration
    desk: AccessDesk
    officer: Officer
    as_json: bool

    def say(self, request: AccessRequest) -> None:
        """Print a request that has changed."""
        if self.as_json:
            print_json(access.as_json(request, self.desk.now()))
        else:
            click.echo("\n".join(_lines(request, self)))


def _seated(command: Any) -> Any:
    as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    return config_option(as_option(as_json(command)))


def _seat(config: Path, acting: str, secret_file: Path | None, as_json: bool) -> Seat:
    loaded, data, clock = load(config), DataFolder.chosen(), Clock()
    try:
        desk = access.desk_of(loaded, data, clock.now)
    except StoreError as problem:
        fail(f"breaktime authorise: {problem}")
    return Seat(loaded, desk, officer_of(data, desk.log, acting, secret_file, clock.now()), as_json)


@click.group("authorise")
def authorise_group() -> None:
    """Who asked for access to what is blocked, and the headteacher's answer.

    An authorisation is in force on a running gateway within two seconds, and ends by itself.

    \b
      breaktime authorise list --as head-1
      breaktime authorise grant P2026-7KQ2 --until 18/12/2026 --as head-1
      breaktime authorise grant --person teacher-02 --service facebook --purpose "School page" --until 2026-12-18
    """


@authorise_group.command("list")
@_seated
def list_command(**who: Any) -> None:
    """List who asked for what, and what was answered; the look is written down first."""
    at = _seat(**who)
    try:
        found, damaged = at.desk.listed(at.officer)
    except (AccessError, StoreError) as problem:
        fail(f"breaktime authorise: {problem}")
    for one in damaged.values():
        click.echo(f"breaktime authorise: {one}", err=True)
    if at.as_json:
        print_json([access.as_json(one, at.desk.now()) for one in found])
        return
    click.echo("\n\n".join("\n".join(_lines(one, at)) for one in found) or "nobody has asked for access")


@authorise_group.command("grant")
@click.argument("request", required=False)
@click.option("--until", type=UNTIL, required=True, help="The last day, or the minute from which it holds no more.")
@click.option("--word", default="", help="A word to whoever asked.")
@click.option("--person", default="", help="Without a request: a person of people.csv.")
@click.option("--device", default="", help="Without a request: a device of devices.csv.")
@click.option("--service", default="", help="Without a request: a service of the catalogue.")
@click.option("--purpose", default="", help="Without a request: what it is for.")
@_seated
def grant_command(request: str | None, until: datetime, word: str, **given: Any) -> None:
    """Grant a request until a date, or authorise somebody who did not ask."""
    person, device, service, purpose = (given.pop(name) for name in ("person", "device", "service", "purpose"))
    if bool(request) == bool(person or device):
        raise click.UsageError("name a request, or --person (or --device) with --service and --purpose")
    at = _seat(**given)
    ends = _ends(until, at)
    try:
        if request:
            at.say(at.desk.authorise(at.officer, request.upper(), ends, word))
            return
        asking = Asking(device, person, device, service, purpose)
        access.known(at.config.engine, asking)
        at.say(at.desk.give(at.officer, asking, ends))
    except (AccessError, StoreError) as problem:
        fail(f"breaktime authorise: {problem}")


@authorise_group.command("refuse")
@click.argument("request")
@click.option("--word", required=True, help="Why not, in a word; whoever asked is shown it.")
@_seated
def refuse_command(request: str, word: str, **who: Any) -> None:
    """Refuse a request."""
    at = _seat(**who)
    try:
        at.say(at.desk.refuse(at.officer, request.upper(), word))
    except (AccessError, StoreError) as problem:
        fail(f"breaktime authorise: {problem}")


@authorise_group.command("revoke")
@click.argument("request")
@click.option("--word", default="", help="A word to whoever asked.")
@_seated
def revoke_command(request: str, word: str, **who: Any) -> None:
    """End an authorisation now."""
    at = _seat(**who)
    try:
        at.say(at.desk.revoke(at.officer, request.upper(), word))
    except (AccessError, StoreError) as problem:
        fail(f"breaktime authorise: {problem}")


def _ends(until: datetime, at: Seat) -> datetime:
    """A day is meant with all of it."""
    if until.time() == time():
        until += timedelta(days=1)
    return until.replace(tzinfo=at.desk.zone)


def _lines(request: AccessRequest, at: Seat) -> list[str]:
    asking, zone, standing = request.asking, at.desk.zone, request.standing(at.desk.now())
    who = asking.person or f"{asking.name} on {asking.device}"
    lines = [f"{request.id}  {standing}  {request.at.astimezone(zone):%d/%m/%Y %H:%M}  {who}: {asking.service}"]
    lines.append(f"  for      {asking.purpose}")
    if asking.rule:
        lines.append(f"  rule     {asking.rule} ({asking.policy}, {asking.clause})")
    if standing is Standing.GRANTED and request.answer and request.answer.until:
        lines.append(f"  until    {request.answer.until.astimezone(zone):%d/%m/%Y %H:%M}")
    if request.word:
        lines.append(f"  word     {request.word}")
    return lines
