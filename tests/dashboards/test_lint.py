"""promtool, Prometheus' own critic, reads every expression of every dashboard and every rule, and finds no fault."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .reading import RULES, dashboards, filled, queries


def lint(*files: Path) -> str:
    """What promtool has to say against rule files; empty if nothing."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian's prometheus)")
    argv = [promtool, "check", "rules", "--lint=all", "--lint-fatal", *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def written(path: Path, expressions: list[str]) -> Path:
    """Expressions as a file of rules, each under a name of its own; JSON is YAML."""
    rules = [{"record": f"panel:query{number}", "expr": expr} for number, expr in enumerate(expressions)]
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    return path


def test_every_expression_of_a_panel(tmp_path: Path) -> None:
    """Each is PromQL, with every variable filled in."""
    asked = [filled(q.expr, "7d", "5m") for dashboard in dashboards().values() for q in queries(dashboard)]
    assert len(asked) > 100
    assert lint(written(tmp_path / "panels.yaml", asked)) == ""


def test_every_rule() -> None:
    """What is recorded and what alerts."""
    assert lint(*sorted(RULES.glob("*.yaml"))) == ""


def test_a_fault_is_found(tmp_path: Path) -> None:
    """The test can fail: a bracket is missing."""
    assert "query0" in lint(written(tmp_path / "bad.yaml", ["sum(rate(breaktime_rulings_total[5m])"]))
