"""The documents that the school owes, written from the configuration in force."""

from __future__ import annotations

from pathlib import Path

import click

from agent.app import documents
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.clock import Clock
from agent.documents.writing import DocumentKind


@click.command("documents")
@click.argument("kind", type=choice(DocumentKind), required=False)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The folder to write into: KIND.md and KIND.html. Without it, and with a KIND, the Markdown is printed.",
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def documents_command(kind: str | None, output: Path | None, config: Path, as_json: bool) -> None:
    """Write the staff notice, the impact assessment's draft, the record of processing, the review record, the guidance.

    Each is written from the configuration in force and says what only the school can fill in. By default all of them,
    into the folder `documents`.

    \b
      breaktime documents --output documents
      breaktime documents notice              print one
    """
    loaded, today = load(config), Clock().now().date()
    if kind and output is None and not as_json:
        click.echo(documents.text_of(loaded, today, DocumentKind(kind)), nl=False)
        return
    kinds = [DocumentKind(kind)] if kind else list(DocumentKind)
    try:
        made = documents.written(loaded, today, kinds, output or Path("documents"))
    except OSError as problem:
        fail(f"{problem.filename}: cannot be written ({problem.strerror}); name another folder with --output")
    if as_json:
        print_json([one.as_json() for one in made])
        return
    for one in made:
        click.echo(f"{one.files[1]:<36} {one.kind.says}; {len(one.gaps)} places to fill in")
