"""A first visit: a made-up term, so that every page has something to show before there is a record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from agent.app.demo import making
from agent.app.demo.school import CannotShow
from agent.app.demo.year import last_friday, term_until
from agent.app.paths import DataFolder
from agent.app.shown import demonstration
from agent.cli.common import config_option, fail, load
from agent.clock import Clock
from agent.store.errors import StoreError


@click.command("demo")
@config_option
@click.option("--again", is_flag=True, help="Make it anew where there is one.")
@click.option("--remove", is_flag=True, help="Take it away.")
@click.option("--seed", default=1, show_default=True, help="Another number makes another term.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), hidden=True, help="The day on which the term ends.")
def demo_command(config: Path, again: bool, remove: bool, seed: int, until: datetime | None) -> None:
    """Make the demonstration: a made-up school's term, through the real engine, store and retention.

    \b
      breaktime demo            a staff of 60 and 400 devices, thirteen weeks, until last Friday
      breaktime demo --again    made anew
      breaktime demo --remove   taken away

    Reports and console show it, marked, for as long as nothing real is recorded. It lies in a folder of its own, demo,
    in the data folder, with keys and an audit chain of its own; nothing of the real record is touched.
    """
    folder = DataFolder.chosen()
    try:
        if remove:
            click.echo("the demonstration is gone" if making.remove(folder) else "there is no demonstration")
            return
        there = demonstration(folder)
        if there is not None and not again:
            click.echo(
                f"there is one already, until {there.last:%d/%m/%Y}: --again makes it anew, --remove takes it away"
            )
            return
        _make(config, folder, seed, until)
    except (CannotShow, StoreError, OSError) as problem:
        fail(f"breaktime demo: {problem}")


def _make(config: Path, folder: DataFolder, seed: int, until: datetime | None) -> None:
    loaded, now = load(config), Clock().now()
    last = until.date() if until else last_friday(now.astimezone(loaded.engine.timetable.calendar.zone).date())
    plan = making.planned(loaded, folder, term_until(last, seed), seed, now)
    days = len(plan.term.days)
    with click.progressbar(length=days, label=f"{days} days of a made-up school") as bar:
        minutes = making.make(plan, lambda: bar.update(1))
    term = f"{plan.term.first:%d/%m/%Y} to {plan.term.last:%d/%m/%Y}"
    click.echo(f"{minutes:,} active minutes were recorded from {term}; what was due since is forgotten, with receipts.")
    click.echo(f"It is shown, marked as a demonstration, until something real is recorded: {folder.demo.root}")
