"""`breaktime init`: the short dialogue in which a school says who it is, or a file with its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import click

from agent.app.initial.answers import PLACES, WAYS, Answers, identifier, read_answers
from agent.app.initial.day import EXAMPLE, read_day
from agent.app.initial.lay import InitError, lay_out, packs, shipped
from agent.app.initial.terms import Year, read_calendar, read_spans
from agent.cli.common import CONFIG, fail
from agent.clock import Clock
from agent.core.clients import Network, Zone


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=CONFIG)
@click.option("--answers", type=click.Path(path_type=Path), help="A file of answers (YAML) instead of the dialogue.")
def init_command(folder: Path, answers: Path | None) -> None:
    """Make a configuration in FOLDER from a few answers: name, networks, bell times, terms, policy.

    \b
      breaktime init                          asks
      breaktime init --answers school.yaml    asks nothing
    A file of answers:
    \b
      name: Hill Primary School
      contact: the school office
      policy: breaks-without-pupils
      way-in: router                          router | proxy | here
      resolver: [10.20.1.1]                   router: the resolver that ours asks
      networks: {classroom: [10.20.10.0/24], staff-room: [10.20.20.0/24]}
      day: 08:45 registration, 09:00 lesson, 10:30 break, 10:45 lesson, 15:15 end
      terms-file: terms.ics                   or terms:, half-terms:, inset:
      bank-holidays: england
    What it writes passes `breaktime check` and observes only: read site.yaml, then write `mode: enforce`.
    """
    choices = packs(shipped())
    said = _from_file(answers, choices) if answers else _ask(choices)
    try:
        checked = lay_out(said, folder, Clock().now().date())
    except InitError as problem:
        fail(f"breaktime init: {problem}")
    for summary in said.year.ignored:
        click.echo(f"  not taken from the calendar: {summary}")
    click.echo(f"made {folder}: {said.name}, {len(said.year.terms)} terms, policy {said.policy}")
    for warning in checked.warnings:
        click.echo(f"  warning: {warning.what}")
    click.echo(f"next: fill in {folder}/people.csv and devices.csv, read {folder}/site.yaml, then `breaktime doctor`")
    click.echo(f"The tests of the packs speak of the example school's day: breaktime test {shipped()}")


def _from_file(path: Path, choices: tuple[str, ...]) -> Answers:
    try:
        said = read_answers(path, choices)
    except OSError as problem:
        fail(f"breaktime init: {path}: cannot be read ({problem.strerror})")
    if isinstance(said, list):
        fail("\n".join([*(str(problem) for problem in said), f"{len(said)} problem(s) in {path}; nothing was made"]))
    return said


def _ask(choices: tuple[str, ...]) -> Answers:
    click.echo("A few questions; everything can be changed later in site.yaml. Ctrl-C leaves nothing behind.\n")
    name: str = _prompt("The school's name", _text)
    site: str = _prompt("A short id for it", identifier, identifier(name))
    contact: str = _prompt("Whom should a blocked page tell people to ask?", _text, "the school office")
    click.echo("\nThe policies: " + ", ".join(choices))
    policy = _choose("Which one (`breaktime policy read NAME` says it in plain words)", choices, choices[0])
    click.echo("\nHow traffic comes here: router (it passes this machine), proxy (browsers are told), here (a try).")
    way = _choose("Which", WAYS, "router")
    resolver: tuple[str, ...] = _prompt("The resolver that ours asks", _addresses) if way == "router" else ()
    click.echo("\nNetworks, such as 10.20.10.0/24, with spaces between several; Enter for none.")
    networks: dict[Zone, tuple[Network, ...]] = {
        zone: found for zone in PLACES if (found := _prompt(f"  {zone}", _networks, ""))
    }
    if not networks:
        fail("breaktime init: a school without a network has nothing to rule on")
    click.echo("\nThe school's day, each part with the minute at which it begins.")
    day = _prompt("Day", read_day, EXAMPLE)
    year: Year = _prompt("\nTerms: a calendar's file (.ics), or `2026-09-02 to 2026-12-18, ...`", _year)
    if not year.half_terms:
        year = replace(year, half_terms=_prompt("Half-terms, the same way; Enter for none", read_spans, ""))
    nation = _choose("Bank holidays", ("england", "wales", "scotland", "northern-ireland", "none"), "england")
    return Answers(name, site, contact, policy, way, networks, day, year, nation, resolver)


def _prompt[T](text: str, read: Callable[[str], T], default: str | None = None) -> T:
    """Ask until the answer can be read; what is wrong with it is said."""

    def convert(given: str) -> T:
        try:
            return read(given)
        except (ValueError, OSError) as problem:
            raise click.UsageError(str(problem)) from None

    shown = bool(default)
    answer: T = click.prompt(text, default=default, value_proc=convert, show_default=shown)
    return answer


def _choose(text: str, choices: tuple[str, ...], default: str) -> str:
    answer: str = click.prompt(text, type=click.Choice(choices), default=default, show_choices=False)
    return answer


def _text(given: str) -> str:
    if not given.strip():
        raise ValueError("something must stand here")
    return given.strip()


def _addresses(given: str) -> tuple[str, ...]:
    return tuple(str(ip_address(word)) for word in given.replace(",", " ").split())


def _networks(given: str) -> tuple[Network, ...]:
    return tuple(ip_network(word) for word in given.replace(",", " ").split())


def _year(given: str) -> Year:
    path = Path(given.strip()).expanduser()
    if path.suffix.lower() in (".ics", ".ical"):
        return read_calendar(path.read_bytes())
    spans = read_spans(given)
    if not spans:
        raise ValueError("at least one term must stand here")
    return Year(spans)
