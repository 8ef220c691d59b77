"""The headteacher's question before a policy changes: what would it have changed?"""

from __future__ import annotations

from pathlib import Path

import click

from agent.app import whatif
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.store.errors import StoreError


@click.command("what-if")
@config_option
@click.option("--policy", required=True, help="A folder of policies/, or the path of an edited policy.")
@click.option("--since", default="4w", show_default=True, help="From when: 4w or 14d ago, or 2026-11-01.")
@click.option("--until", default="0d", help="To when, that day included; by default today.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def what_if_command(config: Path, policy: str, since: str, until: str, as_json: bool) -> None:
    """Rule on the retained record once more: what would another policy have blocked or allowed instead?

    \b
      breaktime what-if --policy no-personal-use --since 4w
      breaktime what-if --policy drafts/policy.yaml --since 2026-11-01 --json

    It counts minutes, not people, and opens nobody's identity.
    """
    loaded = load(config)
    today = Clock().now().astimezone(loaded.engine.timetable.calendar.zone).date()
    try:
        first, last = whatif.day_of(since, today), whatif.day_of(until, today)
        if last < first:
            raise ValueError(f"it cannot begin on {first} and end on {last}")
        found = whatif.what_if(loaded, DataFolder.chosen(), policy, first, last)
    except (ValueError, StoreError) as problem:
        fail(f"breaktime what-if: {problem}")
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(found.as_text())
