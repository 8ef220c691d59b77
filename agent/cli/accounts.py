"""Commands for the school's own accounts: make the hash that stands for one, and say what there is."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.app import accounts
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json


@click.group("account")
def account_group() -> None:
    """The school's own accounts, each known by a keyed hash alone."""


@account_group.command("add")
@click.argument("service")
@config_option
def account_add(service: str, config: Path) -> None:
    """Make the line for site.yaml that stands for one of the school's accounts.

    The id is asked for without being shown, or read from standard input; it is kept nowhere. It is the value of
    the cookie that the site sets when you are signed in as the school: on Facebook `i_user` for a Page and else
    `c_user`, on Instagram `ds_user_id`, on X `twid`.

    \b
      breaktime account add facebook
    """
    loaded = load(config)
    try:
        wanted = accounts.readable(loaded, service)
        made = accounts.hashed(accounts.make_key(DataFolder.chosen().account_key), wanted, _ask(wanted.name))
    except accounts.AccountError as problem:
        fail(f"breaktime account: {problem}")
    if made in loaded.engine.official_accounts.hashes.get(wanted.id, frozenset()):
        click.echo(f"{config}/site.yaml names this account already", err=True)
    else:
        click.echo(f"put this under `official-accounts:` in {config}/site.yaml:", err=True)
    click.echo(f"{wanted.id}: [{made}]")


@account_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def account_list(config: Path, as_json: bool) -> None:
    """Say on which services the school has named accounts, and how many; nobody can say which."""
    found = list(accounts.listed(load(config)))
    if as_json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        click.echo(f"{one.service}\t{one.count}")
    if not found:
        click.echo("no account is named; `breaktime account add SERVICE` makes the line for one", err=True)


def _ask(name: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Id of the school's account on {name}", hide_input=True, err=True))
    return sys.stdin.readline(1000)
