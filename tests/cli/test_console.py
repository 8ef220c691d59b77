"""`breaktime console`: links and users from the gateway's own command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli import main

CONFIG = str(Path(__file__).parents[2] / "config")


def breaktime(data: Path, *argv: str) -> Result:
    """The answer of a `breaktime console` command."""
    return CliRunner().invoke(main, ["console", *argv, "--config", CONFIG], env={"BREAKTIME_DATA": str(data)})


def test_links_and_users(tmp_path: Path) -> None:
    """A link for the first technician, one for the head; both wait until they come."""
    first = breaktime(tmp_path, "link", "--json")
    assert json.loads(first.stdout)["url"].startswith("http://127.0.0.1:8090/invitation/")
    assert breaktime(tmp_path, "user", "add", "head-1", "--office", "headteacher").exit_code == 0
    listed = json.loads(breaktime(tmp_path, "user", "list", "--json").stdout)
    assert [one["id"] for one in listed["asked"]] == ["head-1", "technician-1"]
    assert listed["users"] == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        pytest.param(("link", "nobody-1"), "there is no user", id="a link for nobody"),
        pytest.param(("user", "add", "BAD", "--technician"), "is no id", id="no id"),
        pytest.param(("user", "add", "x-1"), "name the person", id="nobody in particular"),
        pytest.param(("user", "add", "x-1", "--technician", "--office", "governor"), "holds no office", id="both"),
        pytest.param(("user", "confirm", "head-1"), "waits for nothing", id="nobody waits"),
        pytest.param(("user", "lock", "head-1"), "there is no user", id="nobody to lock"),
        pytest.param(("user", "remove", "head-1"), "there is no user", id="nobody to take out"),
    ],
)
def test_refused(tmp_path: Path, argv: tuple[str, ...], said: str) -> None:
    """What cannot be done is said, with what is wrong."""
    answer = breaktime(tmp_path, *argv)
    assert answer.exit_code == 1
    assert said in answer.output
