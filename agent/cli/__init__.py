"""The `breaktime` command: one file for each kind of user, each command in a few lines over `agent.app`."""

from __future__ import annotations

import click

from agent.cli import head as head  # adds to the case group
from agent.cli.accounts import account_group
from agent.cli.auditor import audit_group, evidence_group
from agent.cli.concerns import concern_group
from agent.cli.documents import documents_command
from agent.cli.investigator import case_group
from agent.cli.mail import mail_group
from agent.cli.packs import policy_group
from agent.cli.policy import explain_command
from agent.cli.policy import test as test_command
from agent.cli.retention import retention_group
from agent.cli.sense import sense_command
from agent.cli.shares import opens_command
from agent.cli.steering import steering_group
from agent.cli.subject import subject_group
from agent.cli.technician import ca_group, categorise, check, doctor_command, run_command
from agent.cli.whatif import what_if_command


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
    mail_group,
    concern_group,
    documents_command,
    subject_group,
    retention_group,
    doctor_command,
    sense_command,
    steering_group,
    case_group,
    audit_group,
    evidence_group,
):
    main.add_command(command)
policy_group.add_command(opens_command)
