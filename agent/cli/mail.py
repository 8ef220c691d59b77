"""The technician's commands for the post: does it arrive, what waits, try again."""

from __future__ import annotations

import sys
from pathlib import Path
from secrets import token_hex

import click

from agent.app.paths import DataFolder
from agent.app.post import Post, post_of
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.offices import Office
from agent.mail.letter import Letter
from agent.mail.outbox import Delivery, MailError


@click.group("mail")
def mail_group() -> None:
    """The school's post: concerns, cases and reports are announced by mail that says nothing of what is in them."""


@mail_group.command("test")
@click.argument("office", type=choice(Office))
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def mail_test(office: str, config: Path, as_json: bool) -> None:
    """Send a letter to an office, to see that it arrives; exit 1 if it does not leave.

    \b
      breaktime mail test safeguarding-lead
    """
    loaded = load(config)
    post = post_of(loaded, DataFolder.chosen())
    addresses = post.addresses(Office(office))
    if not addresses:
        fail(f"breaktime mail: nobody holds the office {office}; name one under `officers:` in {config}/site.yaml")
    text = f"This letter shows that mail from Breaktime at {loaded.engine.site.name} arrives. Nothing is to be done.\n"
    now = Clock().now()
    letters = [Letter(f"test-{token_hex(6)}", to, "Breaktime: mail arrives", text, now) for to in addresses]
    _put(post, letters)
    _say(post.deliver(), as_json)


@mail_group.command("send")
@config_option
@click.option("--again", is_flag=True, help="What the server refused for good is tried again, too.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def mail_send(config: Path, again: bool, as_json: bool) -> None:
    """Hand over what waits, now; a running gateway tries each minute. Exit 1 if anything is left."""
    post = post_of(load(config), DataFolder.chosen())
    if again:
        post.outbox.again()
    _say(post.deliver(), as_json)


@mail_group.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def mail_status(config: Path, as_json: bool) -> None:
    """Say what waits for the mail server, and what it refused for good."""
    letters = post_of(load(config), DataFolder.chosen()).outbox.waiting()
    if as_json:
        print_json([{"id": o.id, "to": o.to, "written": o.written, "refused": o.refused} for o in letters])
        return
    for one in letters:
        click.echo(f"{'refused' if one.refused else 'waits  '}  {one.written}  {one.to}  {one.id}")
    if not letters:
        click.echo("nothing waits")


def _put(post: Post, letters: list[Letter]) -> None:
    try:
        post.put(letters)
    except MailError as problem:
        fail(f"breaktime mail: {problem}")


def _say(delivery: Delivery, as_json: bool) -> None:
    if as_json:
        print_json({name: getattr(delivery, name) for name in ("sent", "refused", "waiting", "trouble")})
    else:
        click.echo(f"{delivery.sent} sent, {delivery.refused} refused, {delivery.waiting} wait")
        if delivery.trouble:
            click.echo(f"breaktime mail: {delivery.trouble}", err=True)
    sys.exit(1 if delivery.waiting or delivery.refused else 0)
