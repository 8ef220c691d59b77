"""`breaktime who`: whose an address is, how sure that is, and what says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.app import who
from agent.app.answers import site_time
from agent.app.desk import ask
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock


@click.command("who")
@click.argument("address")
@click.option("--at", help="When: 2026-11-23T09:30 (the site's time unless it has an offset); by default now.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def who_command(address: str, at: str | None, config: Path, as_json: bool) -> None:
    """Say whose an address is, how sure that is, and which source says so.

    A running gateway remembers who had an address before (`keep-hours` under `directory`). Where none runs, the
    lease files and the kernel's neighbours are asked as they are now.

    \b
      breaktime who 10.20.10.7
      breaktime who 10.20.10.7 --at 2026-11-23T09:30 --json
    """
    try:
        said = _asked(who.plain_address(address), at, config)
    except ValueError as problem:
        fail(f"breaktime who: {problem}")
    if as_json:
        print_json(said)
    else:
        click.echo(who.as_text(said))


def _asked(address: str, at: str | None, config: Path) -> dict[str, Any]:
    loaded = load(config)
    calendar = loaded.engine.timetable.calendar
    stamp = site_time(at, calendar).timestamp() if at else None
    said: dict[str, Any] | None = ask(DataFolder.chosen().desk, {"who": address, "at": stamp})
    if said is not None:
        return said
    now = Clock().now().timestamp()
    if stamp is None or not loaded.built.sources.live:
        return who.as_json(who.offline(loaded, now), address, stamp or now, calendar.zone)
    raise ValueError("no gateway runs on this data folder, so nobody remembers who was there; ask without --at")
