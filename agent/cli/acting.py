"""What every command shares that an officer runs: who acts, and the secret that proves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from agent.app.paths import DataFolder
from agent.app.signin import secret_in, sign_in
from agent.cli.common import fail
from agent.core.offices import Officer
from agent.store.auditlog import AuditLog
from agent.store.errors import StoreError
from agent.store.officers import OfficerError

SECRET_VARIABLE = "BREAKTIME_SECRET_FILE"


def as_option[C: Callable[..., Any]](command: C) -> C:
    """`--as ID` and `--secret-file FILE`, as the arguments `acting` and `secret_file`."""
    acting = click.option("--as", "acting", required=True, metavar="ID", help="Who you are: your id as an officer.")
    secret = click.option(
        "--secret-file",
        type=click.Path(path_type=Path),
        envvar=SECRET_VARIABLE,
        help=f"A file (mode 600) with your secret, for scripts; else it is asked for. Or ${SECRET_VARIABLE}.",
    )
    return acting(secret(command))


def officer_of(data: DataFolder, log: AuditLog, acting: str, secret_file: Path | None, at: datetime) -> Officer:
    """The officer who acts, or the reason why not and the end."""
    try:
        if secret_file is not None:
            secret = secret_in(secret_file)
        else:
            secret = str(click.prompt(f"Secret of {acting}", hide_input=True, err=True))
        return sign_in(data, log, acting, secret, at)
    except (OfficerError, StoreError) as problem:
        fail(f"breaktime: {problem}")
