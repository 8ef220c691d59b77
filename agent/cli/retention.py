"""Commands for forgetting: do what is due now, and see what is held until when."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from agent.app import retention, retention_status
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import sources
from agent.store.errors import StoreError
from agent.store.receipts import as_text


@click.group("retention")
def retention_group() -> None:
    """Forgetting: the record lives as long as the policy says, and then nobody can bring it back."""


@retention_group.command("run")
@config_option
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Today's date: says that the clock is right.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def retention_run(config: Path, today: datetime | None, as_json: bool) -> None:
    """Forget what is due now; a gateway that runs does so by itself, every ten minutes.

    \b
      breaktime retention run
      breaktime retention run --today 2026-11-27

    The key of each day that is due is destroyed first, then its rows; a receipt says so. Two sources of time must agree
    before anything goes: where the machine alone cannot tell, name today's date.
    """
    engine, data = load(config).engine, DataFolder.chosen()
    try:
        done = retention.run(engine, data.root, sources, today.date() if today else None)
        after = retention_status.status(engine, data.root, sources)
    except (StoreError, retention.WrongDate) as problem:
        fail(f"breaktime retention run: {problem}")
    if as_json:
        print_json({"receipt": done.receipt, "overdue": [str(day) for day in after.overdue], **_clock(done)})
    else:
        click.echo(as_text(done.receipt) if done.receipt else _nothing(after))


@retention_group.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def retention_status_command(config: Path, as_json: bool) -> None:
    """Show what is held, until when, under which hold; exit 1 if anything is overdue, unfinished or in doubt."""
    engine, data = load(config).engine, DataFolder.chosen()
    try:
        found = retention_status.status(engine, data.root, sources)
    except StoreError as problem:
        fail(f"breaktime retention status: {problem}")
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(found.as_text())
    sys.exit(0 if found.well else 1)


def _clock(done: retention.Run) -> dict[str, object]:
    found = done.today.found
    return {"today": str(done.today.date), "time_by": found.by, "clock_agrees": found.agreed}


def _nothing(after: retention_status.Status) -> str:
    found = after.today.found
    if not found.agreed or (after.overdue and not found.settled):
        return f"Nothing was forgotten. {retention_status.said_of_clock(after.today)}"
    if not after.days:
        return "Nothing is due: nothing is held."
    first = min(after.days, key=lambda day: day.until)
    return f"Nothing is due: the next is {first.day}, which is kept until {first.until} begins."
