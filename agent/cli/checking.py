"""Commands about the configuration alone: is it sound, and which service is a host's? They start quickly."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from agent.app import checks
from agent.cli.common import CONFIG, config_option, load, print_json
from agent.clock import Clock
from agent.core.catalogue import Catalogue
from agent.core.hosts import host_of


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
