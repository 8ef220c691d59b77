"""The technician's commands: run the gateway, check its configuration, look names up, mind the CA, ask for trouble."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from agent.app import checks, doctor
from agent.app.answers import site_time
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.run import CannotRun, prepare, run
from agent.cli.common import CONFIG, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.catalogue import Catalogue
from agent.core.hosts import host_of
from agent.gateway import ca
from agent.gateway.ca import CaError
from agent.gateway.supervisor import WorkersFail


@click.command("run")
@config_option
@click.option("--at", help="Rehearse: start the engine's clock at this time (2026-11-23T09:30), on any day.")
def run_command(config: Path, at: str | None) -> None:
    """Run gateway and metrics in the foreground, on the embedded store.

    \b
      breaktime run
      breaktime run --at 2026-11-23T09:30      rehearse a Monday's lesson on a Sunday
    """
    try:
        gateway = prepare(config, DataFolder.chosen(), _clock(config, at))
    except CannotRun as problem:
        fail(f"breaktime run: {problem}" if "\n" not in str(problem) else str(problem))
    try:
        asyncio.run(run(gateway))
    except* (OSError, CaError, WorkersFail) as problems:
        fail(f"breaktime run: {problems.exceptions[0]}")


def _clock(config: Path, at: str | None) -> Clock:
    if at is None:
        return Clock()
    try:
        return Clock.starting_at(site_time(at, load(config).engine.timetable.calendar))
    except ValueError as problem:
        fail(f"breaktime run: {problem}")


@click.command("check")
@click.argument("folder", type=click.Path(path_type=Path), default=CONFIG)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def check(folder: Path, as_json: bool) -> None:
    """Say every problem of the configuration at once, with file, line and hint; exit 1 if there is any.

    Warnings are said too and end with 0: a review that is due, a doubtful rule, what is lost on personal devices.
    """
    result = checks.check(folder, Clock().now().date())
    if as_json:
        print_json(result.as_json())
    else:
        click.echo(result.as_text())
    sys.exit(1 if result.problems else 0)


@click.command("categorise")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def categorise(config: Path, as_json: bool) -> None:
    """Say service and category of hosts or URLs, one a line on standard input.

    \b
      printf 'm.facebook.com\\nbbc.co.uk\\n' | breaktime categorise
    """
    catalogue = load(config).engine.catalogue
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        service, category = _look_up(catalogue, text)
        if as_json:
            line = json.dumps({"host": text, "service": service, "category": category}, ensure_ascii=False)
        else:
            line = f"{text}\t{service or '-'}\t{category or '-'}"
        sys.stdout.buffer.write(line.encode() + b"\n")


def _look_up(catalogue: Catalogue, text: str) -> tuple[str | None, str | None]:
    try:
        match = catalogue.match(host_of(text))
    except ValueError:
        match = None
    return (match.service.id, str(match.service.category)) if match else (None, None)


@click.group("ca")
def ca_group() -> None:
    """The interception CA: it can only sign for names that a policy may need to open."""


@ca_group.command("init")
@config_option
def ca_init(config: Path) -> None:
    """Make the CA; one that is there already is kept."""
    loaded = load(config)
    data = _writable_data()
    existed = (data.ca / ca.BUNDLE).exists()
    authority = _guarded(lambda: ca.ensure(data.ca, loaded.engine.site.name, _names(loaded), Clock().now()))
    click.echo(("kept" if existed else "made") + f" {authority.path}")
    _show(authority)


@ca_group.command("show")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def ca_show(as_json: bool) -> None:
    """Show the CA's certificate: fingerprint, expiry and every name it may sign for."""
    authority = _guarded(lambda: ca.load(DataFolder.chosen().ca))
    if as_json:
        print_json(
            {
                "path": str(authority.path),
                "fingerprint": authority.fingerprint,
                "expires": authority.expires.isoformat(),
                "names": sorted(authority.names),
            }
        )
        return
    _show(authority)
    click.echo("it may sign for these names and what is under them, and for nothing else:")
    for name in sorted(authority.names):
        click.echo(f"  {name}")


@ca_group.command("renew")
@config_option
@click.confirmation_option(prompt="Every managed device must trust the new CA afterwards. Make a new one?")
def ca_renew(config: Path) -> None:
    """Replace the CA by a new one for the names that the policy needs now; the old is kept beside it."""
    loaded, data = load(config), _writable_data()
    authority, kept = _guarded(lambda: ca.renew(data.ca, loaded.engine.site.name, _names(loaded), Clock().now()))
    if kept:
        click.echo(f"the old CA is in {kept}")
    click.echo(f"made {authority.path}; restart the gateway, then have devices trust it")
    _show(authority)


def _names(loaded: Configuration) -> list[str]:
    return sorted(loaded.engine.site.openable)


def _writable_data() -> DataFolder:
    data = DataFolder.chosen()
    try:
        data.prepare()
    except OSError as problem:
        fail(f"{data.root}: cannot be written ({problem.strerror}); name another folder in BREAKTIME_DATA")
    return data


def _guarded[T](make: Callable[[], T]) -> T:
    try:
        return make()
    except ca.CaError as problem:
        fail(f"breaktime ca: {problem}")


def _show(authority: ca.Authority) -> None:
    click.echo(f"  file         {authority.path}")
    click.echo(f"  SHA-256      {authority.fingerprint}")
    click.echo(f"  expires      {authority.expires:%d %B %Y}")
    click.echo(f"  may sign for {len(authority.names)} names")


@click.command("doctor")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def doctor_command(config: Path, as_json: bool) -> None:
    """Look for trouble: each finding says what it means and the command that mends it; exit 1 if any needs mending."""
    findings = doctor.examine(config, DataFolder.chosen(), Clock())
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        click.echo(doctor.as_text(findings))
    sys.exit(0 if all(finding.good for finding in findings) else 1)
