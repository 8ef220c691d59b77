"""Concerns: anybody raises one; the office that it went to lists, reads and closes it."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from agent.app import concerns
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.concerns import ConcernDesk, FormError, NoConcern, NotShown
from agent.cli.acting import as_option, officer_of
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.concerns import Concern, ConcernKind, Form
from agent.core.offices import Officer
from agent.store.errors import StoreError

WIDTH = 100
_KEYS = {"seen": "when", "address": "where", "words": "what"}


@click.group("concern")
def concern_group() -> None:
    """Safeguarding worries, bullying, breaches: told at once to the one office that they are for.

    What is told is kept sealed and apart from every record of use. The mail that announces it says nothing of it.
    Nobody is watched because of a concern.
    """


@concern_group.command("raise")
@click.argument("kind", type=choice(ConcernKind))
@click.option("--reporter", help="Who raises it: your id, or your name as you are known here; else it is asked for.")
@click.option("--form", type=click.File("r"), help="A JSON object with seen, address and words; - is standard input.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def raise_command(kind: str, reporter: str | None, form: Any, config: Path, as_json: bool) -> None:
    """Raise a concern. When, where and what you saw are asked for, and stand in no command line.

    Of an indecent image of a child nothing is asked and nothing kept but the time and who you are: do not open,
    copy or send it. No file can be handed in with any concern.

    \b
      breaktime concern raise child-at-risk --reporter teacher-01
      breaktime concern routes                what kinds there are, and to whom each goes
    """
    loaded, data = load(config), DataFolder.chosen()
    wanted, reporter = ConcernKind(kind), reporter or _who()
    told = {} if wanted.only_that else _asked(form)
    try:
        data.prepare()
        raised = concerns.raise_concern(loaded, data, Clock().now, Form(wanted, reporter, **told))
    except (FormError, StoreError) as problem:
        fail(f"breaktime concern: it was not kept: {problem}")
    except OSError as problem:
        fail(f"{data.root}: cannot be written ({problem.strerror}); name another folder in BREAKTIME_DATA")
    if as_json:
        print_json(raised.as_json())
        return
    click.echo(f"Your concern is kept. Its number is {raised.id}.\n")
    _print(raised.page)
    if raised.trouble:
        click.echo(f"\nbreaktime concern: {raised.trouble}", err=True)


@concern_group.command("routes")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def routes_command(config: Path, as_json: bool) -> None:
    """Say what kinds of concern there are, to whom each goes here, and what is lacking; exit 1 if anything is."""
    found = concerns.routes(load(config).built.officers)
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            click.echo(f"{one.kind:<16} {one.says}\n{'':<16} → {', '.join(one.holders) or one.lacks}")
    sys.exit(1 if any(one.lacks for one in found) else 0)


@concern_group.command("list")
@as_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def list_command(acting: str, secret_file: Path | None, config: Path, as_json: bool) -> None:
    """List the concerns that went to your office."""
    _, desk, officer = _desk(config, acting, secret_file)
    try:
        found = desk.listed(officer)
    except StoreError as problem:
        fail(f"breaktime concern: {problem}")
    if as_json:
        print_json([concerns.as_json(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {_when(desk, one)}  {'open  ' if one.closed is None else 'closed'}  {one.kind}")
    if not found:
        click.echo("no concern has come to your office")


@concern_group.command("show")
@click.argument("concern")
@as_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def show_command(concern: str, acting: str, secret_file: Path | None, config: Path, as_json: bool) -> None:
    """Read a concern; the look is written down first."""
    loaded, desk, officer = _desk(config, acting, secret_file)
    try:
        found = desk.show(officer, concern.upper())
    except (NotShown, NoConcern, StoreError) as problem:
        fail(f"breaktime concern: {problem}")
    if as_json:
        print_json(concerns.as_json(found, officer) | {"reminders": list(concerns.reminded(loaded, found))})
        return
    click.echo("\n".join(_shown(desk, found)) + "\n")
    _print(concerns.reminded(loaded, found))


@concern_group.command("close")
@click.argument("concern")
@as_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def close_command(concern: str, acting: str, secret_file: Path | None, config: Path, as_json: bool) -> None:
    """End a concern; it is forgotten as many days later as site.yaml says.

    What came of it is asked for, or read from standard input. A child protection file is the school's own: carry what
    belongs there over before you close.
    """
    loaded, desk, officer = _desk(config, acting, secret_file)
    outcome = _outcome()
    try:
        found = desk.close(officer, concern.upper(), outcome)
    except (NotShown, NoConcern, FormError, StoreError) as problem:
        fail(f"breaktime concern: {problem}")
    due = found.forgotten_on(loaded.built.concerns.days, desk.zone)
    assert due is not None, "what was closed has its day"
    if as_json:
        print_json(concerns.as_json(found) | {"forgotten-on": due.isoformat()})
    else:
        click.echo(f"concern {found.id} is closed; it is forgotten on {due.day} {due:%B %Y}")


def _desk(config: Path, acting: str, secret_file: Path | None) -> tuple[Configuration, ConcernDesk, Officer]:
    loaded, data, clock = load(config), DataFolder.chosen(), Clock()
    try:
        desk = concerns.desk_of(loaded, data, clock.now)
    except StoreError as problem:
        fail(f"breaktime concern: {problem}")
    return loaded, desk, officer_of(data, desk.log, acting, secret_file, clock.now())


def _who() -> str:
    if not sys.stdin.isatty():
        fail("breaktime concern: say who you are: --reporter YOUR-ID")
    return str(click.prompt("Who are you", err=True))


def _asked(form: Any) -> dict[str, str]:
    """What was seen: from a form, from prompts, or the words alone from standard input."""
    if form is not None:
        return _read(form)
    if not sys.stdin.isatty():
        return {"words": sys.stdin.read(100_000)}
    seen = click.prompt("When did you see it (date and time)", default="", show_default=False, err=True)
    address = click.prompt("Where (the address, if you have it)", default="", show_default=False, err=True)
    return {"seen": seen, "address": address, "words": click.prompt("What did you see", err=True)}


def _outcome() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.read(100_000)
    return str(click.prompt("What came of it, and where is that recorded", err=True))


def _read(form: Any) -> dict[str, str]:
    try:
        found = json.loads(form.read(200_000))
    except (ValueError, RecursionError):
        fail(f"breaktime concern: the form is no JSON object in UTF-8 with {', '.join(_KEYS)}")
    if not isinstance(found, dict) or found.keys() - set(_KEYS) or not all(isinstance(v, str) for v in found.values()):
        fail(f"breaktime concern: the form is a JSON object with texts under {', '.join(_KEYS)}, and nothing else")
    return found


def _when(desk: ConcernDesk, concern: Concern) -> str:
    raised = concern.raised.astimezone(desk.zone)
    return f"{raised:%d/%m/%Y %H:%M}"


def _shown(desk: ConcernDesk, concern: Concern) -> Iterable[str]:
    yield f"Concern {concern.id}: {concern.kind.says}"
    yield f"raised    {_when(desk, concern)} by {concern.reporter}"
    for name, label in _KEYS.items():
        if text := getattr(concern, name):
            yield f"{label:<9} {textwrap.fill(text, WIDTH, subsequent_indent=' ' * 10)}"
    for case in concern.cases:
        yield f"case      {case}"
    if concern.closed:
        at = concern.closed.at.astimezone(desk.zone)
        yield f"closed    {at:%d/%m/%Y %H:%M} by {concern.closed.officer}: {concern.closed.outcome}"


def _print(texts: Iterable[str]) -> None:
    click.echo("\n\n".join(textwrap.fill(text, WIDTH) for text in texts))
