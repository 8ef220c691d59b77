"""What a policy costs in decryption: the command that says it, and that writes it into the packs' pages."""

from __future__ import annotations

from pathlib import Path

import click

from agent.app import shares
from agent.cli.common import config_option, fail, load, print_json
from agent.cli.packs import policy_group as policy_group  # this is added to it
from agent.core.adopted import adopted
from agent.core.shares import shares as shares_of


@policy_group.command("opens")
@click.argument("pack", required=False)
@config_option
@click.option("--write", is_flag=True, help="Write the table into policies/PACK/README.md.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def opens_command(pack: str | None, config: Path, write: bool, as_json: bool) -> None:
    """Say in which share of all cases a policy opens connections, what for, and by which rule; by default of all.

    \b
      breaktime policy opens no-personal-use
      breaktime policy opens --write
    """
    engine = load(config).engine
    policies = engine.policies.policies
    if pack is not None and pack not in policies:
        fail(f"no policy is called {pack!r}; there are: {', '.join(sorted(policies))}")
    found = [shares_of(adopted(engine, policies[name])) for name in ([pack] if pack else sorted(policies))]
    if as_json:
        each = [shares.as_json(one) for one in found]
        print_json(each[0] if pack else each)
    elif write:
        for one in found:
            page = config / "policies" / one.policy.id / "README.md"
            text = page.read_text(encoding="utf-8") if page.exists() else ""
            page.write_text(shares.written(text, one), encoding="utf-8")
            click.echo(page)
    else:
        click.echo("\n\n".join(f"{one.policy.title} ({one.policy.id})\n\n{shares.table(one)}" for one in found))
