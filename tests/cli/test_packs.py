"""`breaktime policy`, and what `check` and `test` say of warnings and coverage."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from agent.cli import main

CONFIG = Path(__file__).parents[2] / "config"
PACKS = ("breaks-without-pupils", "concern-led", "head-authorised", "no-personal-use", "not-in-lessons")


def breaktime(*words: str) -> Result:
    """The command with these words."""
    return CliRunner().invoke(main, words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    return Path(copytree(CONFIG, tmp_path / "config"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace one text of a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_is_read_aloud(pack: str) -> None:
    """Each shipped pack reads from its title to its limits."""
    result = breaktime("policy", "read", pack, "--config", str(CONFIG))
    assert result.exit_code == 0, result.output
    assert f"Policy {pack}" in result.output
    for title in ("The rules: the first that fits decides", "What is recorded", "What the gateway cannot see"):
        assert title in result.output


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_has_its_answers(pack: str) -> None:
    """`policy clauses PACK --json` has every paragraph with one of the four answers, and the totals."""
    result = breaktime("policy", "clauses", pack, "--json", "--config", str(CONFIG))
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert sum(found["totals"].values()) == len(found["clauses"]) > 20
    assert {one["answer"] for one in found["clauses"]} <= {"enforced", "evidenced", "for-people", "not-relied-on"}


def test_without_a_name() -> None:
    """`read` reads the policy in force; `clauses` lists every pack."""
    assert "Policy breaks-without-pupils" in breaktime("policy", "read", "--config", str(CONFIG)).output
    result = breaktime("policy", "clauses", "--config", str(CONFIG))
    assert all(f"\n{pack} (" in result.output for pack in PACKS)
    assert len(json.loads(breaktime("policy", "clauses", "--json", "--config", str(CONFIG)).output)) == len(PACKS)


@pytest.mark.parametrize("command", ["read", "clauses"])
def test_an_unknown_name(command: str) -> None:
    """A pack that is not there is said with those that are."""
    result = breaktime("policy", command, "no-such-pack", "--config", str(CONFIG))
    assert result.exit_code == 1
    assert "'no-such-pack'" in result.output
    assert "breaks-without-pupils" in result.output


def test_warnings_do_not_fail_a_check(folder: Path) -> None:
    """A warning is printed and in the JSON, and the check still ends with 0."""
    edit(
        folder / "policies/not-in-lessons/policy.yaml",
        "period: $lesson-time}",
        "period: $lesson-time, pupils: [present, absent]}",
    )
    result = breaktime("check", str(folder))
    assert result.exit_code == 0
    assert "warning:" in result.output
    assert "always true here: pupils are present or not" in result.output
    found = json.loads(breaktime("check", str(folder), "--json").output)
    assert found["ok"] is True
    assert "this condition is always true here: pupils are present or not" in [one["what"] for one in found["warnings"]]


def test_strict_wants_every_rule_reached(folder: Path) -> None:
    """A rule that is not reached both ways fails only a strict test, which says the share."""
    tests = folder / "policies/not-in-lessons/policy.test.yaml"
    tests.write_text(
        "policy: not-in-lessons\ncases:\n  - {case: one, at: 2026-11-23T10:30, host: x.com, "
        "expect: {verdict: allow, rule: outside-lessons}}\n"
    )
    (folder / "policies/not-in-lessons/clauses.yaml").unlink()
    plain, strict = breaktime("test", str(folder)), breaktime("test", str(folder), "--strict")
    assert (plain.exit_code, strict.exit_code) == (0, 1)
    assert "not-in-lessons: 1 cases, 1 of 6 rules reached both ways (16 %)" in strict.output
    shipped = breaktime("test", str(CONFIG), "--strict")
    assert shipped.exit_code == 0, shipped.output
