"""The guides for staff and officers: what they show can be run, and loads."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from agent.app.build import build
from agent.app.concerns import routes
from agent.cli import main
from tests.packs.bad import small

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = ("staff.md", "concerns.md", "investigator.md", "headteacher.md")
SHOWN = [
    (path.name, line.strip())
    for path in (DOCS / name for name in GUIDES)
    for block in re.findall(r"```sh\n(.*?)```", path.read_text(), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("breaktime ") and not line.endswith("\\")
]


@pytest.mark.parametrize(("guide", "line"), SHOWN, ids=[f"{guide}: {line[:60]}" for guide, line in SHOWN])
def test_a_command_in_a_guide_is_one(guide: str, line: str) -> None:
    """Its words lead to a command, and every option of the line is one of that command's."""
    words = shlex.split(line.partition("#")[0])[1:]
    command: click.Command = main
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, f"{guide}: {line}"
        command = found
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert [word for word in words if word.startswith("--") and word.partition("=")[0] not in known] == []


def test_the_sections_in_the_guide_load() -> None:
    """What the guide shows of site.yaml is taken as it stands, and every kind of concern then reaches somebody."""
    (shown,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "concerns.md").read_text(), re.DOTALL)
    files = small()
    text = files["site.yaml"].decode()
    text = text[: text.index("officers:\n")] + shown + text[text.index("gateway:\n") :]
    made = build(files | {"site.yaml": text.encode()}, None)
    assert made.problems == ()
    assert made.mail is not None
    assert [one for one in routes(made.officers) if one.lacks] == []
