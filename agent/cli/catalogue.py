"""Commands for outside lists: take them in, keep them fresh, say what they are."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click

from agent.app import lists
from agent.app.lists import LibraryError, NotLoaded, School, Wanted
from agent.app.paths import DataFolder
from agent.cli.common import choice, config_option, fail, print_json
from agent.clock import Clock
from agent.core.catalogue import Category, HostKind
from agent.core.lists import Format, ListSource, Meaning
from agent.lists.intake import Outcome, Taken

_size_option = click.option("--any-size", is_flag=True, help="Take a list that has become far smaller or larger.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
_preview_option = click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")


@click.group("catalogue")
def catalogue_group() -> None:
    """Outside lists of hosts beside the school's own catalogue, and hosts that it may lack."""


@catalogue_group.command("update")
@click.argument("ids", metavar="[LIST]...", nargs=-1)
@config_option
@_preview_option
@_size_option
@click.option("--again", is_flag=True, help="Fetch, read and pack everything anew, changed or not.")
@_json_option
def update_command(
    ids: tuple[str, ...], config: Path, preview: bool, any_size: bool, again: bool, as_json: bool
) -> None:
    """Bring the lists of site.yaml up to date; a running gateway takes up what is new. For a nightly timer, too.

    \b
      breaktime catalogue update --preview      what would change
      breaktime catalogue update

    A list that is refused keeps what it had, and the exit code is 1.
    """
    wanted = Wanted(preview, any_size, again)
    school = _school(config, wanted)
    if unknown := sorted(set(ids) - {source.id for source in school.sources}):
        fail(f"breaktime catalogue: site.yaml has no list called {', '.join(unknown)}")
    found = _guarded(lambda: lists.update(school, wanted, ids, Clock().now().date(), _progress()))
    if not school.sources and not as_json:
        click.echo("site.yaml names no lists; `breaktime catalogue import` takes one in by hand")
    _answer(found, preview, as_json)


@catalogue_group.command("import")
@click.argument("format", type=choice(Format))
@click.argument("sources", metavar="FILE|URL...", nargs=-1, required=True)
@config_option
@click.option(
    "--list", "id", help="The list's id; by default the name of the file or folder. One of site.yaml, or new."
)
@click.option("--category", type=choice(Category), help="What its hosts are: one service of this category.")
@click.option("--service", help="Or the service of the catalogue that they belong to.")
@click.option("--kind", type=choice(HostKind), default=str(HostKind.SITE), show_default=True, help="What they are for.")
@click.option("--name", default="", help="What people call it.")
@click.option(
    "--leave-out", multiple=True, metavar="HOST", help="Not this host and what is under it; `shared`: all shared."
)
@click.option("--pick", multiple=True, metavar="SERVICE", help="Of a list of services this one.")
@_preview_option
@_size_option
@_json_option
def import_command(
    format: str,
    sources: tuple[str, ...],
    config: Path,
    id: str | None,
    category: str | None,
    service: str | None,
    kind: str,
    name: str,
    leave_out: tuple[str, ...],
    pick: tuple[str, ...],
    preview: bool,
    any_size: bool,
    as_json: bool,
) -> None:
    """Take in lists by hand. Without a category or a service they are read, counted and checked, and not kept.

    \b
      breaktime catalogue import ut1 blacklists/dating --category dating
      breaktime catalogue import v2fly data/tiktok --service tiktok
      breaktime catalogue import hosts https://example.org/social.txt

    FORMAT: ut1 (a category's folder, archive or `domains`), v2fly, hosts, adblock, services (AdGuard's), plain.
    """
    wanted = Wanted(preview, any_size)
    school = _school(config, wanted)
    meaning = _meaning(school, category, service, kind, name)
    if id is not None and len(sources) > 1:
        fail("breaktime catalogue: --list names one list, and several were given")
    named = {source.id: source.meaning for source in school.sources}
    meant = [
        ListSource(of, source, Format(format), named.get(of, meaning), leave_out, pick=pick)
        for source in sources
        for of in (_id(id or _stem(source)),)
    ]
    if len({one.id for one in meant}) < len(meant):
        fail("breaktime catalogue: two of these would be one list; import them one by one, with --list")
    if category and (taken := [one.id for one in meant if one.id in school.services]):
        fail(f"breaktime catalogue: {taken[0]} is a service already; say --service {taken[0]}, or another --list")
    result = _guarded(lambda: lists.take_in(school, wanted, meant, Clock().now().date(), _progress()))
    looked = not category and not service and not all(one.id in named for one in meant)
    _answer(result, preview or looked, as_json)
    if looked and not as_json and not any(one.refused for one in result):
        click.echo("nothing was kept: say what its hosts are with --category or --service")


