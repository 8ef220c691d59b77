"""What a recorded browser trace shows: the visits, and what was only embedded in other sites' pages."""

from __future__ import annotations

from pathlib import Path

import click

from agent.app.trace import read_trace
from agent.cli.common import config_option, fail, load, print_json
from agent.core.visits import Visits, visits

MOST_SAID = 20
"""Bad lines; of the rest the number is said."""


@click.command("visits")
@click.argument("trace", type=click.Path(path_type=Path))
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def visits_command(trace: Path, config: Path, as_json: bool) -> None:
    """Tell visits from widgets in a browser trace: one JSON object a request and line.

    A page with a Like button is no visit to Facebook. A visit begins with a page of the service itself, and lasts
    until two minutes after the last thing that a person did there: what an open page asks by itself keeps none alive.
    A line needs `url` and `t` (ISO 8601, or epoch seconds or milliseconds); `type`, `referer`, `origin`, `sec_fetch`,
    `status` and `content` tell the rest.

    \b
      breaktime visits news.jsonl
      breaktime visits news.jsonl --json
    """
    catalogue = load(config).engine.catalogue
    try:
        with trace.open("rb") as file:
            read = read_trace(file)
    except OSError as problem:
        fail(f"breaktime visits: {trace}: {(problem.strerror or 'it cannot be read').lower()}")
    _say(trace, read.problems)
    if read.problems and not read.exchanges:
        fail(f"breaktime visits: {trace}: no line of it is a request")
    found = visits(read.exchanges, catalogue)
    if as_json:
        print_json(_as_json(found))
    else:
        click.echo(_as_text(found, len(read.exchanges)))


def _say(trace: Path, problems: tuple[tuple[int, str], ...]) -> None:
    for number, reason in problems[:MOST_SAID]:
        click.echo(f"breaktime visits: {trace}:{number}: {reason}; the line is left out", err=True)
    if len(problems) > MOST_SAID:
        click.echo(f"breaktime visits: {trace}: {len(problems) - MOST_SAID} more lines are left out", err=True)


def _as_json(found: Visits) -> dict[str, object]:
    """The keys of the stable command line; `measured` says whose pixels counted the reader and showed nothing."""
    return {
        "visited": [visited._asdict() for visited in found.visited],
        "embedded": list(found.embedded),
        "measured": list(found.measured),
    }


def _as_text(found: Visits, requests: int) -> str:
    lines = [f"{requests} request(s)"]
    for service, minutes, count in found.visited:
        lines.append(f"visited   {service}: {minutes} minute(s), {count} request(s)")
    for service in found.embedded:
        lines.append(f"embedded  {service}: parts of it on another site's page")
    for service in found.measured:
        lines.append(f"measured  {service}: counted who was there, and showed nothing")
    if len(lines) == 1:
        lines.append("no social media in it")
    return "\n".join(lines)
