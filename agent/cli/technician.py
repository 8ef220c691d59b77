"""The technician's commands: run the gateway, ask for trouble."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from agent.app import doctor
from agent.app.answers import site_time
from agent.app.paths import DataFolder
from agent.app.ports import CannotRun
from agent.app.ready import prepare
from agent.app.run import run
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
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
