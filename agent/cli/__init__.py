"""The `breaktime` command: one file for each kind of user, each command in a few lines over `agent.app`.

A command's file is read when it is asked for, so that none waits for what only another one needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

PLACES: Mapping[str, str] = {
    "account": "accounts:account_group",
    "accuracy": "accuracy:accuracy_command",
    "audit": "auditor:audit_group",
    "authorise": "authorise:authorise_group",
    "backup": "upkeep:backup_command",
    "ca": "ca:ca_group",
    "case": "head:case_group",
    "catalogue": "learned:catalogue_group",
    "categorise": "checking:categorise",
    "check": "checking:check",
    "console": "console:console_group",
    "concern": "concerns:concern_group",
    "demo": "demo:demo_command",
    "devices": "devices:devices_group",
    "doctor": "technician:doctor_command",
    "documents": "documents:documents_command",
    "evidence": "auditor:evidence_group",
    "explain": "policy:explain_command",
    "import": "imports:import_group",
    "init": "init:init_command",
    "mail": "mail:mail_group",
    "policy": "shares:policy_group",
    "pupils": "pupils:pupils_group",
    "report": "report:report_command",
    "restore": "upkeep:restore_command",
    "retention": "retention:retention_group",
    "run": "technician:run_command",
    "sense": "sense:sense_command",
    "steering": "steering:steering_group",
    "store": "store:store_group",
    "subject": "subject:subject_group",
    "test": "policy:test",
    "visits": "visits:visits_command",
    "what-if": "whatif:what_if_command",
    "who": "who:who_command",
}
"""Each command's file and name in it; of a group that two files add to, the later file."""


class Commands(click.Group):
    """Finds a command in its file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, its file read now; None if there is none of that name."""
        if cmd_name not in PLACES:
            return None
        file, _, name = PLACES[cmd_name].partition(":")
        command = getattr(import_module(f"agent.cli.{file}"), name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `breaktime check`, then `breaktime run`, and ask `breaktime explain` why.",
)
@click.version_option(package_name="breaktime")
def main() -> None:
    """Keep social media to break time, by the school's own written policy."""
