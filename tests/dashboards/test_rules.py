"""Recorded rules and alerts: promtool takes them, each alert has its case and its runbook, and asks what there is."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from agent.cli import main
from tests.metrics.test_guide import everything

RULES = Path(__file__).parents[2] / "dashboards" / "rules"
FILES = sorted(RULES.glob("*.yaml"))
CASES = sorted((RULES / "tests").glob("*.yaml"))


def rules(kind: str) -> list[dict[str, Any]]:
    """All rules of a kind, `alert` or `record`."""
    groups = [group for file in FILES for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if kind in rule]


ALERTS = {rule["alert"]: rule for rule in rules("alert")}


@pytest.mark.parametrize("what", ["check", "test"])
def test_promtool_takes_them(what: str) -> None:
    """Every rule is one, and every case comes out as it says."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian's prometheus)")
    files = FILES if what == "check" else CASES
    done = subprocess.run([promtool, what, "rules", *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_case_in_which_it_fires_and_is_quiet_first(alert: str) -> None:
    """One of its cases looks at a moment at which nothing fires, and later at one at which it alone does."""
    found = [test for file in CASES for test in yaml.safe_load(file.read_text())["tests"]]
    (mine, *_) = [test for test in found if test["name"].startswith(f"{alert}: ")]
    quiet, fires = mine["promql_expr_test"]
    assert quiet.get("exp_samples", []) == []
    assert [one["labels"] for one in fires["exp_samples"]] == [f'{{alertname="{alert}"}}']


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_tells_what_to_do(alert: str) -> None:
    """It says what it means, what to do, and a command that there is."""
    said = ALERTS[alert]["annotations"]
    assert list(said) == ["summary", "means", "do", "command"]
    assert ALERTS[alert]["labels"]["severity"] in ("critical", "warning")
    program, *words = shlex.split(said["command"])
    assert program in ("breaktime", "systemctl", "journalctl", "df", "timedatectl")
    command: click.Command = main
    while program == "breaktime" and words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, said["command"]
        command = found


def test_what_is_asked_is_there(tmp_path: Path) -> None:
    """Every metric in a rule is one of the gateway's, or recorded by another rule."""
    names = set(everything(tmp_path)._names_to_collectors) | {rule["record"] for rule in rules("record")}
    asked = {
        name
        for rule in (*rules("alert"), *rules("record"))
        for name in re.findall(r"(?<![\w:])(?:\w+:)?breaktime_\w+(?::\w+)?", rule["expr"])
    }
    assert asked - names == set()
    assert len(asked) > 20
