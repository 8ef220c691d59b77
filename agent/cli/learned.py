"""Commands for hosts that the catalogue may lack: see them, take them, refuse them, hand them on."""

from __future__ import annotations

from pathlib import Path

import click

from agent.app import learned
from agent.app.learned import CannotDecide
from agent.app.paths import DataFolder
from agent.cli.catalogue import catalogue_group as catalogue_group  # these are added to it
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.catalogue import HostKind
from agent.packs.learned import LEARNED


@catalogue_group.command("suggestions")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def suggestions_command(config: Path, as_json: bool) -> None:
    """Say which hosts are often asked for with a service but are not in the catalogue, with counts.

    They come from school devices of a gateway that steers, where site.yaml says `learn: yes` under `steering`; at
    least five devices asked for each, and nothing says which.
    """
    loaded, data, today = load(config), DataFolder.chosen(), Clock().now().date()
    refused = frozenset(learned.decided(loaded.files).refused)
    rows = learned.suggestions(data, loaded.engine.catalogue, refused, today)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['host']:<40} {row['service']:<20} with {row['pages']:,} of {row['of']:,} pages (seen {row['on']})"
        )
    steering = loaded.built.steering
    if not rows and (steering is None or not steering.learn):
        click.echo("nothing is suggested: this site does not say `learn: yes` under `steering`")
    elif not rows:
        click.echo("nothing is suggested")
    else:
        click.echo("breaktime catalogue accept HOST | refuse HOST")


@catalogue_group.command("accept")
@click.argument("host")
@config_option
@click.option("--service", help="The service; by default the one that the suggestion names.")
@click.option("--kind", type=choice(HostKind), default=str(HostKind.SITE), show_default=True, help="What it is for.")
def accept_command(host: str, config: Path, service: str | None, kind: str) -> None:
    """Put a host to a service: it is written into catalogue/learned.yaml, and a running gateway takes it up.

    \b
      breaktime catalogue accept cdn.example.org --service tiktok --kind asset
    """
    loaded, today = load(config), Clock().now().date()
    rows = learned.suggestions(DataFolder.chosen(), loaded.engine.catalogue, frozenset(), today)
    chosen = service or next((row["service"] for row in rows if row["host"] == host), None)
    if chosen is None:
        fail(f"breaktime catalogue: {host} is not suggested; say its service with --service")
    if chosen not in loaded.engine.catalogue.services:
        fail(f"breaktime catalogue: the catalogue has no service called {chosen!r}; say --service")
    try:
        name = learned.accept(config, DataFolder.chosen(), host, chosen, HostKind(kind), today)
    except CannotDecide as problem:
        fail(f"breaktime catalogue: {problem}")
    click.echo(f"{name} is {chosen}'s from now on ({config / LEARNED})")


@catalogue_group.command("refuse")
@click.argument("host")
@config_option
def refuse_command(host: str, config: Path) -> None:
    """Have a host not suggested again; one that was accepted is taken back."""
    try:
        name = learned.refuse(config, DataFolder.chosen(), host)
    except CannotDecide as problem:
        fail(f"breaktime catalogue: {problem}")
    click.echo(f"{name} is not suggested again ({config / LEARNED})")


@catalogue_group.command("export")
@config_option
def export_command(config: Path) -> None:
    """Print every accepted host as entries of the catalogue, to contribute: hosts and services, nothing of the school.

    \b
      breaktime catalogue export > contribution.yaml
    """
    click.echo(learned.exported(learned.decided(load(config).files)))
