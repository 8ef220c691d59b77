"""Commands for the rules of the kernel: show them, load them, take them away, ask what stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from agent.app import steering
from agent.app.paths import DataFolder
from agent.app.steering import NoSteering, Prepared
from agent.cli.common import config_option, fail, load, print_json
from agent.gateway.steering.nft import NftError


@click.group("steering")
def steering_group() -> None:
    """The kernel's rules, which bring social media to the workers and leave everything else alone."""


@steering_group.command("show")
@config_option
def show_command(config: Path) -> None:
    """Print the rules that the configuration asks for, each with its reason; nothing is loaded.

    \b
      breaktime steering show | less
    """
    click.echo(steering.show(_prepared(config)))


@steering_group.command("apply")
@config_option
def apply_command(config: Path) -> None:
    """Load the rules in one step, or load them again; connections that stand are not touched."""
    prepared, data = _prepared(config), DataFolder.chosen()
    loaded = _guarded(lambda: steering.apply(prepared, data))
    click.echo(
        f"loaded rules {loaded.revision:08x}; web traffic is steered while `breaktime run` has a worker that is well"
    )


@steering_group.command("remove")
def remove_command() -> None:
    """Take every rule, set and map away; a gateway that runs lets go until `steering apply`."""
    data = DataFolder.chosen()
    if _guarded(lambda: steering.remove(data)):
        click.echo("removed; nothing is steered until `breaktime steering apply`")
    else:
        click.echo(f"removed, but {data.steering_off} cannot be written: a gateway that runs will load them again")


@steering_group.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def status_command(config: Path, as_json: bool) -> None:
    """Say whether the rules are loaded, what is steered now, how many addresses stand, what was refused."""
    prepared, data = _prepared(config), DataFolder.chosen()
    found = _guarded(lambda: steering.status(prepared, data))
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(found.as_text())


def _prepared(config: Path) -> Prepared:
    try:
        return steering.prepare(load(config))
    except NoSteering as problem:
        fail(f"breaktime steering: {problem}")


def _guarded[T](do: Callable[[], T]) -> T:
    try:
        return do()
    except NftError as problem:
        fail(f"breaktime steering: {problem}")