@catalogue_group.command("lists")
@config_option
@_json_option
def lists_command(config: Path, as_json: bool) -> None:
    """Say which lists there are, what they mean, how many hosts they have and when they were taken in."""
    rows = _guarded(lambda: lists.listing(_school(config, Wanted())))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        taken = (
            f"{row['hosts']:,} hosts, taken in on {row['taken']}" if row["taken"] else "nothing yet: catalogue update"
        )
        by = " (by hand)" if row["by_hand"] else ""
        click.echo(f"{row['list']:<24} {row['category'] or row['service']}{by}: {taken}")
    if not rows:
        click.echo("no outside lists")


@catalogue_group.command("remove")
@click.argument("id", metavar="LIST")
@config_option
def remove_command(id: str, config: Path) -> None:
    """Let go of a list that was imported by hand; one of site.yaml is taken out there."""
    school = _school(config, Wanted())
    if id in {source.id for source in school.sources}:
        fail(f"breaktime catalogue: {id} stands in site.yaml; take it out there, then: breaktime catalogue update")
    if not _guarded(lambda: lists.remove(school, id, _progress())):
        fail(f"breaktime catalogue: there is no list called {id}; `breaktime catalogue lists` names them")
    click.echo(f"removed {id}")


def _school(config: Path, wanted: Wanted) -> School:
    try:
        return School.of(config, DataFolder.chosen(), wanted)
    except NotLoaded as problem:
        fail("\n".join([*map(str, problem.problems), f"{problem} in {config}; breaktime check {config}"]))
    except OSError as problem:
        fail(f"breaktime catalogue: {problem.filename}: {problem.strerror}")


def _guarded[T](do: Callable[[], T]) -> T:
    try:
        return do()
    except LibraryError as problem:
        fail(f"breaktime catalogue: {problem}")


def _progress() -> Callable[[str], None]:
    """What goes on, on standard error, where somebody watches."""
    return (lambda said: click.echo(f"  {said} …", err=True)) if sys.stderr.isatty() else (lambda said: None)


def _meaning(school: School, category: str | None, service: str | None, kind: str, name: str) -> Meaning:
    if category and service:
        fail("breaktime catalogue: say --category or --service, not both")
    if service and service not in school.services:
        fail(f"breaktime catalogue: the catalogue has no service called {service!r}")
    return Meaning(service or "", Category(category) if category else None, HostKind(kind), name)


def _stem(source: str) -> str:
    """`…/social_networks/domains` → `social_networks`, `…/dating.tar.gz` → `dating`."""
    path = urlsplit(source).path if "://" in source else str(Path(source).absolute())
    *folders, last = [part for part in path.split("/") if part] or [""]
    return folders[-1] if last in ("domains", "urls", "usage") and folders else last.split(".")[0] or last


def _id(text: str) -> str:
    found = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")[:63]
    if not found:
        fail("breaktime catalogue: give the list an id with --list")
    return found


def _answer(found: list[Taken], preview: bool, as_json: bool) -> None:
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            click.echo(_told(one, preview))
    if any(one.refused for one in found):
        sys.exit(1)


def _told(one: Taken, preview: bool) -> str:
    counted = f"{one.entries:,} entries, {one.hosts:,} hosts"
    if one.patterns:
        counted += f", {one.patterns} patterns"
    if one.outcome is Outcome.REFUSED:
        kept = f"; the {one.known.hosts:,} hosts of {one.known.taken} stay" if one.known else ""
        head = f"{one.id}: REFUSED: {one.reason}{kept}"
        return f"{head}\n  {counted}" if one.entries else head
    would = "would be " if preview and one.outcome is not Outcome.UNCHANGED else ""
    lines = [f"{one.id}: {would}{one.outcome}: {counted}"]
    lines += [f"  left out  {count:,} {reason}" for reason, count in sorted(one.left_out.items())]
    if one.in_catalogue:
        lines.append(f"  in the catalogue already, which decides: {one.in_catalogue:,}")
    lines += [f"  note      {note}" for note in one.notes]
    lines += _diff("+", one.added, one.some_added) + _diff("-", one.removed, one.some_removed)
    return "\n".join(lines)


def _diff(sign: str, count: int, some: tuple[str, ...]) -> list[str]:
    more = f" and {count - len(some):,} more" if count > len(some) else ""
    return [f"  {sign} {count:,}: {', '.join(some)}{more}"] if count else []
