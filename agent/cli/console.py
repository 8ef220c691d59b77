"""`breaktime console`: who may sign in to the console, from the gateway's own command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from agent.app.admission import FIRST_LINK, LINK, Admission, Wanted, admission_of, confirm, link_for
from agent.app.cases import desk_of
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.offices import Office
from agent.store.errors import StoreError
from agent.store.officers import OfficerError
from agent.store.users import UserError

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.group("console")
def console_group() -> None:
    """Who may sign in to the console.

    \b
      breaktime console link                                       a link for the first technician, good for an hour
      breaktime console user add head-1 --office headteacher --person head-01
      breaktime console user confirm head-1                        once head-1 has used the link
    """


@console_group.command("link")
@click.argument("id", required=False)
@config_option
@json_option
def link_command(id: str | None, config: Path, as_json: bool) -> None:
    """A one-time link for a user who lost password or telephone; without ID, for a technician.

    What they had stands until the link is used. Whoever may run this may write the data folder.
    """
    loaded, admission = _opened(config)
    try:
        secret, until, whose = link_for(admission, id)
    except (UserError, StoreError) as problem:
        fail(f"breaktime: {problem}")
    _say_link(loaded, whose, secret, until, as_json)


@console_group.group("user")
def user_group() -> None:
    """Add, list, lock and take out users."""


@user_group.command("add")
@click.argument("id")
@click.option("--person", default="", help="Their id in people.csv.")
@click.option("--email", default="", help="Their address, by which the school's own sign-in knows them.")
@click.option("--office", type=choice(Office), help="Their office; head or chair confirms it.")
@click.option("--technician", is_flag=True, help="Keeps the machine; no office and nobody's record.")
@config_option
@json_option
def user_add(id: str, config: Path, as_json: bool, **given: Any) -> None:
    """Ask somebody in: a link that is good once, for a week (for a technician, an hour)."""
    loaded, admission = _opened(config)
    wanted = Wanted(id, given["person"], given["email"], given["office"] or "", given["technician"])
    try:
        secret, until = admission.invite(wanted, life=FIRST_LINK if wanted.technician else LINK)
    except (UserError, StoreError) as problem:
        fail(f"breaktime: {problem}")
    _say_link(loaded, id, secret, until, as_json)


@user_group.command("list")
@config_option
@json_option
def user_list(config: Path, as_json: bool) -> None:
    """Say who may sign in, and who was asked."""
    _, admission = _opened(config)
    try:
        users, waiting = admission.users.all(), admission.users.waiting(admission.now())
        rows = [(user, sorted(map(str, admission.caller(user).capacities))) for user in users]
    except StoreError as problem:
        fail(f"breaktime: {problem}")
    asked = [{"id": one.id, "until": one.until.isoformat()} for one in waiting]
    if as_json:
        found = [{"id": u.id, "as": as_, "waits_for": u.wants or None, "locked": u.locked} for u, as_ in rows]
        print_json({"users": found, "asked": asked})
        return
    for user, as_ in rows:
        notes = [f"waits for {user.wants}"] if user.wants else []
        notes += ["locked"] if user.locked else []
        click.echo("\t".join([user.id, ", ".join(as_), *notes]))
    for one in asked:
        click.echo(f"{one['id']}\tasked, link good until {one['until']}")
    if not rows and not asked:
        click.echo("nobody yet: breaktime console link", err=True)


@user_group.command("confirm")
@click.argument("id")
@config_option
def user_confirm(id: str, config: Path) -> None:
    """Confirm the first head or chair of governors; they confirm all others, in the console."""
    loaded, admission = _opened(config)
    try:
        confirm(admission, desk_of(loaded, DataFolder.chosen(), Clock()), id, None)
    except (OfficerError, StoreError) as problem:
        fail(f"breaktime: {problem}")
    click.echo(f"{id} is confirmed in office")


@user_group.command("lock")
@click.argument("id")
@config_option
def user_lock(id: str, config: Path) -> None:
    """Let somebody in no longer; their sessions end with the next click."""
    _changed(config, id, True)


@user_group.command("unlock")
@click.argument("id")
@config_option
def user_unlock(id: str, config: Path) -> None:
    """Let somebody in again."""
    _changed(config, id, False)


@user_group.command("remove")
@click.argument("id")
@config_option
def user_remove(id: str, config: Path) -> None:
    """Take a user out. An officer of case work stays one: `breaktime case officer remove`."""
    _, admission = _opened(config)
    try:
        found = admission.remove(id)
    except StoreError as problem:
        fail(f"breaktime: {problem}")
    if not found:
        fail(f"breaktime: there is no user {id[:40]!r}")
    click.echo(f"{id} may no longer sign in")


def _opened(config: Path) -> tuple[Configuration, Admission]:
    loaded = load(config)
    try:
        return loaded, admission_of(loaded, DataFolder.chosen())
    except StoreError as problem:
        fail(f"breaktime: {problem}")


def _changed(config: Path, id: str, locked: bool) -> None:
    _, admission = _opened(config)
    try:
        admission.lock(id, locked)
    except (UserError, StoreError) as problem:
        fail(f"breaktime: {problem}")
    click.echo(f"{id} {'is locked' if locked else 'may sign in again'}")


def _say_link(config: Configuration, id: str, secret: str, until: datetime, as_json: bool) -> None:
    url = f"{config.built.console.url}/invitation/{secret}"
    local = until.astimezone(config.engine.timetable.calendar.zone)
    if as_json:
        print_json({"id": id, "url": url, "until": local.isoformat(timespec="seconds")})
        return
    click.echo(f"{url}\nfor {id}, once, until {local.day} {local:%B %Y, %H:%M}. Give it to them yourself.")
