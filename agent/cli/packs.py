"""Commands that read a policy as a document: aloud in a staff meeting, and paragraph by paragraph."""

from __future__ import annotations

from pathlib import Path

import click

from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.clauses import ClauseMap
from agent.packs.lost import without_opening
from agent.packs.reading import clauses_json, clauses_text, read_aloud


@click.group("policy")
def policy_group() -> None:
    """The policies as documents: in plain words, and every paragraph with its answer."""


@policy_group.command("read")
@click.argument("pack", required=False)
@config_option
def read_command(pack: str | None, config: Path) -> None:
    """Print a policy in plain words for a staff meeting; by default the one in force.

    \b
      breaktime policy read breaks-without-pupils
    """
    loaded = load(config)
    name = _named(pack, loaded.engine.policies.in_force, list(loaded.engine.policies.policies))
    engine, today = loaded.engine, Clock().now().date()
    lost = [one.words for one in without_opening(loaded.built.loaded[name])]
    click.echo(read_aloud(engine.policies.policies[name], today, lost, engine.clauses.get(name)))


@policy_group.command("clauses")
@click.argument("pack", required=False)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def clauses_command(pack: str | None, config: Path, as_json: bool) -> None:
    """Print every paragraph of the written policy with its answer; by default of all packs.

    Enforced (by which rule, proved by which test), evidenced (by which record), for people, or not relied on.
    """
    maps = load(config).engine.clauses
    chosen = [_map(pack, maps.get(pack), list(maps))] if pack else list(maps.values())
    if as_json:
        found = [clauses_json(one) for one in chosen]
        print_json(found[0] if pack else found)
    else:
        click.echo("\n\n".join(clauses_text(one) for one in chosen))


def _named(pack: str | None, in_force: str | None, known: list[str]) -> str:
    name = pack or in_force or ""
    if name not in known:
        fail(f"no policy is called {name!r}; there are: {', '.join(sorted(known))}")
    return name


def _map(pack: str, found: ClauseMap | None, known: list[str]) -> ClauseMap:
    if found is None:
        fail(f"no clauses.yaml stands beside a policy called {pack!r}; there are: {', '.join(sorted(known))}")
    return found
