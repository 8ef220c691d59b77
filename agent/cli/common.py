"""What the commands share: where the configuration is, how answers are printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn

import click

from agent.app.live import Configuration, read

CONFIG = Path(os.environ.get("BREAKTIME_CONFIG", "config"))
"""Where the configuration is; an installation says it in the environment."""


def fail(text: str) -> NoReturn:
    """Say what is wrong on standard error and end with 1."""
    click.echo(text, err=True)
    sys.exit(1)


def load(folder: Path = CONFIG) -> Configuration:
    """The configuration, or every problem and the end."""
    config = read(folder)
    if isinstance(config, list):
        problems = "\n".join(str(problem) for problem in config)
        fail(f"{problems}\n{len(config)} problem(s) in {folder}; `breaktime check {folder}` shows them again")
    return config


def print_json(value: Any) -> None:
    """One line of JSON, in plain letters."""
    click.echo(json.dumps(value, ensure_ascii=False))


def choice(words: type[StrEnum]) -> click.Choice[str]:
    """The words of an enumeration as a command-line choice."""
    return click.Choice([str(word) for word in words])


config_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    default=CONFIG,
    show_default=True,
    help="The folder with site.yaml, policies/ and catalogue/.",
)
