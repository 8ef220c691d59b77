"""Commands about where the record stands: here, and in the database that it is forwarded to."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.app import store_status
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.core.database import DatabaseAddress
from agent.store.errors import StoreError


@click.group("store")
def store_group() -> None:
    """The record: how it stands here, and in the database that it is forwarded to."""


@store_group.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def store_status_command(config: Path, as_json: bool) -> None:
    """Show what is held here and there, and what waits; exit 1 if the database does not take it."""
    loaded = load(config)
    try:
        found = store_status.status(loaded, DataFolder.chosen())
    except StoreError as problem:
        fail(f"breaktime store status: {problem}")
    if as_json:
        print_json(found.as_json())
    else:
        click.echo("\n".join(store_status.as_text(found, loaded.engine.timetable.calendar.zone)))
    sys.exit(0 if found.good else 1)


@store_group.command("migrate")
@config_option
@click.option("--as", "url", required=True, help="The administrator's way in: postgresql://postgres@HOST/DATABASE")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file with the administrator's password; without it by ~/.pgpass or the account.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def store_migrate(config: Path, url: str, password_file: Path | None, as_json: bool) -> None:
    """Bring the database up to this version and let this site in; run it once, and after each upgrade.

    \b
      breaktime store migrate --as 'postgresql://postgres@/breaktime?host=/run/postgresql'
      breaktime store migrate --as postgresql://admin@db.trust.example/breaktime --password-file admin.password

    Makes tables, roles and the site's login with the password that `store: password-file` names. What is there stays.
    The gateway never has an administrator's password; it brings its own file up by itself.
    """
    try:
        by = DatabaseAddress.read(url)
        form = store_status.migrate(load(config), DataFolder.chosen(), by, password_file)
    except (StoreError, ValueError) as problem:
        fail(f"breaktime store migrate: {problem}")
    if as_json:
        print_json({"form": form.number, "oldest": form.oldest})
    else:
        click.echo(f"the database has form {form.number}; releases that know form {form.oldest} or later may use it")


@store_group.command("resend")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def store_resend(config: Path, as_json: bool) -> None:
    """Have everything that is held sent to the database again; sending twice changes nothing there.

    A database that was set back is noticed without this. It is for one that lost rows in another way.
    """
    try:
        days = store_status.resend(load(config), DataFolder.chosen())
    except StoreError as problem:
        fail(f"breaktime store resend: {problem}")
    if as_json:
        print_json({"days": days})
    else:
        click.echo(f"marked: {days} day(s); the gateway sends them while it runs")
