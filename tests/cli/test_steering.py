"""`breaktime steering` as a person runs it, where nothing is to be changed."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from agent.cli import main
from tests.app.steered import CONFIG, steered


def test_show_prints_rules_that_can_be_kept(tmp_path: Path) -> None:
    """The text begins with what it is about and holds every part of the table."""
    result = CliRunner().invoke(main, ["steering", "show", "--config", str(steered(tmp_path / "config"))])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("# The resolver minds ")
    for part in ("chain prerouting", "chain forward", "chain input", "map standing", "10.20.10."):
        assert part in result.stdout


def test_a_site_that_steers_nothing() -> None:
    """The shipped site has no section; the commands say so and end with 1."""
    for command in ("show", "apply", "status"):
        result = CliRunner().invoke(main, ["steering", command, "--config", str(CONFIG)])
        assert result.exit_code == 1
        assert "site.yaml has no `steering` section" in result.stderr
