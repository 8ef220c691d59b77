"""What every command of case work shares: the desk, the officer who acts there, and what is said where it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from agent.app.cases import desk_of
from agent.app.casetext import case_json, shown
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.desk import Desk, NoCase, Refused
from agent.cli.acting import as_option, officer_of
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.cases import Case
from agent.core.offices import Officer
from agent.mail.outbox import MailError
from agent.store.errors import StoreError
from agent.store.officers import OfficerError

DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


class Seat(NamedTuple):
    """An officer at the desk, and the configuration that it stands on."""

    config: Configuration
    desk: Desk
    officer: Officer
    as_json: bool

    def say(self, case: Case) -> None:
        """Print a case that has changed."""
        if self.as_json:
            print_json(case_json(case, self.desk.now()))
        else:
            click.echo(shown(case, self.desk.now(), self.desk.zone))


def seated(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--config`, `--as`, `--secret-file` and `--json`, taken together by `seat`."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    return config_option(as_option(as_json(command)))


def seat(config: Path, acting: str, secret_file: Path | None, as_json: bool) -> Seat:
    """The desk of the site with this officer at it, or what is wrong and the end."""
    loaded, data = load(config), DataFolder.chosen()
    desk = guarded(lambda: desk_of(loaded, data, Clock()))
    return Seat(loaded, desk, officer_of(data, desk.log, acting, secret_file, desk.now()), as_json)


def guarded[T](act: Callable[[], T]) -> T:
    """Do it, or say why not and end."""
    try:
        return act()
    except (Refused, NoCase, ValueError, StoreError, MailError, OfficerError) as problem:
        fail(f"breaktime case: {problem}")


def day_of(given: datetime | None) -> date | None:
    """The day that was named on the command line."""
    return given.date() if given else None
