"""The `breaktime` command: one file for each kind of user, each command in a few lines over `agent.app`."""

from __future__ import annotations

import click

from agent.cli import head as head  # adds to the case group
from agent.cli.accounts import account_group
from agent.cli.accuracy import accuracy_command
from agent.cli.auditor import audit_group, evidence_group
from agent.cli.ca import ca_group
from agent.cli.catalogue import catalogue_group
from agent.cli.concerns import concern_group
from agent.cli.devices import devices_group
from agent.cli.documents import documents_command
from agent.cli.imports import import_group
from agent.cli.init import init_command
from agent.cli.investigator import case_group
from agent.cli.learned import accept_command, export_command, refuse_command, suggestions_command
from agent.cli.mail import mail_group
from agent.cli.packs import policy_group
from agent.cli.policy import explain_command
from agent.cli.policy import test as test_command
from agent.cli.pupils import pupils_group
from agent.cli.retention import retention_group
from agent.cli.sense import sense_command
from agent.cli.shares import opens_command
from agent.cli.steering import steering_group
from agent.cli.store import store_group
from agent.cli.subject import subject_group
from agent.cli.technician import categorise, check, doctor_command, run_command
from agent.cli.upkeep import backup_command, restore_command
from agent.cli.visits import visits_command
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
    init_command,
    run_command,
    check,
    test_command,
    explain_command,
    what_if_command,
    policy_group,
    categorise,
    catalogue_group,
    ca_group,
    account_group,
    mail_group,
    concern_group,
    documents_command,
    subject_group,
    retention_group,
    doctor_command,
    sense_command,
    visits_command,
    accuracy_command,
    steering_group,
    case_group,
    audit_group,
    evidence_group,
    store_group,
    who_command,
    devices_group,
    pupils_group,
    backup_command,
    restore_command,
    import_group,
):
    main.add_command(command)
policy_group.add_command(opens_command)
for command in (suggestions_command, accept_command, refuse_command, export_command):
    catalogue_group.add_command(command)
