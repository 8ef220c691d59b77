"""The headteacher's week, as a file: `breaktime report`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from agent.app.paths import DataFolder
from agent.app.report import Form, source, written
from agent.app.reports import NoReport
from agent.cli.common import choice, config_option, fail, load
from agent.clock import Clock
from agent.report.figures import Edition
from agent.report.paper import NoPaper
from agent.report.words import headline
from agent.store.errors import StoreError


@click.command("report")
@click.option(
    "--week", metavar="2026-W47", help="The week (ISO: Monday to Sunday). Else the last complete one with data."
)
@click.option("--edition", type=choice(Edition), default=Edition.WEEK.value, show_default=True,
              help="For governors: the half-term or term up to that week.")  # fmt: skip
@click.option("--format", "form", type=choice(Form), help="How it is written. Else by the ending of --output, or html.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--output", type=click.Path(path_type=Path), help="The file; it is replaced. `-`: standard output.")
@config_option
def report_command(
    week: str | None, edition: str, form: str | None, as_json: bool, output: Path | None, config: Path
) -> None:
    """Write the headteacher's week: a page, two sides of A4, JSON, or a table of every figure.

    A running gateway sends it to the head each Monday at 07:00. A week is told once and kept: its figures never change.
    Without live data it is that of the demonstration (`breaktime demo`), and says so.

    \b
      breaktime report --format pdf --output week.pdf
      breaktime report --week 2026-W47 --output week.html
      breaktime report --edition term --output governors.pdf
    """
    chosen = Form.JSON if as_json else _form(form, output)
    target = output or Path(f"report-{week or edition}.{chosen.value}")
    if as_json and output is None:
        target = Path("-")
    loaded = load(config)
    try:
        found = source(loaded, DataFolder.chosen(), Clock().now()).report(week, Edition(edition))
        content = written(found, chosen)
    except (NoReport, NoPaper, StoreError) as problem:
        fail(f"breaktime report: {problem}")
    if target == Path("-"):
        sys.stdout.buffer.write(content)
        return
    _write(target, content)
    mark = " (demonstration)" if found.demonstration else ""
    click.echo(f"{target}: {found.week.week}{mark}: {headline(found.week)}".replace("\N{NO-BREAK SPACE}", " "))


def _form(form: str | None, output: Path | None) -> Form:
    if form is not None:
        return Form(form)
    ending = output.suffix[1:].lower() if output else ""
    return Form(ending) if ending in set(Form) else Form.HTML


def _write(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        fail(f"breaktime report: {target}: cannot be written ({problem.strerror}); name another file with --output")
