"""How right recognition is, with every error: on labelled examples that lie in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from agent.app.accuracy import Checked, Figures, NoExamples, as_json, keep, measure
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.accuracy import Accuracy, Miss, Score

BESIDE = Path("..") / "shared" / "data"
"""From the folder that holds the configuration: where a checkout has examples beside it."""


@click.command("accuracy")
@config_option
@click.option("--data", type=click.Path(path_type=Path), help="A folder of examples; by default ../shared/data.")
@click.option("--keep", "keep_it", is_flag=True, help="Keep the figures in the data folder, for the report.")
@click.option("--json", "as_json_too", is_flag=True, help="Answer in JSON.")
def accuracy_command(config: Path, data: Path | None, keep_it: bool, as_json_too: bool) -> None:
    """Measure recognition on labelled examples: precision and recall by category, and every error.

    A folder of examples has hosts.tsv (host, service, category), negatives.tsv (host), flows.tsv with pcap/, or
    har/INDEX.tsv with traces; what is missing is not measured. Tools that people work with (Slack, Zoom) are not social
    media here and stay out of the shares; their number is said.

    \b
      breaktime accuracy --data examples
      breaktime accuracy --data examples --json
    """
    loaded = load(config)
    folder = data or (config.absolute().parent / BESIDE).resolve()
    try:
        figures = measure(folder, loaded.engine.catalogue, loaded.engine.revision, Clock().now().date())
    except NoExamples as problem:
        fail(f"breaktime accuracy: {problem}; name a folder of examples with --data")
    except (OSError, UnicodeDecodeError) as problem:
        fail(f"breaktime accuracy: {folder}: {getattr(problem, 'strerror', None) or 'a table there is not UTF-8 text'}")
    if keep_it:
        _keep(figures)
    if as_json_too:
        print_json(as_json(figures))
    else:
        click.echo("\n".join(_told(figures)))


def _keep(figures: Figures) -> None:
    data = DataFolder.chosen()
    try:
        data.prepare()
        click.echo(f"kept in {keep(figures, data.root)}", err=True)
    except OSError as problem:
        fail(f"breaktime accuracy: {data.root} cannot be written ({problem.strerror})")


def _told(figures: Figures) -> Iterator[str]:
    yield f"Measured on {figures.on.day} {figures.on:%B %Y} with the examples in {figures.folder}"
    yield f"by the configuration of revision {figures.revision}"
    if figures.hosts:
        yield from _hosts(figures.hosts)
    yield from _checked("flows of captures named and placed as labelled", figures.flows)
    yield from _checked("browser traces with the visits and embeds of their index", figures.traces)


def _hosts(found: Accuracy) -> Iterator[str]:
    yield ""
    yield f"{'category':20}{'hosts':>7}{'service':>10}{'category':>10}{'precision':>11}"
    for score in (*found.by_category, found.total):
        yield _row(score)
    yield f"{len(found.false_matches)} false match(es) in {found.negatives} hosts that are no social media"
    if found.work_tools:
        yield f"{found.work_tools} hosts of work tools left out: they are not social media"
    for miss in (*found.false_matches, *found.misses):
        yield _error(miss)


def _row(score: Score) -> str:
    shares = (score.recall, score.category_recall)
    found = "".join(f"{share:>10.1%}" for share in shares)
    return f"{score.category.replace('_', '-'):20}{score.labelled:>7}{found}{score.precision:>11.1%}"


def _error(miss: Miss) -> str:
    return f"  error  {miss.host}: {miss.label or 'no social media'}, but found as {miss.answer or 'nothing'}"


def _checked(what: str, checked: Checked | None) -> Iterator[str]:
    yield ""
    yield f"{checked.right} of {checked.total} {what}" if checked else f"no {what}: there are none in the folder"
    for error in checked.errors if checked else ():
        yield f"  error  {error}"
