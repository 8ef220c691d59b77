"""The `breaktime` command: one file for each kind of user, each command in a few lines over `agent.app`."""

from __future__ import annotations

import click

from agent.cli.accounts import account_group
from agent.cli.devices import devices_group
from agent.cli.imports import import_group
from agent.cli.packs import policy_group
from agent.cli.policy import explain_command
from agent.cli.policy import test as test_command
from agent.cli.pupils import pupils_group
from agent.cli.sense import sense_command
from agent.cli.shares import opens_command
from agent.cli.steering import steering_group
from agent.cli.technician import ca_group, categorise, check, doctor_command, run_command
from agent.cli.whatif import what_if_command
from agent.cli.who import who_command


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `breaktime check`, then `breaktime run`, and ask `breaktime explain` why.",
)
@click.version_option(package_name="breaktime")
def main() -> None:
    """Keep social media to break time, by the school's own written policy."""


for command in (
    run_command,
    check,
    test_command,
    explain_command,
    what_if_command,
    policy_group,
    categorise,
    ca_group,
    account_group,
    doctor_command,
    sense_command,
    steering_group,
    who_command,
    devices_group,
    pupils_group,
    import_group,
):
    main.add_command(command)
policy_group.add_command(opens_command)
