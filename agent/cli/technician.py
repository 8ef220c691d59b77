"""The technician's commands: run the gateway, check its configuration, look names up, ask for trouble."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from agent.app import checks, doctor
from agent.app.answers import site_time
from agent.app.paths import DataFolder
from agent.app.ports import CannotRun
from agent.app.ready import prepare
from agent.app.run import run
from agent.cli.common import CONFIG, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.catalogue import Catalogue
from agent.core.hosts import host_of
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
