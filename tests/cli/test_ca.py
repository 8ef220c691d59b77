"""`breaktime ca`, as technician and head use it over the years."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli import main

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout's working directory with a data folder of its own."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path / "data"))
    return tmp_path


def breaktime(*words: str, given: str | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["ca", *words], input=given)


def shown() -> dict[str, Any]:
    """What `show` says."""
    answer: dict[str, Any] = json.loads(breaktime("show", "--json").stdout)
    return answer


def handed_over(here: Path) -> tuple[Path, str]:
    """The head's file and passphrase, once the root was handed over."""
    said = breaktime("init").stdout
    assert "whoever has both can sign for any site" in said
    stick = here / "stick"
    stick.mkdir()
    result = breaktime("hand-over", str(stick))
    assert result.exit_code == 0, result.output
    passphrase = next(line.strip() for line in result.stdout.splitlines() if line.startswith("    "))
    return stick / "breaktime-root.p12", passphrase


def test_a_new_service_is_signed_for_by_the_heads_root(here: Path) -> None:
    """With the root handed over nothing is signed without it; with it, devices keep the root that they trust."""
    sealed, passphrase = handed_over(here)
    before = shown()
    assert before["root_here"] is False
    refused = breaktime("renew", "--yes")
    assert refused.exit_code == 1
    assert "breaktime ca renew --root FILE" in refused.stderr
    wrong = breaktime("renew", "--yes", "--root", str(sealed), given="wrong\n")
    assert "passphrase is not this file's" in wrong.stderr
    assert shown() == before
    done = breaktime("renew", "--yes", "--root", str(sealed), given=f"{passphrase}\n")
    assert done.exit_code == 0, done.output
    after = shown()
    assert after["root"] == before["root"]
    assert after["fingerprint"] != before["fingerprint"]


def test_a_lost_root(here: Path) -> None:
    """Another is made, said plainly, and it is no longer the one that devices trust."""
    sealed, passphrase = handed_over(here)
    before = shown()["root"]
    assert breaktime("renew", "--yes", "--new-root").exit_code == 0
    assert shown()["root"] != before
    assert shown()["root_here"] is True
    (here / "passphrase").write_text(f"{passphrase}\n")
    stale = breaktime("renew", "--yes", "--root", str(sealed), "--passphrase-file", str(here / "passphrase"))
    assert "not the root that devices trust" in stale.stderr


def test_export(here: Path) -> None:
    """A folder a kind of device, with instructions; without a CA it says how to make one."""
    target = here / "out"
    missing = breaktime("export", str(target))
    assert missing.exit_code == 1
    assert "breaktime ca init" in missing.stderr
    breaktime("init")
    assert breaktime("export", str(target), "--for", "apple").exit_code == 0
    assert [path.name for path in target.iterdir()] == ["apple"]
    assert breaktime("export", str(target)).exit_code == 0
    assert {path.name for path in target.iterdir()} == {"apple", "windows", "google", "linux"}
    assert all((path / "README.txt").exists() for path in target.iterdir())
