"""`breaktime account`: from an id on standard input to the line for site.yaml, and a gateway's engine that knows it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.app.build import build
from agent.app.folder import read_folder
from agent.cli import main

CONFIG = Path(__file__).parents[2] / "config"
ID = "100000000000500"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def run(tmp_path: Path, *words: str, typed: str = "") -> Result:
    """The command on that data folder."""
    runner = CliRunner(env={"BREAKTIME_DATA": str(tmp_path / "data")})
    return runner.invoke(main, ["account", *words, "--config", str(tmp_path / "config")], input=typed)


def adopt(site: Path, line: str) -> None:
    """Put the line where the command says."""
    text = (site / "site.yaml").read_text()
    changed = text.replace("official-accounts: {}", f"official-accounts:\n  {line}")
    assert changed != text
    (site / "site.yaml").write_text(changed)


def test_add(tmp_path: Path, site: Path) -> None:
    """The printed line makes this one account the school's, under the key that was made; the id is nowhere."""
    done = run(tmp_path, "add", "facebook", typed=f"{ID}\n")
    assert done.exit_code == 0, done.output
    assert "official-accounts:" in done.stderr
    adopt(site, done.stdout.strip())
    key = (tmp_path / "data" / "keys" / "accounts.key").read_bytes()
    files, _ = read_folder(site)
    engine = build(files, None, key).engine
    assert engine is not None
    assert [engine.official_accounts.holds("facebook", one) for one in (ID, "1")] == [True, False]
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert ID.encode() not in written + done.output.encode()


def test_add_again(tmp_path: Path, site: Path) -> None:
    """The same id has the same hash, and that it is named already is said."""
    first = run(tmp_path, "add", "facebook", typed=ID)
    adopt(site, first.stdout.strip())
    again = run(tmp_path, "add", "facebook", typed=ID)
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert "already" in again.stderr


@pytest.mark.parametrize(
    ("service", "typed", "said"),
    [
        pytest.param("youtube", ID, "shows no readable id", id="unreadable"),
        pytest.param("nowhere", ID, "no service is called", id="unknown"),
        pytest.param("facebook", "", "one word", id="nothing typed"),
    ],
)
def test_refused(tmp_path: Path, site: Path, service: str, typed: str, said: str) -> None:
    """What cannot be added is said with the reason, and without the id."""
    done = run(tmp_path, "add", service, typed=typed)
    assert done.exit_code == 1
    assert said in done.stderr
    assert ID not in done.output


def test_list(tmp_path: Path, site: Path) -> None:
    """How many accounts each service has, and what to do where there are none."""
    assert "breaktime account add" in run(tmp_path, "list").stderr
    adopt(site, run(tmp_path, "add", "facebook", typed=ID).stdout.strip())
    assert run(tmp_path, "list").stdout == "facebook\t1\n"
    found = json.loads(run(tmp_path, "list", "--json").stdout)
    assert found == [{"service": "facebook", "name": "Facebook", "accounts": 1}]
